package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Parts of a tensor along one dimension, in the order of indices.
///
/// Inputs: any type with elements of whole bytes; int32 or int64 indices of any shape. Output: the first input's
/// dimensions before `axis`, those of the indices from `batch_dims` on, and the first input's after `axis`. The first
/// `batch_dims` dimensions of both inputs go together. A constant index must lie within the extent; a computed one that
/// does not gives zeros, where TFLite ends the run.
package final class Gather: BuiltinOp {
  package let axis: Int
  package let batchDims: Int

  package init(axis: Int = 0, batchDims: Int = 0) {
    self.axis = axis
    self.batchDims = batchDims
  }

  package static let entry = OpEntry(
    "gather", .gather, types: [.float32, .int8, .int16, .int32],
    "parts along one dimension by their indices",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["axis", "batch_dims"])
      return Gather(
        axis: try attributes.int("axis", default: 0),
        batchDims: try attributes.int("batch_dims", default: 0))
    },
    read: Gather.read, cast: { $0 as? Gather })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] {
    [Attribute("axis", .int(axis)), Attribute("batch_dims", .int(batchDims))]
  }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 2...2)
    let input = try operands.movable(0)
    let indices = try operands.type(1, among: [.int32, .int64])
    let (axis, batchDims) = try places(input.shape.rank, indices.shape.rank)
    for index in 0..<batchDims {
      let (a, b) = (input.shape.dimensions[index], indices.shape.dimensions[index])
      if let a = a.value, let b = b.value, a != b {
        throw Diagnostic(
          .shapeMismatch,
          "shapes [\(input.shape.text)] and [\(indices.shape.text)] differ in batch dimension \(index)"
        )
      }
    }
    if let extent = input.shape.dimensions[axis].value {
      try operands.requireIndices(1) { _ in extent }
    }
    let dimensions =
      input.shape.dimensions[..<axis] + indices.shape.dimensions[batchDims...]
      + input.shape.dimensions[(axis + 1)...]
    return [TensorType(input.element, Shape(Array(dimensions)))]
  }

  /// The axis and the number of batch dimensions, both counted from the front.
  func places(_ rank: Int, _ indexRank: Int) throws(Diagnostic) -> (axis: Int, batchDims: Int) {
    let axis = try OctetOps.axis(axis, of: rank)
    let batchDims = batchDims < 0 ? batchDims + indexRank : batchDims
    guard (0...min(axis, indexRank)).contains(batchDims) else {
      throw Diagnostic(
        .invalidAttribute,
        "batch_dims \(self.batchDims) does not fit axis \(axis) and \(indexRank) dimensions of indices"
      )
    }
    return (axis, batchDims)
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "the indices' dimensions take the place of one"),
      clamp: .none(because: "TFLite's Gather has no fused activation"), window: nil,
      identity: .never, isView: false, copies: copies, fusion: .none)
  }

  private var copies: CopiesRule {
    .dimensions([
      .init([.operand, .same]) { [axis, batchDims] in
        batchDims == 0 ? $0.axis(axis).map { Gather(axis: $0) } : nil
      },
      .init([.same, .operand]) { [self] in
        $0.isInserted && axis == 0 && batchDims == 0 ? self : nil
      },
      .init([.operand]) { [axis, batchDims] in
        guard $0.isInserted, batchDims >= 0 else { return nil }
        return $0.axis(axis).map { Gather(axis: $0, batchDims: batchDims + 1) }
      },
    ])
  }

  package var quantization: QuantizationRule {
    .int8(Int8Rule(inputs: [.activation, .index], output: .likeInput))
  }
}

extension Operands {
  /// Throws `OCT0205` for an index of a constant input that lies beyond its extent.
  ///
  /// - Parameter extent: that of the dimension which the index with this number belongs to.
  func requireIndices(_ index: Int, _ extent: (Int) -> Int) throws(Diagnostic) {
    guard let storage = constants[index], let type = types[index] else { return }
    let values =
      type.element == .int64
      ? storage.array(of: Int64.self).map { Int($0) }
      : storage.array(of: Int32.self).map { Int($0) }
    for (place, value) in values.enumerated() where !(0..<extent(place)).contains(value) {
      throw Diagnostic(
        .invalidAttribute, "index \(value) lies beyond an extent of \(extent(place))")
    }
  }
}
