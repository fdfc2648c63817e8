import OctetDiagnostics
import Testing

@Suite struct DiagnosticTests {
  let sample = Diagnostic(
    .unknownLayer, "layer type 'Convolutoin' is not supported",
    at: Location(file: "net.prototxt", format: "caffe", op: "Convolutoin", node: "c1", line: 12),
    notes: ["output 'prob' depends on it"],
    helps: [.init("cut the model before it", arguments: ["--outputs", "data"])],
    tensors: ["data: f32[1,3,8,8]"])

  @Test func terminalText() {
    let text = TerminalRenderer(usesColor: false).render(
      sample.suggesting("Convolutoin", from: ["Pooling", "Convolution"]))
    #expect(
      text == """
        error[OCT0301]: layer type 'Convolutoin' is not supported
          --> net.prototxt:12: 'c1' (Convolutoin)
           |  data: f32[1,3,8,8]
          cause: an operator that Octet has not
          note: output 'prob' depends on it
          help: cut the model before it: --outputs data
          help: did you mean 'Convolution'?
          more: octet explain OCT0301
        """)
  }

  @Test func colourOnlyWhenAsked() {
    #expect(TerminalRenderer(usesColor: true).render(sample).contains("\u{1B}[1;31merror"))
    #expect(!TerminalRenderer(usesColor: false).render(sample).contains("\u{1B}"))
  }

  @Test func jsonLine() {
    #expect(
      sample.json.text
        == #"{"code": "OCT0301", "name": "unknown-layer", "severity": "error", "#
        + #""message": "layer type 'Convolutoin' is not supported", "#
        + #""location": {"file": "net.prototxt", "format": "caffe", "op": "Convolutoin", "#
        + #""node": "c1", "line": 12}, "cause": "an operator that Octet has not", "notes": ["output 'prob' depends on it"], "#
        + #""helps": [{"text": "cut the model before it", "arguments": ["--outputs", "data"]}], "#
        + #""tensors": ["data: f32[1,3,8,8]"]}"#)
  }

  @Test func jsonEscapes() {
    #expect(JSON.string("a\"b\\\n\u{1}é").text == "\"a\\\"b\\\\\\n\\u0001é\"")
    #expect(JSON.number(.infinity).text == "null")
  }

  @Test(arguments: [
    ("conv2d", ["conv_2d", "pad"], ["conv_2d"]),
    ("relu", ["relu6", "relu", "elu"], ["relu6", "elu"]),
    ("xyz", ["convolution"], []),
    ("", ["a"], ["a"]),
  ])
  func nearMatchesByDistance(name: String, candidates: [String], expected: [String]) {
    #expect(nearMatches(to: name, in: candidates) == expected)
  }

  @Test func codesAreUniqueAndOrdered() {
    let ids = DiagnosticCode.all.map { $0.id }
    #expect(Set(ids).count == ids.count)
    #expect(ids == ids.sorted())
    #expect(Set(DiagnosticCode.all.map { $0.name }).count == ids.count)
  }

  @Test func policyRaisesAndSilences() {
    let log = DiagnosticLog(
      policy: DiagnosticPolicy(allowed: [.layerRemoved], denied: [.unusedWeights]))
    log.add(Diagnostic(.layerRemoved, "gone"))
    log.add(Diagnostic(.unusedWeights, "unused"))
    log.add(Diagnostic(.unusedWeights, "unused"))
    #expect(log.diagnostics.count == 1)
    #expect(log.diagnostics[0].severity == .error)
    #expect(throws: DiagnosticFailure.self) { try log.throwIfErrors() }
  }
}
