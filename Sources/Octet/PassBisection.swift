public import OctetDiagnostics
import OctetIR
import OctetOps
import OctetPasses
import OctetRuntime

/// The first patch of a conversion after which the model computes something else.
///
/// The model is run after 0, 1, 2… patches on the same random inputs, by bisection, and compared with
/// the unconverted one.
public struct PassBisection: Sendable {
  /// Patches the whole conversion applies.
  public let patches: Int
  /// The largest difference of any output of the fully converted model, relative to the output's
  /// largest magnitude.
  public let difference: Float
  /// The patch that made the difference pass the tolerance; nil when none did.
  public let culprit: Culprit?

  public struct Culprit: Sendable {
    public let number: Int
    public let pass: String
    public let summary: String
    public let difference: Float
  }

  /// Differences above this, relative to the largest magnitude, are taken for a fault; summation order
  /// alone stays below it.
  public static let tolerance: Float = 1e-4

  public static func run(_ model: Model, log: DiagnosticLog) throws(DiagnosticFailure)
    -> PassBisection
  {
    var steps: [PassManager.Step] = []
    _ = try model.optimized(passes: Pipeline.conversion, log: log) { step, _ in
      steps.append(step)
    }
    let reference = try outputs(of: model.graph, log)
    func difference(after count: Int) throws(DiagnosticFailure) -> Float {
      let graph = try model.optimized(
        passes: Pipeline.conversion, stopAfter: count, log: log
      ).graph
      return largestDifference(reference, try outputs(of: graph, log))
    }
    let whole = try difference(after: steps.count)
    guard whole > tolerance, !steps.isEmpty else {
      return PassBisection(patches: steps.count, difference: whole, culprit: nil)
    }
    var good = 0
    var bad = steps.count
    var badDifference = whole
    while bad - good > 1 {
      let middle = (good + bad) / 2
      let found = try difference(after: middle)
      if found <= tolerance {
        good = middle
      } else {
        (bad, badDifference) = (middle, found)
      }
    }
    let step = steps[bad - 1]
    return PassBisection(
      patches: steps.count, difference: whole,
      culprit: Culprit(
        number: bad, pass: step.pass, summary: step.summary, difference: badDifference))
  }

  /// The outputs for inputs that are random but always the same.
  private static func outputs(
    of graph: Graph, _ log: DiagnosticLog
  ) throws(DiagnosticFailure) -> [[Float]] {
    let prepared = try PreparedGraph(graph, log: log)
    _ = try log.attempt { () throws(Diagnostic) in try SampleLoop(prepared) }
    var generator = SplitMix64(seed: 1)
    for input in prepared.inputs {
      let values = (0..<input.count).map { _ in generator.nextFloat() }
      values.withUnsafeBufferPointer { input.write($0) }
    }
    prepared.invoke()
    try log.attempt { () throws(Diagnostic) in try prepared.requireSoundRun() }
    return prepared.outputs.map { output in (0..<output.count).map { output.real($0) } }
  }

  private static func largestDifference(_ a: [[Float]], _ b: [[Float]]) -> Float {
    var result: Float = 0
    for (left, right) in zip(a, b) {
      let scale = max(1e-30, left.reduce(0) { max($0, abs($1)) })
      for (x, y) in zip(left, right) {
        if x == y || x.isNaN && y.isNaN { continue }
        let relative = abs(x - y) / scale
        result = relative.isNaN ? .infinity : max(result, relative)
      }
    }
    return result
  }
}
