import OctetDiagnostics
import OctetIR
import OctetOps

/// What becomes of a loop: as many copies of its body as it turns, or a loop.
extension TensorFlowEvaluation {
  /// Turns of a loop that is unrolled whatever it costs, and turns that are counted.
  private static let mostTurns = 4096
  private static let mostCounted = 1 << 14
  /// Operators, and nodes looked at, beyond which a loop stays a loop if it can.
  private static let dearOperators = 2048
  /// The same for the steps of an LSTM, which become one operator again.
  private static let dearSteps = 1 << 14
  private static let dearVisits = 1 << 17
  /// Turns after which it is reckoned what all of them cost.
  private static let sample = 8

  private enum Turns {
    case known(Int)
    case moreThanCounted
    /// What the model computes decides.
    case unknown
  }

  private enum Unrolled {
    case values([TensorFlowValue])
    /// The operators that all turns would become, from those made so far.
    case dear(operators: Int)
  }

  /// What a loop gives; nothing when that could not be made, which has been reported.
  func results(of loop: TensorFlowLoop) throws(Diagnostic) -> [TensorFlowValue] {
    for case .missing in loop.start { return [] }
    let turns = try turns(of: loop)
    var notes: [String] = []
    if case .known(let count) = turns {
      let before = mark()
      switch try unroll(loop, count, untilDear: true) {
      case .values(let values):
        if !values.isEmpty { remarkUnrolled(count, loop) }
        return values
      case .dear(let operators):
        reset(to: before)
        notes = ["unrolled it would be about \(counted(operators, "operator"))"]
      }
    }
    do throws(Diagnostic) {
      return try kept(loop, Self.remark(turns), notes)
    } catch {
      guard case .known(let count) = turns, count <= Self.mostTurns else {
        throw Self.refusal(turns, error)
      }
      guard case .values(let values) = try unroll(loop, count, untilDear: false) else { return [] }
      if !values.isEmpty { remarkUnrolled(count, loop, error) }
      return values
    }
  }

  /// Counts turns, for which only what decides on them is evaluated.
  private func turns(of loop: TensorFlowLoop) throws(Diagnostic) -> Turns {
    let before = mark()
    defer { reset(to: before) }
    let deciding = loop.deciding
    var variables = loop.start
    for turn in 0...Self.mostCounted {
      try visit()
      do throws(Diagnostic) {
        guard case .constant(let tensor) = try loop.condition(variables),
          let isTrue = KnownNumbers(tensor)?.values.first
        else { return .unknown }
        if isTrue == 0 { return .known(turn) }
        variables = try loop.next(variables, deciding)
      } catch { return .unknown }
    }
    return .moreThanCounted
  }

  /// The body once for each turn.
  private func unroll(
    _ loop: TensorFlowLoop, _ turns: Int, untilDear: Bool
  ) throws(Diagnostic) -> Unrolled {
    let (nodes, visits) = (builder.graph.nodes.count, visits)
    var variables = loop.start
    for turn in 0..<turns {
      let made = builder.graph.nodes.count - nodes
      let expected = turn < Self.sample ? made : made * turns / turn
      let isLong =
        expected > Self.dearOperators && (expected > Self.dearSteps || !isLSTM(nodes, turn))
      if untilDear, isLong || self.visits - visits > Self.dearVisits {
        return .dear(operators: made * turns / turn)
      }
      try visit()
      variables = try loop.next(variables, nil)
      guard variables.count == loop.start.count else { return .values([]) }
      for case .missing in variables { return .values([]) }
    }
    return .values(variables)
  }

  /// Whether the operators that some turns have made, from `first` on, are those of LSTM cells: three gates and two
  /// hyperbolic tangents for each cell and turn.
  private func isLSTM(_ first: Int, _ turns: Int) -> Bool {
    var (gates, tangents) = (0, 0)
    for node in builder.graph.nodes[first...] {
      if node.op is Logistic { gates += 1 }
      if node.op is Tanh { tangents += 1 }
    }
    return gates > 0 && gates % (3 * turns) == 0 && tangents * 3 == gates * 2
  }

  private func remarkUnrolled(
    _ turns: Int, _ loop: TensorFlowLoop, _ obstacle: Diagnostic? = nil
  ) {
    options.trace?.addTurns(turns, loop.location)
    log.add(
      Diagnostic(
        .loopUnrolled,
        "the loop turns \(counted(turns, "time")) and becomes as many copies of its body",
        at: loop.location, notes: obstacle.map { [Self.note($0)] } ?? []))
  }

  private static func remark(_ turns: Turns) -> String {
    switch turns {
    case .known(let count): "the loop turns \(counted(count, "time")) and stays a loop (WHILE)"
    case .moreThanCounted:
      "the loop turns more than \(mostCounted) times and stays a loop (WHILE)"
    case .unknown:
      "how often the loop turns depends on what the model computes: it stays a loop (WHILE)"
    }
  }

  private static func refusal(_ turns: Turns, _ obstacle: Diagnostic) -> Diagnostic {
    if case .unknown = turns {
      return Diagnostic(
        .dataDependent,
        "how often the loop runs depends on what the model computes, so it cannot be unrolled",
        notes: [note(obstacle)])
    }
    return Diagnostic(
      .unsupportedParameter, "the loop runs more than \(mostTurns) times",
      notes: ["it would be unrolled to as many copies of its body", note(obstacle)])
  }

  private static func note(_ obstacle: Diagnostic) -> String {
    "it cannot stay a loop: \(obstacle.message)"
  }
}
