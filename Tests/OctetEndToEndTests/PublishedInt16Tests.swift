import Foundation
import OctetDiagnostics
import OctetFiles
import OctetIR
import OctetOps
import OctetRuntime
import OctetTFLite
import Testing

private let folder = URL(filePath: #filePath)
  .appending(path: "../../../../shared/data/tflite/seanet-int16").standardized

/// Single int16 operators of a published speech model, with the outputs that came with them.
@Suite(
  .enabled(
    if: FileManager.default.fileExists(atPath: folder.path()),
    "no published models beside the checkout"))
struct PublishedInt16Tests {
  @Test(arguments: [
    "add0", "conv0", "leaky_relu0", "pad0", "quantize0", "strided_slice0", "sub0",
    "transpose_conv0",
  ]) func equalsItsGoldenOutput(name: String) throws {
    let log = DiagnosticLog()
    let graph = try TFLiteReader.read(
      try MappedFile(folder.appending(path: "\(name).tflite").path()), log: log
    ).graph
    let inputs = try graph.inputs.enumerated().map { index, input in
      try numbers("\(name)_input\(index)_\(graph[input].type.element.name)")
    }
    #expect(graph.verify(into: log), "\(log.diagnostics)")
    for usesReference in [false, true] {
      let prepared = try PreparedGraph(graph, usesReference: usesReference, log: log)
      for (view, values) in zip(prepared.inputs, inputs) {
        try #require(view.count == values.count)
        for (i, value) in values.enumerated() {
          if view.element == .int32 { view.int32[i] = value } else { view.int16[i] = Int16(value) }
        }
      }
      prepared.invoke()
      try prepared.requireSoundRun()
      let output = prepared.outputs[0]
      #expect(
        (0..<output.count).map { Int32(output.int16[$0]) } == (try numbers("\(name)_golden_int16")))
    }
  }

  private func numbers(_ name: String) throws -> [Int32] {
    try String(contentsOf: folder.appending(path: "\(name).csv"), encoding: .utf8)
      .split { ", \r\n".contains($0) }.map { try #require(Int32($0)) }
  }
}
