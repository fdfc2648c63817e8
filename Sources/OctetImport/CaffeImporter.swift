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

  /// Reads a prototxt and, if there is one, its caffemodel; logs every problem of both, in the order of
  /// the prototxt's lines.
  package static func read(
    _ file: MappedFile, weights: MappedFile?, _ options: Options, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Result {
    let found = DiagnosticLog()
    var result: Result?
    do throws(DiagnosticFailure) {
      let net = try CaffeNet.read(
        file, weights: weights, outputs: options.outputs,
        needsWeights: options.needsWeights, log: found)
      var importer = CaffeImporter(net, options, file.path, found)
      result = try importer.build()
    } catch {
      result = nil
    }
    log.add(sorted: found)
    guard let result, !log.hasErrors else { throw DiagnosticFailure() }
    return result
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
    for name in net.lost { builder.setMissing(name) }
    var faulty: Set<Int> = []
    var unknown: [Int] = []
    for (index, layer) in net.layers.enumerated() {
      guard let mapping = OpMapping.caffe[layer.type] else {
        unknown.append(index)
        faulty.insert(index)
        builder.fail(layer)
        continue
      }
      let problems = mapping.problems(of: layer)
      for problem in problems { log.add(problem) }
      if !problems.isEmpty {
        builder.fail(layer)
        faulty.insert(index)
      } else if !builder.add(layer, log, mapping.build) {
        faulty.insert(index)
      }
    }
    report(unknown, faulty)
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

  /// Logs `OCT0301` for the layers `unknown`, with the outputs that would make do without them.
  private func report(_ unknown: [Int], _ faulty: Set<Int>) {
    let types = OpMapping.caffe.keys.sorted()
    let cuts = CaffeCuts(net, faulty: faulty)
    for (count, index) in unknown.enumerated() {
      let layer = net.layers[index]
      var problem = Diagnostic(
        .unknownLayer, "layer type '\(layer.type)' is not supported", at: layer.location)
      // More are not shown.
      if count < DiagnosticLog.limit {
        if let blob = cuts.blob(before: index) {
          problem.helps.append(.init("cut the net before it", arguments: ["--outputs", blob]))
        } else if layer.outputs.contains(where: layer.inputs.contains) {
          problem.helps.append(
            .init("to cut the net before it, give its top a name of its own: it works in place"))
        }
        if CaffeFields.types.contains(layer.type) {
          problem.notes.append("Caffe has this type; Octet has nothing for it")
        } else {
          problem = problem.suggesting(layer.type, from: types)
        }
      }
      log.add(problem)
    }
  }

  private mutating func addInputs() {
    let names = net.inputs.map { $0.name }
    let known = Set(names)
    for name in options.inputShapes.keys.sorted() where !known.contains(name) {
      log.add(
        Diagnostic(
          .unknownInput, "the net has no input '\(name)'", at: Location(file: file),
          notes: ["its inputs are " + names.joined(separator: ", ")]
        ).suggesting(name, from: names))
    }
    for input in net.inputs {
      let place = Location(file: file, format: "caffe", node: input.name, line: input.line)
      let size = input.crop.map { "\($0),\($0)" } ?? "HEIGHT,WIDTH"
      guard var extents = options.inputShapes[input.name] ?? input.extents else {
        log.add(
          Diagnostic(
            .unknownDimension, "the shape of input '\(input.name)' is not known", at: place,
            notes: input.isData ? ["its data layer takes it from the data"] : [],
            helps: [
              .init(
                "give it", arguments: ["--input-shape", "\(input.name)=1,CHANNELS,\(size)"])
            ]))
        builder.setMissing(input.name)
        continue
      }
      let isEmpty = extents.isEmpty || extents.contains { $0 <= 0 }
      guard !isEmpty, GraphBuilder.isTensor(extents) else {
        let what = "input '\(input.name)' of shape \(extents)"
        log.add(
          isEmpty
            ? Diagnostic(
              .unsupportedParameter, what + " has no elements", at: place,
              help: "give it positive extents")
            : Diagnostic(
              .tensorTooLarge, what + " is too large", at: place,
              notes: ["a tensor has less than 2^31 elements"],
              help: "give it smaller extents with --input-shape"))
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
    if net.layers.isEmpty && net.inputs.isEmpty {
      log.add(
        Diagnostic(
          .noInput, "the net has no layers", at: Location(file: file, format: "caffe"),
          notes: net.removed.isEmpty ? [] : ["those of the file are for training only"],
          help: "name the prototxt that the net is deployed with"))
    } else if net.inputs.isEmpty {
      log.add(
        Diagnostic(
          .noInput, "the net has no input", at: Location(file: file, format: "caffe"),
          help: "add an Input layer, or 'input' and 'input_shape' fields"))
    }
    let makers = builder.graph.producers()
    var seen: Set<String> = []
    // Values that have their own name already: they can be no other output.
    var named = Set(builder.graph.inputs)
    for name in net.outputs where seen.insert(name).inserted {
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
      let place =
        makers[blob.index].map { builder.graph.nodes[$0].provenance }
        ?? [Location(file: file, format: "caffe", node: name)]
      let extents = builder.graph[blob].type.shape.extents ?? []
      let isFirst = named.insert(blob).inserted
      if isFirst { rename(blob, name, makers) }
      if extents.count == 4 {
        let order = builder.graph.addConstant("\(name)/order", Permutation.toChannelsLast.tensor)
        try addOutput(name, Transpose(), [blob, order], place)
        note(name, Permutation.toChannelsLast.apply(extents))
      } else if isFirst {
        builder.graph.outputs.append(blob)
      } else {
        let shape = Tensor([extents.count], int32: extents.map { Int32($0) })
        let constant = builder.graph.addConstant("\(name)/shape", shape)
        try addOutput(name, Reshape(shape: extents), [blob, constant], place)
      }
    }
  }

  /// Names a blob's value, and the channels-last form that it is turned from.
  private mutating func rename(_ id: ValueID, _ name: String, _ makers: [Int?]) {
    builder.graph[id].name = name
    guard let maker = makers[id.index].map({ builder.graph.nodes[$0] }), maker.op is Transpose,
      let last = maker.inputs[0], !builder.graph.inputs.contains(last)
    else { return }
    builder.graph[last].name = name
  }

  private mutating func addOutput(
    _ name: String, _ op: any BuiltinOp, _ inputs: [ValueID], _ place: [Location]
  ) throws(DiagnosticFailure) {
    builder.graph.outputs += try log.attempt { () throws(Diagnostic) in
      try builder.graph.append(op, inputs: inputs, names: [name], provenance: place)
    }
  }

  private mutating func note(_ name: String, _ extents: [Int]) {
    changedLayouts.append(
      "'\(name)' is [" + extents.map { "\($0)" }.joined(separator: ",") + "]")
  }
}
