import OctetDiagnostics
import OctetIR
import OctetOps
import OctetRuntime

/// Measures what the rounding of one tensor of a float graph does to the graph's outputs while all else is exact.
struct RoundingProbe {
  /// What rounds a tensor, or some of its channels.
  struct Rounding {
    let tensor: ValueID
    let to: Quantization
    /// Of the last dimension.
    var channels: Range<Int>
  }

  private let loop: SampleLoop
  private var prepared: PreparedGraph { loop.prepared }
  private let outputCount: Int
  /// By value: its place among the outputs of the prepared graph, and the step behind the one that makes it.
  private var places: [ValueID: (output: Int, next: Int)] = [:]
  /// By step: the multiply-accumulates from there on.
  private var macsFrom: [Int] = [0]

  /// Logs what cannot be run.
  init(_ graph: Graph, threads: Int, log: DiagnosticLog) throws(DiagnosticFailure) {
    // Tensors that are outputs are still there when the last step is done, so that a run can start anywhere.
    var whole = graph
    var steps: [ValueID: Int] = [:]
    for input in graph.inputs { steps[input] = 0 }
    for (index, node) in graph.nodes.enumerated() {
      for output in node.outputs { steps[output] = index + 1 }
    }
    whole.outputs += steps.keys.filter { !graph.outputs.contains($0) }.sorted {
      $0.index < $1.index
    }
    for (place, id) in whole.outputs.enumerated() { places[id] = (place, steps[id] ?? 0) }
    outputCount = graph.outputs.count
    for node in graph.nodes.reversed() {
      macsFrom.append(macsFrom.last! + (node.macs(in: graph) ?? 0))
    }
    macsFrom.reverse()
    loop = try SampleLoop(whole, threads: threads, observing: true, log: log)
  }

  /// Multiply-accumulates of all roundings for one sample.
  func macs(of roundings: [Rounding]) -> Int {
    roundings.reduce(macsFrom[0]) { $0 + macsFrom[places[$1.tensor]?.next ?? 0] }
  }

  /// The part that noise has of each output's power, summed over the outputs and averaged over samples, for each
  /// rounding.
  ///
  /// - Parameters:
  ///   - samples: one float32 tensor [n, …] an input.
  ///   - count: how many of them to take, evenly spaced.
  func noise(
    of roundings: [Rounding], samples: [Tensor], count: Int
  ) -> [Double] {
    var sums = [Double](repeating: 0, count: roundings.count)
    func next(_ index: Int) -> Int { places[roundings[index].tensor]?.next ?? 0 }
    // A run from a tensor on leaves those before it as they were.
    let order = roundings.indices.sorted { next($0) > next($1) }
    var runs = 0
    loop.forEachGroup(of: samples.map { $0.evenlySpaced(count) }) { _ in
      runs += 1
      prepared.invoke()
      let exact = prepared.outputs[..<outputCount].map { $0.copy() }
      for index in order {
        guard let (place, next) = places[roundings[index].tensor] else { continue }
        let view = prepared.outputs[place]
        let own = view.copy()
        round(view, roundings[index])
        prepared.invoke(from: next)
        sums[index] += noise(exact)
        for (slot, value) in own.storage.bytes.bindMemory(to: Float.self).enumerated() {
          view.float32[slot] = value
        }
      }
    }
    return sums.map { $0 / Double(max(runs, 1)) }
  }

  private func round(_ view: TensorView, _ rounding: Rounding) {
    let (scale, zero) = (rounding.to.scale, Float(rounding.to.zeroPoint))
    for first in stride(from: 0, to: view.count, by: view.extents.last ?? 1) {
      for index in rounding.channels {
        let code = (view.float32[first + index] / scale).rounded(.toNearestOrEven) + zero
        view.float32[first + index] = (max(-128, min(127, code)) - zero) * scale
      }
    }
  }

  private func noise(_ exact: [Tensor]) -> Double {
    var sum = 0.0
    for (tensor, view) in zip(exact, prepared.outputs) {
      let wanted = tensor.storage.bytes.bindMemory(to: Float.self)
      var (signal, noise) = (0.0, 0.0)
      for index in 0..<view.count {
        let (a, b) = (wanted[index], view.float32[index])
        signal += Double(a * a)
        noise += Double((a - b) * (a - b))
      }
      if signal > 0 { sum += noise / signal }
    }
    return sum
  }
}

extension Tensor {
  /// The same with `count` of its first dimension's parts.
  fileprivate func evenlySpaced(_ count: Int) -> Tensor {
    let all = extents.first ?? 0
    guard count < all else { return self }
    let size = storage.bytes.count / all
    let part = Storage(byteCount: size * count)
    for (index, source) in (0..<all).evenlySpaced(count).enumerated() {
      part.mutableBytes[(index * size)...].copyBytes(
        from: storage.bytes[source * size..<(source + 1) * size])
    }
    return Tensor(TensorType(type.element, [count] + extents.dropFirst()), part)
  }
}
