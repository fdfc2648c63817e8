package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Puts the images of a batch together as the pixels of larger ones, and crops those; the inverse of
/// `SpaceToBatchND`.
///
/// Inputs: float32, int8 or int16 [N,H,W,C] or [N,W,C]; the block's extents as an int32 constant, one for each spatial
/// dimension; the numbers of pixels to take off before and after each of them as an int32 constant [spatial,2].
package final class BatchToSpaceND: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "batch_to_space_nd", .batchToSpaceND, types: [.float32, .int8, .int16],
    "images of a batch as the pixels of larger ones",
    make: { BatchToSpaceND() }, cast: { $0 as? BatchToSpaceND })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    let (input, block, crops) = try inferBatchBlocks(operands)
    var dimensions = input.shape.dimensions
    for (axis, extent) in block.enumerated() {
      dimensions[0] = try dimensions[0].divided(by: extent, name)
      dimensions[axis + 1] = try dimensions[axis + 1].scaled(by: extent, name)
      let taken = crops[2 * axis] + crops[2 * axis + 1]
      switch dimensions[axis + 1] {
      case .known(let whole):
        guard taken < whole else {
          throw Diagnostic(
            .shapeMismatch, "\(taken) pixels cannot be taken off an extent of \(whole)")
        }
        dimensions[axis + 1] = .known(whole - taken)
      case .unknown(let name, let origin):
        if taken > 0 { dimensions[axis + 1] = .unknown(name: "\(name)/crop", origin: origin) }
      }
    }
    return [TensorType(input.element, Shape(dimensions))]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "its images are channels-last"),
      clamp: .none(because: "TFLite's BatchToSpaceND has no fused activation"), window: nil,
      identity: .sameShape, isView: false,
      copies: .none(because: "its batches are parts of images"), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .int8(Int8Rule(inputs: [.activation, .index, .index], output: .likeInput))
  }
}
