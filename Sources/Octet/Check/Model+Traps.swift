import OctetDiagnostics
import OctetIR
import OctetOps
import OctetQuantize

extension Model {
  /// What converts and may be of no use as it is.
  public func traps() -> [Diagnostic] { rawHeads() + tinyImages() + batchStatistics() }

  /// Warns of a mean over a batch of one together with height and width: of a larger batch each result would depend on the
  /// others.
  private func batchStatistics() -> [Diagnostic] {
    var result: Diagnostic?
    for node in graph.nodes where node.op is Mean {
      guard node.inputs.count > 1, let input = node.inputs[0], let axes = node.inputs[1],
        let extents = graph[input].type.shape.extents, extents.count == 4, extents[0] == 1,
        let listed = graph[axes].constant?.array(of: Int32.self), listed.count > 1,
        listed.contains(0) || listed.contains(-4)
      else { continue }
      let place = node.provenance.first
      if result != nil {
        if let name = place?.node { result?.notes.append("also '\(name)'") }
        continue
      }
      result = Diagnostic(
        .batchDependent, "a mean is taken over all pictures of a batch",
        at: place ?? Location(file: path),
        notes: [
          "with a batch of one, as here, it is the picture's own; with others the results differ"
        ],
        help: "if this is batch normalization, save the model for inference: training=False")
    }
    return result.map { [$0] } ?? []
  }

  /// Remarks of what would stop a quantization, one for each operator type.
  func floatOperators() -> [Diagnostic] {
    let log = DiagnosticLog()
    guard (try? graph.requireForms(ResolvedLayers(int8: graph), log)) == nil else { return [] }
    var result: [Diagnostic] = []
    for diagnostic in log.diagnostics where diagnostic.code == .noInt8Form {
      if let known = result.firstIndex(where: { $0.message.hasSuffix(diagnostic.message) }) {
        if let node = diagnostic.location?.node { result[known].notes.append("also '\(node)'") }
        continue
      }
      var remark = diagnostic
      remark.severity = .remark
      remark.message = "--int8 would stop: " + diagnostic.message
      result.append(remark)
    }
    return result.map { remark in
      var remark = remark
      if remark.notes.count > 4 {
        remark.notes = remark.notes.prefix(3) + ["and \(remark.notes.count - 3) more"]
      }
      return remark
    }
  }

  /// Warns of a detector's heads whose boxes nothing decodes: maps of several sizes whose channels are those of three
  /// anchors with a box, a score and classes.
  private func rawHeads() -> [Diagnostic] {
    guard detector == nil else { return [] }
    var heads: [(name: String, rows: Int, columns: Int, classes: Int)] = []
    for output in graph.outputs {
      guard let extents = graph[output].type.shape.extents, let channels = extents.last else {
        continue
      }
      let isMap = extents.count == 4 && channels % 3 == 0 && channels / 3 > 5
      let isSplit = extents.count == 5 && extents[3] == 3 && channels > 5
      guard isMap || isSplit, extents[1] > 1, extents[2] > 1 else { continue }
      heads.append(
        (graph[output].name, extents[1], extents[2], (isMap ? channels / 3 : channels) - 5))
    }
    guard heads.count >= 2, let first = heads.first,
      heads.allSatisfy({ $0.classes == first.classes }),
      Set(heads.map { $0.rows }).count == heads.count
    else { return [] }
    return [
      Diagnostic(
        .headNotDecoded,
        "the outputs are raw heads of a YOLO: boxes are not decoded in the model",
        at: Location(file: path),
        notes: heads.map {
          "'\($0.name)': \($0.rows)x\($0.columns) cells, three anchors, "
            + "\($0.classes) " + ($0.classes == 1 ? "class" : "classes")
        },
        help:
          "say how with --detector 'yolo classes=\(first.classes) anchors=... output=...', once for each, "
          + "or export the model with its decode")
    ]
  }

  /// Warns of pictures of one pixel, which is what an unknown size becomes elsewhere.
  private func tinyImages() -> [Diagnostic] {
    var result: [Diagnostic] = []
    for input in graph.inputs {
      guard let extents = graph[input].type.shape.extents, extents.count == 4, extents[1] == 1,
        extents[2] == 1, graph.nodes.contains(where: { $0.op is Conv2D })
      else { continue }
      result.append(
        Diagnostic(
          .tinyInput, "the input '\(graph[input].name)' is a picture of one pixel",
          at: Location(file: path), notes: ["an exporter may have put 1 where the size was open"],
          helps: [
            .init(
              "give its size",
              arguments: ["--input-shape", "\(graph[input].name)=1,N,N,\(extents[3])"])
          ], tensors: [graph[input].text]))
    }
    return result
  }
}
