package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Chooses boxes with the highest scores that overlap no better one.
///
/// Inputs: boxes float32 [N,4] by two opposite corners (y, x, y, x); scores float32 [N]; the most boxes to choose, an int32
/// constant scalar; the intersection over union from which a box is dropped, and the score that a box must exceed,
/// float32 scalars. Outputs: the chosen boxes' numbers int32 [most], best first, then zeros; how many there are,
/// int32 scalar.
package final class NonMaxSuppressionV4: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "non_max_suppression_v4", .nonMaxSuppressionV4, types: [.float32, .int32],
    "boxes that overlap no better one",
    make: { NonMaxSuppressionV4() }, cast: { $0 as? NonMaxSuppressionV4 })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 5...5)
    let chosen = Shape([try inferSuppression(operands)])
    return [TensorType(.int32, chosen), TensorType(.int32, [])]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "its boxes are rows"),
      clamp: .none(because: "its results are numbers of boxes"), window: nil,
      identity: .never, isView: false,
      copies: .none(because: "it chooses among the boxes of one image"), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .floatOnly(because: "its results are whole numbers, which int8 models do not have")
  }
}

/// The number of boxes that a suppression chooses at most, after its five first inputs are checked.
func inferSuppression(_ operands: Operands) throws(Diagnostic) -> Int {
  let boxes = try operands.type(0, among: [.float32], rank: 2)
  let scores = try operands.type(1, among: [.float32], rank: 1)
  let count = boxes.shape.dimensions[0].value
  guard boxes.shape.dimensions[1].value ?? 4 == 4,
    count == nil || scores.shape.dimensions[0].value ?? count == count
  else {
    throw Diagnostic(
      .shapeMismatch,
      "boxes [\(boxes.shape.text)] and scores [\(scores.shape.text)] do not belong together")
  }
  for index in 3..<operands.count {
    guard try operands.type(index, among: [.float32]).shape.elementCount == 1 else {
      throw Diagnostic(.shapeMismatch, "input \(index) is not one number")
    }
  }
  let most = try operands.constantInts(2, rank: 0)
  guard most[0] > 0 else {
    throw Diagnostic(.invalidAttribute, "a choice of \(most[0]) boxes at most")
  }
  return most[0]
}
