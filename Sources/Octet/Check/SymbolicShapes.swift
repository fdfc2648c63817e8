import OctetDiagnostics
import OctetIR
import OctetImport

/// How the shapes of a model's tensors follow from the dimensions that its file leaves open: the model is imported with
/// several extents for them, and the imports are compared by node.
struct SymbolicShapes {
  /// A dimension that is open: of an input, or one that the data decide.
  struct Dimension {
    let name: String
    /// The input and its dimension; nil for one that the data decide.
    let input: (name: String, index: Int)?
    let base: Int

    /// Extents for the probes: another one, a third one, and others that strides do not divide.
    ///
    /// Multiples of 32 go through all the strides of usual models. The others tell how quotients are rounded: up or down
    /// for any stride to 32, anything between for strides to 8.
    func extents(_ place: Int) -> (next: Int, last: Int, odd: [Int]) {
      (base + 96, base + 224 + 64 * place, [1, 63, 2, 3, 4, 5, 6].map { base + $0 })
    }
  }

  let dimensions: [Dimension]
  let probes: [[Int]]
  let traces: [ShapeTrace?]
  /// Those that could be read; empty unless asked for.
  let models: [Model?]
  let first: ShapeTrace

  /// Dimensions that are followed, each of which is an import more.
  private static let mostDimensions = 8
  /// Extents of the first import, until one makes all outputs.
  private static let bases = [256, 64, 512]

  /// Nil for a model without open dimensions.
  ///
  /// - Parameters:
  ///   - attempt: one that failed.
  ///   - tried: shapes of inputs with which others were made.
  ///   - keepsModels: whether `model` is wanted.
  init?(
    _ path: String, _ options: ModelOptions, _ attempt: Attempt, tried: [[String: [Int]]],
    keepsModels: Bool = false
  ) {
    guard
      attempt.errors.contains(where: {
        [.unknownDimension, .dataDependent].contains($0.code)
          && ["tensorflow", "keras"].contains($0.location?.format)
      })
    else { return nil }
    func trace(
      _ dimensions: [Dimension], _ extents: [Int], _ inputs: [String: [Int]]
    ) -> (ShapeTrace, Model?) {
      var options = options
      for (name, shape) in inputs { options.inputShapes[name] = shape }
      var sizes: [String: Int] = [:]
      for (dimension, extent) in zip(dimensions, extents) {
        if let (name, index) = dimension.input {
          options.inputShapes[name]?[index] = extent
        } else {
          sizes[dimension.name] = extent
        }
      }
      let trace = ShapeTrace(sizes: sizes)
      var model = try? Model.read(
        path, options, needsWeights: false, trace: trace, log: DiagnosticLog())
      if !keepsModels { model = nil }
      return (trace, model)
    }
    let (asked, _) = trace([], [], [:])
    var best: (dimensions: [Dimension], inputs: [String: [Int]], trace: ShapeTrace, model: Model?)?
    for base in Self.bases {
      let (open, inputs) = Self.open(asked.inputs, base, tried)
      let (found, model) = trace(open, open.map { $0.base }, inputs)
      if let known = best, known.trace.outputs.count >= found.outputs.count,
        known.trace.outputs.count > 0 || known.trace.nodes.count >= found.nodes.count
      {
        continue
      }
      best = (open, inputs, found, model)
      if found.outputs.count > 0, found.outputs.count == found.wantedOutputs { break }
    }
    guard let best else { return nil }
    let decided = best.trace.open.enumerated().map {
      Dimension(name: $1.name, input: nil, base: ShapeTrace.base(of: $0))
    }
    let dimensions = Array((best.dimensions + decided).prefix(Self.mostDimensions))
    guard !dimensions.isEmpty else { return nil }
    let start = dimensions.map { $0.base }
    var probes = [start]
    for (place, dimension) in dimensions.enumerated() {
      var probe = start
      probe[place] = dimension.extents(place).next
      probes.append(probe)
    }
    probes.append(dimensions.enumerated().map { $1.extents($0).last })
    for odd in 0..<7 { probes.append(dimensions.enumerated().map { $1.extents($0).odd[odd] }) }
    self.dimensions = dimensions
    self.probes = probes
    first = best.trace
    let others = probes.dropFirst().map { trace(dimensions, $0, best.inputs) }
    traces = [best.trace] + others.map { $0.0 }
    models = keepsModels ? [best.model] + others.map { $0.1 } : []
  }

  /// The open dimensions of inputs, and whole shapes for these.
  private static func open(
    _ inputs: [ShapeTrace.Input], _ base: Int, _ tried: [[String: [Int]]]
  ) -> ([Dimension], [String: [Int]]) {
    var dimensions: [Dimension] = []
    var shapes: [String: [Int]] = [:]
    for input in inputs {
      let known = tried.lazy.compactMap { $0[input.name] }.first
      guard var shape = input.extents ?? known, input.extents?.contains(-1) != false else {
        continue
      }
      // Without a rank, height and width are what differs between pictures.
      let open =
        input.extents.map { extents in extents.indices.filter { extents[$0] == -1 } }
        ?? (shape.count == 4 ? [1, 2] : [])
      for index in open {
        let name = InputExtents.dimension(index, of: input.name, shape)
        // Features are what weights fit.
        let isFree = !name.hasSuffix(".features") && !name.hasSuffix(".channels")
        shape[index] =
          isFree ? base + 64 * dimensions.count : known.map { $0[index] } ?? base
        dimensions.append(Dimension(name: name, input: (input.name, index), base: shape[index]))
      }
      shapes[input.name] = shape
    }
    return (dimensions, shapes)
  }
}
