package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// The Fourier transform of images of real numbers, as far as it is not the conjugate of another part.
///
/// Inputs: float32 [...,H,W]; the lengths h and w of the transforms, an int32 constant [2] of powers of two up to 2^20. Images
/// are cut to h rows and w columns, or go on with zeros. Output: complex64 [...,h,w/2+1].
package final class RFFT2D: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "rfft2d", .rfft2d, types: [.float32, .complex64],
    "Fourier transform of real images",
    notImported: "sums of cosines and sines, which have other forms, stand for it",
    make: { RFFT2D() }, cast: { $0 as? RFFT2D })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 2...2)
    let images = try operands.type(0, among: [.float32]).shape
    let lengths = try operands.constantInts(1)
    guard images.rank >= 2, lengths.count == 2,
      lengths.allSatisfy({ $0 > 0 && $0 <= 1 << 20 && $0 & ($0 - 1) == 0 })
    else {
      throw Diagnostic(
        .invalidAttribute,
        "images [\(images.text)] have no transforms of \(Shape(lengths).text): two powers of two up to 2^20 "
          + "are needed")
    }
    return [
      TensorType(
        .complex64,
        Shape(
          images.dimensions.dropLast(2) + [.known(lengths[0]), .known(lengths[1] / 2 + 1)]))
    ]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "it transforms the last two dimensions"),
      clamp: .none(because: "complex numbers have no order"), window: nil, identity: .never,
      isView: false, copies: .none(because: "nothing has needed it"), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .floatOnly(because: "TFLite has it for float32 alone")
  }
}
