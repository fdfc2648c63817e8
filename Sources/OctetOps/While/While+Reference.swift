package import OctetDiagnostics
import OctetIR

extension While {
  /// - Parameter turn: gives whether there may be another.
  static func reference(isTrue: () -> Bool, turn: () -> Bool) {
    while isTrue() && turn() {}
  }
}

extension While {
  /// The results are where the loop variables live: condition and body read them there.
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let variables = context.outputs
    let test = try context.subgraph(condition, variables, .kept)
    let turn = try context.subgraph(body, variables, .overwritten)
    let start = Copies(from: context.outputs.indices.map { context.input($0) }, to: variables)
    let deliver = turn.delivery(to: variables, context.faults)
    let (pool, turns) = (context.pool, context.turns)
    return Step(kernel: "while of \(test.steps.count) and \(turn.steps.count) steps") {
      start.run()
      Self.reference(
        isTrue: {
          test.run(on: pool)
          return test.holds && turns.take()
        },
        turn: {
          turn.run(on: pool)
          return deliver()
        })
    }
  }
}

/// Copies of tensors that happen at the same time: what one overwrites another may still read.
struct Copies {
  private struct Part {
    let source: UnsafeMutableRawPointer
    let target: UnsafeMutableRawPointer
    let byteCount: Int
  }

  private var direct: [Part] = []
  /// Through memory of their own, since their source is another's target.
  private var staged: [(part: Part, stage: Storage)] = []

  init(from sources: [TensorView], to targets: [TensorView]) {
    for (source, target) in zip(sources, targets) where source.base != target.base {
      let byteCount = target.type.byteCount ?? 0
      let part = Part(source: source.base, target: target.base, byteCount: byteCount)
      let isOverwritten = targets.contains { other in
        other.base < source.base + byteCount
          && source.base < other.base + (other.type.byteCount ?? 0)
      }
      if isOverwritten {
        staged.append((part, Storage(byteCount: byteCount)))
      } else {
        direct.append(part)
      }
    }
  }

  func run() {
    for (part, stage) in staged {
      stage.mutableBytes.baseAddress?.copyMemory(from: part.source, byteCount: part.byteCount)
    }
    for part in direct { part.target.copyMemory(from: part.source, byteCount: part.byteCount) }
    for (part, stage) in staged {
      if let bytes = stage.bytes.baseAddress {
        part.target.copyMemory(from: bytes, byteCount: part.byteCount)
      }
    }
  }
}
