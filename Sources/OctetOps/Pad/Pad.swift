package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Adds elements of value 0 around a tensor; in int8 that is the zero point.
///
/// Inputs: float32, int8 or int16; the numbers before and after each dimension as an int32 constant [rank,2].
package final class Pad: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "pad", .pad, types: [.float32, .int8, .int16, .uint8],
    "adds zeros around a tensor",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow([])
      return Pad()
    },
    read: Pad.read, cast: { $0 as? Pad })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 2...2)
    return try inferPad(operands)
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .reorders(inputs: [.operand, .rowPerDimension], op: { _ in Pad() }),
      clamp: .none(because: "TFLite's Pad has no fused activation"), window: nil,
      identity: .sameShape, isView: false,
      copies: .dimensions([.init([.operand, .row([0, 0])]) { _ in Pad() }]), fusion: .border)
  }

  package var quantization: QuantizationRule {
    .int8(Int8Rule(inputs: [.activation, .index], output: .likeInput))
  }
}

/// The padded type; input 1 holds the numbers of elements before and after each dimension.
func inferPad(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
  try inferPad(
    try operands.type(0, among: [.float32, .int8, .int16, .uint8]),
    try operands.constantInts(1, rank: 2))
}

/// The padded type; `paddings` are the numbers of elements before and after each dimension.
func inferPad(_ input: TensorType, _ paddings: [Int]) throws(Diagnostic) -> [TensorType] {
  guard paddings.count == 2 * input.shape.rank else {
    throw Diagnostic(
      .shapeMismatch, "\(paddings.count) paddings are given for \(input.shape.rank) dimensions")
  }
  guard paddings.allSatisfy({ $0 >= 0 && $0 < 1 << 28 }) else {
    throw Diagnostic(.invalidAttribute, "paddings must not be negative")
  }
  guard input.shape.rank <= 5 else {
    throw Diagnostic(.shapeMismatch, "TFLite pads at most 5 dimensions, not \(input.shape.rank)")
  }
  var dimensions: [Dimension] = []
  for (axis, dimension) in input.shape.dimensions.enumerated() {
    let added = paddings[2 * axis] + paddings[2 * axis + 1]
    switch dimension {
    case .known(let extent):
      guard extent < 1 << 28 else {
        throw Diagnostic(.tensorTooLarge, "an extent of \(extent) cannot be padded")
      }
      dimensions.append(.known(extent + added))
    case .unknown(let name, let origin):
      dimensions.append(added == 0 ? dimension : .unknown(name: "\(name)/pad", origin: origin))
    }
  }
  return [TensorType(input.element, Shape(dimensions))]
}
