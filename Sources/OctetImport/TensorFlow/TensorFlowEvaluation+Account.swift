extension TensorFlowEvaluation {
  /// What in the graph decides, or takes its size, when it runs: its loops, branches and lists.
  func controlFlowNotes() -> [String] {
    var notes: [String] = []
    for body in [source.main] + source.functions.sorted(by: { $0.key < $1.key }).map({ $0.value }) {
      let place = body.function.map { " in \($0)" } ?? ""
      for (index, node) in body.nodes.enumerated() {
        let scope = node.name.split(separator: "/").dropLast().joined(separator: "/")
        switch node.op {
        case "While", "StatelessWhile":
          notes.append("'\(node.name)' (\(node.op))\(place): a loop")
        case "LoopCond": notes.append("'\(scope)' (\(node.op))\(place): a loop")
        case "If", "StatelessIf", "Case", "StatelessCase":
          notes.append("'\(node.name)' (\(node.op))\(place): a branch")
        case "Merge" where !body.isLoopVariable(index):
          notes.append("'\(scope)' (Switch and Merge)\(place): a branch")
        case "TensorArrayV3", "TensorListReserve", "EmptyTensorList":
          notes.append("'\(node.name)' (\(node.op))\(place): a list of tensors")
        default: break
        }
      }
    }
    var unique: [String] = []
    for note in notes where !unique.contains(note) && unique.count < 64 { unique.append(note) }
    let listed = Array(unique.prefix(8))
    return unique.count > 8
      ? listed + ["and \(unique.count - 8) more loops, branches and lists"] : listed
  }
}
