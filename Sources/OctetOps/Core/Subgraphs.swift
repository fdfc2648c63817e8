import OctetDiagnostics
import OctetIR
package import OctetKernels

/// A subgraph that a step runs.
package struct PreparedSubgraph {
  /// Valid when it has run.
  package let outputs: [TensorView]
  package let steps: [Step]
  /// What owns the memory that the steps work in.
  private let memory: AnyObject
  /// The outputs of the last run, where they are others each time, since data decide shapes.
  private let current: (() -> [TensorView])?

  package init(
    outputs: [TensorView], steps: [Step], memory: AnyObject, current: (() -> [TensorView])? = nil
  ) {
    self.outputs = outputs
    self.steps = steps
    self.memory = memory
    self.current = current
  }

  /// Moves what the last run gave to `targets`. Gives false, and a fault (`OCT0710`), where a result has another shape
  /// than its target.
  func delivery(to targets: [TensorView], _ faults: RunFaults) -> () -> Bool {
    guard let current else {
      let copies = Copies(from: outputs, to: targets)
      return {
        copies.run()
        return true
      }
    }
    return {
      let outputs = current()
      for (place, (output, target)) in zip(outputs, targets).enumerated()
      where output.extents != target.extents {
        faults.problem =
          faults.problem
          ?? Diagnostic(
            .shapedByData,
            "result \(place) of a subgraph came out as \(output.type.text), not \(target.type.text)",
            help: "a loop's variables keep their shapes in every turn")
        return false
      }
      Copies(from: outputs, to: targets).run()
      return true
    }
  }

  /// Whether the first result, one bool, holds.
  var holds: Bool {
    let view = current.map { $0()[0] } ?? outputs[0]
    return view.count > 0 && view.elements(UInt8.self).pointee != 0
  }

  package func run(on pool: WorkPool) {
    for step in steps { step.run(on: pool) }
  }
}

/// The turns that the loops of a model may still take in one run.
package final class LoopTurns {
  private var left = While.mostTurns
  /// Whether a loop was ended for want of turns.
  package private(set) var areUsedUp = false

  package init() {}

  /// Begins a run.
  package func reset() {
    left = While.mostTurns
    areUsedUp = false
  }

  /// Whether there is a turn left, which is taken.
  func take() -> Bool {
    if left == 0 {
      areUsedUp = true
      return false
    }
    left -= 1
    return true
  }
}

extension Operands {
  func subgraph(_ name: String) throws(Diagnostic) -> Graph {
    for graph in subgraphs where graph.name == name { return graph }
    throw Diagnostic(.subgraphMismatch, "there is no subgraph '@\(name)'")
      .suggesting(name, from: subgraphs.map { $0.name })
  }
}

extension Graph {
  /// Throws `OCT0207` unless the graph's inputs are these.
  func check(takes operands: [TensorType]) throws(Diagnostic) {
    guard inputs.count == operands.count else {
      throw Diagnostic(
        .subgraphMismatch,
        "'@\(name)' takes \(inputs.count) values, not \(operands.count)")
    }
    for (input, operand) in zip(inputs, operands) {
      let type = self[input].type
      guard type.element == operand.element, type.shape.agrees(with: operand.shape) else {
        throw Diagnostic(
          .subgraphMismatch,
          "'@\(name)' takes '\(self[input].name)' as \(type.text), and is given \(operand.text)")
      }
    }
  }
}
