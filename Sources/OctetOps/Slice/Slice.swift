package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// A box cut out of a tensor.
///
/// Inputs: any type with elements of whole bytes, at most 5 dimensions; where the box begins and its
/// extents, each an int32 constant [rank]. An extent of -1 reaches to the end.
package final class Slice: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "slice", .slice, types: [.float32, .int8, .int16, .uint8, .int32],
    "a box cut out of a tensor",
    make: { Slice() }, cast: { $0 as? Slice })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 3...3)
    let input = try operands.type(0)
    let begin = try operands.constantInts(1)
    let size = try operands.constantInts(2)
    let rank = input.shape.rank
    guard begin.count == rank, size.count == rank else {
      throw Diagnostic(
        .shapeMismatch,
        "\(begin.count) beginnings and \(size.count) extents are given for \(rank) dimensions")
    }
    guard rank <= 5 else {
      throw Diagnostic(.shapeMismatch, "TFLite slices at most 5 dimensions, not \(rank)")
    }
    var dimensions: [Dimension] = []
    for (axis, dimension) in input.shape.dimensions.enumerated() {
      let (start, count) = (begin[axis], size[axis])
      switch dimension {
      case .known(let extent):
        let taken = count == -1 ? extent - start : count
        guard start >= 0, taken >= 0, start <= extent, taken <= extent - start else {
          throw Diagnostic(
            .shapeMismatch,
            "\(count) elements from \(start) on do not lie within an extent of \(extent)")
        }
        dimensions.append(.known(taken))
      case .unknown(let name, let origin):
        guard start >= 0, count >= -1 else {
          throw Diagnostic(.invalidAttribute, "a slice of \(count) elements from \(start) on")
        }
        if start == 0, count == -1 {
          dimensions.append(dimension)
        } else {
          dimensions.append(
            count >= 0 ? .known(count) : .unknown(name: "\(name)/slice", origin: origin))
        }
      }
    }
    return [TensorType(input.element, Shape(dimensions))]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .reorders(inputs: [.operand, .rowPerDimension], op: { _ in Slice() }),
      clamp: .none(because: "TFLite's Slice has no fused activation"), window: nil,
      identity: .sameShape, isView: false,
      copies: .dimensions([.init([.operand, .row([0]), .row([nil])]) { _ in Slice() }]),
      fusion: .none)
  }

  package var quantization: QuantizationRule {
    .int8(Int8Rule(inputs: [.activation, .index, .index], output: .likeInput))
  }
}
