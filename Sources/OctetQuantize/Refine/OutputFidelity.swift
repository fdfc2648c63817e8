package import OctetDiagnostics
package import OctetIR
import OctetRuntime

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How near the outputs of a quantized graph come to those of the float graph, on samples.
package struct OutputFidelity {
  private let samples: [Tensor]
  /// By sample and output.
  private var expected: [[[Float]]] = []
  private let threads: Int

  /// - Parameter samples: one float32 tensor [n, …] an input.
  package init(
    of graph: Graph, samples: [Tensor], threads: Int, log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    self.samples = samples
    self.threads = threads
    var expected: [[[Float]]] = []
    try SampleLoop(graph, threads: threads, log: log).run(samples, log: log) { _, outputs in
      expected.append(outputs)
    }
    self.expected = expected
  }

  package var sampleCount: Int { expected.count }

  /// The ratio of signal to noise in dB, averaged over outputs and samples; 120 for those that are equal.
  ///
  /// - Precondition: `graph` has the float graph's inputs and outputs but for their types.
  package func decibels(of graph: Graph, log: DiagnosticLog) throws(DiagnosticFailure) -> Double {
    var (sum, count) = (0.0, 0)
    let loop = try SampleLoop(graph, threads: threads, log: log)
    try loop.run(samples, log: log) { [expected] sample, outputs in
      for (wanted, found) in zip(expected[sample], outputs) {
        var (signal, noise) = (0.0, 0.0)
        for (a, b) in zip(wanted, found) {
          signal += Double(a) * Double(a)
          noise += Double(a - b) * Double(a - b)
        }
        guard signal > 0 else { continue }
        sum += noise > 0 ? min(120, 10 * log10(signal / noise)) : 120
        count += 1
      }
    }
    return count == 0 ? 0 : sum / Double(count)
  }
}
