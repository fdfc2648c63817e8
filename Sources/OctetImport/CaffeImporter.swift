package import OctetDiagnostics
package import OctetFiles
package import OctetIR
import OctetOps

/// Reads a Caffe net into a graph of channels-last inputs and outputs.
package struct CaffeImporter {
  package struct Options {
    /// Names of the blobs to make outputs; empty for those that no layer reads.
    package var outputs: [String]
    /// Extents of inputs, as Caffe has them: batch, channels, height, width.
    package var inputShapes: [String: [Int]]
    /// Nil makes the batch 1.
    package var batch: Int?
    /// Whether a net without a weights file is an error, or is read as far as shapes go.
    package var needsWeights: Bool

    package init(
      outputs: [String], inputShapes: [String: [Int]], batch: Int?, needsWeights: Bool
    ) {
      self.outputs = outputs
      self.inputShapes = inputShapes
      self.batch = batch
      self.needsWeights = needsWeights
    }
  }

  package struct Result {
    package let graph: Graph
    /// The scale and mean of the net's own data layer, as `--preprocess` takes them.
    package let preprocessing: String?
  }

  private let net: CaffeNet
  private let options: Options
  private let file: String
  private let log: DiagnosticLog
  private var builder: GraphBuilder
  /// What layout remarks list: `data is 1,28,28,1`.
  private var changedLayouts: [String] = []

  /// Reads a prototxt and, if there is one, its caffemodel; logs every problem of both.
  package static func read(
    _ file: MappedFile, weights: MappedFile?, _ options: Options, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Result {
    let net = try CaffeNet.read(
      file, weights: weights, outputs: options.outputs,
      needsWeights: options.needsWeights, log: log)
    var importer = CaffeImporter(net, options, file.path, log)
    return try importer.build()
  }

  private init(_ net: CaffeNet, _ options: Options, _ file: String, _ log: DiagnosticLog) {
    self.net = net
    self.options = options
    self.file = file
    self.log = log
    builder = GraphBuilder(name: "main")
  }

  private mutating func build() throws(DiagnosticFailure) -> Result {
    addInputs()
    for layer in net.layers {
      if let build = OpMapping.caffe(layer.type) {
        builder.add(layer, log, build)
      } else {
        log.add(OpMapping.unknownCaffeLayer(layer))
        builder.fail(layer)
      }
    }
    try addOutputs()
    try log.throwIfErrors()
    if !changedLayouts.isEmpty {
      log.add(
        Diagnostic(
          .layoutChanged, "images are channels-last in the converted model",
          at: Location(file: file, format: "caffe"), notes: changedLayouts))
    }
    builder.graph.compact()
    return Result(graph: builder.graph, preprocessing: net.preprocessing)
  }

  private mutating func addInputs() {
    let names = net.inputs.map { $0.name }
    for name in options.inputShapes.keys.sorted() where !names.contains(name) {
      log.add(
        Diagnostic(
          .unknownInput, "the net has no input '\(name)'", at: Location(file: file),
          notes: ["its inputs are " + names.joined(separator: ", ")]
        ).suggesting(name, from: names))
    }
    for input in net.inputs {
      let place = Location(file: file, format: "caffe", node: input.name, line: input.line)
      guard var extents = options.inputShapes[input.name] ?? input.extents else {
        log.add(
          Diagnostic(
            .unknownDimension, "the shape of input '\(input.name)' is not known", at: place,
            notes: input.isData ? ["its data layer takes it from the data"] : [],
            helps: [
              .init(
                "give it", arguments: ["--input-shape", "\(input.name)=1,CHANNELS,HEIGHT,WIDTH"])
            ]))
        builder.setMissing(input.name)
        continue
      }
      guard !extents.isEmpty, extents.allSatisfy({ $0 > 0 }),
        Shape.elementCount(extents).map({ $0 <= 1 << 31 }) == true
      else {
        log.add(
          Diagnostic(
            .tensorTooLarge, "input '\(input.name)' cannot have the shape \(extents)", at: place))
        builder.setMissing(input.name)
        continue
      }
      if options.inputShapes[input.name] == nil, extents[0] != options.batch ?? 1 {
        if options.batch == nil {
          log.add(
            Diagnostic(
              .batchBecameOne,
              "the batch of '\(input.name)' becomes 1; the deploy file suggests \(extents[0])",
              at: place, helps: [.init("keep it", arguments: ["--batch", "\(extents[0])"])]))
        }
        extents[0] = options.batch ?? 1
      }
      addInput(input.name, extents, place)
    }
  }

  /// An image enters channels-last and is turned back for the layers.
  private mutating func addInput(_ name: String, _ extents: [Int], _ place: Location) {
    guard extents.count == 4 else {
      builder.setBlob(name, builder.addInput(name, TensorType(.float32, extents)))
      return
    }
    let last = Permutation.toChannelsLast.apply(extents)
    let id = builder.addInput(name, TensorType(.float32, last))
    note(name, last)
    do {
      let order = builder.graph.addConstant("\(name)/order", Permutation.toChannelsFirst.tensor)
      let outputs = try builder.graph.append(
        Transpose(), inputs: [id, order], names: [name], provenance: [place])
      builder.setBlob(name, outputs[0])
    } catch {
      log.add(error.located(place))
    }
  }

  private mutating func addOutputs() throws(DiagnosticFailure) {
    let names = options.outputs.isEmpty ? net.unreadBlobs : options.outputs
    if net.layers.isEmpty && net.inputs.isEmpty {
      log.add(Diagnostic(.noInput, "the net has no layers", at: Location(file: file)))
    } else if net.inputs.isEmpty {
      log.add(
        Diagnostic(
          .noInput, "the net has no input", at: Location(file: file, format: "caffe"),
          help: "add an Input layer, or 'input' and 'input_shape' fields"))
    }
    for name in names {
      guard let blob = builder.blob(name) else {
        if !builder.isMissing(name) {
          log.add(
            Diagnostic(
              .unknownOutput, "the net has no blob '\(name)'",
              at: Location(file: file, format: "caffe")
            ).suggesting(name, from: net.layers.flatMap { $0.outputs }))
        }
        continue
      }
      var id = blob
      let type = builder.graph[id].type
      if let extents = type.shape.extents, extents.count == 4 {
        let order = builder.graph.addConstant("\(name)/order", Permutation.toChannelsLast.tensor)
        let maker = builder.graph.nodes.last { $0.outputs.contains(blob) }
        id = try log.attempt { () throws(Diagnostic) in
          try builder.graph.append(
            Transpose(), inputs: [blob, order], names: [name],
            provenance: maker?.provenance ?? [])[0]
        }
        note(name, Permutation.toChannelsLast.apply(extents))
      }
      if !builder.graph.outputs.contains(id) { builder.graph.outputs.append(id) }
    }
  }

  private mutating func note(_ name: String, _ extents: [Int]) {
    changedLayouts.append(
      "'\(name)' is [" + extents.map { "\($0)" }.joined(separator: ",") + "]")
  }
}
