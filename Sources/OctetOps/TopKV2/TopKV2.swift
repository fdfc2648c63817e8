package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// The largest elements along the last dimension, and their places.
///
/// Inputs: float32, int8, int16, uint8, int32 or int64 of one dimension at least; their number k, one element of an int32 constant. Outputs: the
/// elements [..., k], largest first, of like ones the earlier first; their places along the dimension, int32
/// [..., k].
package final class TopKV2: BuiltinOp {
  package init() {}

  private static let types: [ElementType] = [.float32, .int8, .int16, .uint8, .int32, .int64]

  package static let entry = OpEntry(
    "topk_v2", .topkV2, types: types,
    "the largest elements and their places",
    make: { TopKV2() }, cast: { $0 as? TopKV2 })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 2...2)
    let input = try operands.type(0, among: Self.types)
    let counts = try operands.constantInts(1, rank: try operands.type(1).shape.rank)
    guard let last = input.shape.dimensions.last, counts.count == 1 else {
      throw Diagnostic(
        .shapeMismatch,
        "the largest of [\(input.shape.text)] are asked for with \(counts.count) numbers")
    }
    guard counts[0] > 0, counts[0] <= last.value ?? .max else {
      throw Diagnostic(
        .invalidAttribute, "an extent of \(last.text) has no \(counts[0]) largest elements")
    }
    let shape = Shape(Array(input.shape.dimensions.dropLast()) + [.known(counts[0])])
    return [TensorType(input.element, shape), TensorType(.int32, shape)]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "it looks along the last dimension"),
      clamp: .none(because: "TFLite's TopK has no fused activation"), window: nil,
      identity: .never, isView: false, copies: .items(core: 1), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .floatOnly(because: "its places are whole numbers, which int8 models do not have")
  }
}
