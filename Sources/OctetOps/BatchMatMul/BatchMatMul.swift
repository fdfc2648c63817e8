package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Products of matrices, one for each pair of batches.
///
/// Inputs: float32 [..., M, K] and [..., K, N], 2 to 5 dimensions; the dimensions before the last two broadcast as
/// NumPy's do. `adj_x` and `adj_y` take the transpose of a side's matrices. Output: [..., M, N].
package final class BatchMatMul: BuiltinOp {
  package let adjX: Bool
  package let adjY: Bool

  package init(adjX: Bool = false, adjY: Bool = false) {
    self.adjX = adjX
    self.adjY = adjY
  }

  package static let entry = OpEntry(
    "batch_matmul", .batchMatmul, types: [.float32],
    "products of matrices, broadcast over batches",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["adj_x", "adj_y"])
      return BatchMatMul(
        adjX: try attributes.bool("adj_x", default: false),
        adjY: try attributes.bool("adj_y", default: false))
    },
    read: BatchMatMul.read, cast: { $0 as? BatchMatMul })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] {
    [Attribute("adj_x", .bool(adjX)), Attribute("adj_y", .bool(adjY))]
  }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 2...2)
    let left = try operands.type(0, among: [.float32])
    let right = try operands.type(1, among: [.float32])
    guard (2...5).contains(left.shape.rank), (2...5).contains(right.shape.rank) else {
      throw Diagnostic(
        .shapeMismatch,
        "TFLite multiplies tensors of 2 to 5 dimensions, not [\(left.shape.text)] and "
          + "[\(right.shape.text)]")
    }
    var (rows, depth) = (left.shape.dimensions.suffix(2).first, left.shape.dimensions.last)
    var (other, columns) = (right.shape.dimensions.suffix(2).first, right.shape.dimensions.last)
    if adjX { swap(&rows, &depth) }
    if adjY { swap(&other, &columns) }
    if let a = depth?.value, let b = other?.value, a != b {
      throw Diagnostic(
        .shapeMismatch, "rows of \(a) elements do not fit columns of \(b)")
    }
    let batches = try broadcastShape(
      Shape(Array(left.shape.dimensions.dropLast(2))),
      Shape(Array(right.shape.dimensions.dropLast(2))))
    return [
      TensorType(.float32, Shape(batches.dimensions + [rows, columns].compactMap { $0 }))
    ]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "its matrices are the last two dimensions"),
      clamp: .none(because: "TFLite's BatchMatMul has no fused activation"), window: nil,
      identity: .never, isView: false, copies: .broadcast(core: 2), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .floatOnly(because: "Octet has no int8 kernel for products of two computed matrices")
  }
}
