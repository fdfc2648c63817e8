/// A loop of TensorFlow 1: nodes that enter a frame, run once for each turn, and leave it.
struct LoopFrame {
  /// What the loop hands from turn to turn.
  struct Variable {
    /// The Merge that is the variable's value in a turn.
    let merge: Int
    /// Its value before the first turn, and for the next one.
    let start: TensorReference
    let next: TensorReference
    /// The node that has its value after the last turn; nil when nothing reads that.
    var exit: Int?
  }

  /// Whether there is another turn.
  let condition: TensorReference
  var variables: [Variable]
  /// The nodes that each turn computes anew.
  var nodes: [Int]
  /// What the loop reads from outside.
  var entries: [TensorReference]
}

extension TensorFlowBody {
  /// The loops whose variables are switched by a LoopCond.
  func findFrames() -> [LoopFrame] {
    var frames: [LoopFrame] = []
    for (loop, node) in nodes.enumerated() where node.op == "LoopCond" {
      guard let condition = inputs[loop].first else { continue }
      var variables: [LoopFrame.Variable] = []
      for (place, node) in nodes.enumerated() where node.op == "Switch" || node.op == "RefSwitch" {
        guard inputs[place].count == 2, inputs[place][1].node == nodes[loop].name,
          let merge = self.place(of: inputs[place][0].node), nodes[merge].op.hasSuffix("Merge"),
          inputs[merge].count == 2,
          let next = inputs[merge].first(where: { op($0)?.hasSuffix("NextIteration") == true }),
          let start = inputs[merge].first(where: { op($0)?.hasSuffix("Enter") == true })
        else { continue }
        variables.append(LoopFrame.Variable(merge: merge, start: start, next: next))
        for (exit, node) in nodes.enumerated()
        where node.op.hasSuffix("Exit") && inputs[exit].first?.node == nodes[place].name {
          variables[variables.count - 1].exit = exit
        }
      }
      var frame = LoopFrame(condition: condition, variables: variables, nodes: [], entries: [])
      fill(&frame)
      frames.append(frame)
    }
    return frames
  }

  private func op(_ reference: TensorReference) -> String? {
    place(of: reference.node).map { nodes[$0].op }
  }

  /// Finds the frame's nodes: all that its condition and its next values read, up to what enters the frame.
  private func fill(_ frame: inout LoopFrame) {
    let first = frame.variables.first.flatMap { place(of: $0.start.node) }
    let name = first.flatMap { nodes[$0].attr["frame_name"]?.s }
    var entries = frame.variables.map { $0.start }
    var seen = Set(frame.variables.map { $0.merge })
    var stack = [frame.condition] + frame.variables.map { $0.next }
    while let reference = stack.popLast() {
      guard let place = place(of: reference.node) else { continue }
      if nodes[place].op.hasSuffix("Enter"), nodes[place].attr["frame_name"]?.s == name {
        if !entries.contains(reference) { entries.append(reference) }
        continue
      }
      guard seen.insert(place).inserted else { continue }
      stack += inputs[place]
    }
    frame.nodes = seen.sorted()
    frame.entries = entries
  }
}
