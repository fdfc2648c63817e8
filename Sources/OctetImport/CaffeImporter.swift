package import OctetDiagnostics
package import OctetFiles
import OctetIR
import OctetOps

/// Reads a Caffe net into a graph of channels-last inputs and outputs.
package struct CaffeImporter {
  private let net: CaffeNet
  private let options: ImportOptions
  private let file: String
  private let log: DiagnosticLog
  private var builder: GraphBuilder

  /// Reads a prototxt and, if there is one, its caffemodel; logs every problem of both, in the order of
  /// the prototxt's lines.
  package static func read(
    _ file: MappedFile, weights: MappedFile?, _ options: ImportOptions, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> ImportedNet {
    try log.sortedByLine { found throws(DiagnosticFailure) in
      let net = try CaffeNet.read(
        file, weights: weights, outputs: options.outputs,
        needsWeights: options.needsWeights, log: found)
      var importer = CaffeImporter(net, options, file.path, found)
      return try importer.build()
    }
  }

  private init(_ net: CaffeNet, _ options: ImportOptions, _ file: String, _ log: DiagnosticLog) {
    self.net = net
    self.options = options
    self.file = file
    self.log = log
    builder = GraphBuilder(within: Location(file: file, format: "caffe"))
  }

  private mutating func build() throws(DiagnosticFailure) -> ImportedNet {
    builder.addInputs(net.inputs.map { $0.foreign }, options, log)
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
    checkEnds()
    try builder.addOutputs(net.outputs, among: net.layers.flatMap { $0.outputs }, log)
    return ImportedNet(
      graph: try builder.finish(log), preprocessing: net.preprocessing, detector: nil)
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

  /// Logs `OCT0312` for a net without layers or input.
  private func checkEnds() {
    let place = Location(file: file, format: "caffe")
    if net.layers.isEmpty && net.inputs.isEmpty {
      log.add(
        Diagnostic(
          .noInput, "the net has no layers", at: place,
          notes: net.removed.isEmpty ? [] : ["those of the file are for training only"],
          help: "name the prototxt that the net is deployed with"))
    } else if net.inputs.isEmpty {
      log.add(
        Diagnostic(
          .noInput, "the net has no input", at: place,
          help: "add an Input layer, or 'input' and 'input_shape' fields"))
    }
  }
}

extension CaffeNet.Input {
  fileprivate var foreign: ForeignInput {
    ForeignInput(
      name: name, extents: extents, line: line,
      size: crop.map { "\($0),\($0)" } ?? "HEIGHT,WIDTH",
      notes: isData ? ["its data layer takes it from the data"] : [])
  }
}
