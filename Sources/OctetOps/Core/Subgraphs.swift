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

  package init(outputs: [TensorView], steps: [Step], memory: AnyObject) {
    self.outputs = outputs
    self.steps = steps
    self.memory = memory
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
