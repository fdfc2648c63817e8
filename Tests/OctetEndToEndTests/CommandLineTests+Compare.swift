import Foundation
import Octet
import OctetTestSupport
import Testing

/// Where two models part, and the page that shows it.
extension CommandLineTests {
  /// The sample's int8 form, whose conv2 has a tenth of the range it needs.
  private func clippedModel() throws -> String {
    try Data(#"{"conv2": [-0.4, 0.4]}"#.utf8).write(to: URL(filePath: path("ranges.json")))
    let model = path("lenet8.tflite")
    #expect(
      try octet(
        "convert", net.prototxt, "--weights", net.weights, "--int8", "--calibration-data",
        Self.sample + "/digits", "--samples", "50", "--calibrator", "min-max", "--ranges",
        path("ranges.json"), "--preprocess", "scale=1/256", "-o", model
      ).code == 0)
    return model
  }

  @Test func compareNamesTheClippedLayer() throws {
    let model = try clippedModel()
    let arguments = [
      "compare", net.prototxt, model, "--weights-a", net.weights, "--data", Self.sample + "/digits",
      "--samples", "20",
    ]
    let result = try octet(arguments)
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.output.contains("9 tensors paired, 20 samples"))
    #expect(result.output.contains("\n1  conv_2d 'conv2'"))
    #expect(result.output.contains("clipped by calibration"))
    #expect(result.output.contains("same top-1 on"))
    let found = try json(try octet(arguments + ["--json"]))
    #expect((found["ranking"] as? [String])?.first == "conv2")
    let tensors = try #require(found["tensors"] as? [[String: Any]])
    let conv2 = try #require(tensors.first { $0["name"] as? String == "conv2" })
    let own = try #require(conv2["own_db"] as? Double)
    #expect(own < 15)
    #expect((conv2["causes"] as? [[String: Any]])?.first?["kind"] as? String == "clipped")
    for tensor in tensors where tensor["name"] as? String != "conv2" {
      #expect((tensor["own_db"] as? Double ?? 100) > own + 5)
    }
  }

  @Test func reportIsOnePage() throws {
    let model = try clippedModel()
    let (found, page) = (path("found.json"), path("found.html"))
    #expect(
      try octet(
        "compare", net.prototxt, model, "--weights-a", net.weights, "--data",
        Self.sample + "/digits", "--samples", "5", "-o", found
      ).code == 0)
    #expect(try octet("report", found, "-o", page).code == 0)
    let html = try String(contentsOfFile: page, encoding: .utf8)
    #expect(html.hasPrefix("<!doctype html>") && html.contains("conv2"))
    #expect(!html.contains("http://") || !html.contains("src=\"http"))
    #expect(html.components(separatedBy: "</script>").count == 3)
    #expect(try octet("report", found, "-o", path("found.dot")).code == 0)
    let dot = try String(contentsOfFile: path("found.dot"), encoding: .utf8)
    #expect(dot.hasPrefix("digraph model {") && dot.contains("conv_2d\\nconv2\\nown error"))
    #expect(
      try octet("report", found, "-o", path("data.json"), "--format", "node-data").code == 0)
    let data = try JSONSerialization.jsonObject(
      with: Data(contentsOf: URL(filePath: path("data.json"))))
    let results = ((data as? [String: Any])?["main"] as? [String: Any])?["results"]
    let value = ((results as? [String: Any])?["conv2"] as? [String: Any])?["value"] as? Double
    #expect(try #require(value) > 3)
    // A model alone, and structures.
    #expect(try octet("report", model, "-o", path("model.html")).code == 0)
    #expect(try octet("inspect", model, "--graph", path("graph.html")).code == 0)
    #expect(
      try octet(
        "diff", net.prototxt, model, "--weights-a", net.weights, "--graph", path("diff.html")
      ).code < 2)
    for name in ["model.html", "graph.html", "diff.html"] {
      #expect(
        try String(contentsOfFile: path(name), encoding: .utf8).contains("\"op\": \"conv_2d\""))
    }
    let wrong = try octet("report", path("ranges.json"), "-o", page)
    #expect(wrong.code == 1 && wrong.errors.contains("error[OCT0902]"))
    // Damage to any part of a report is told, not drawn.
    let whole = try String(contentsOfFile: found, encoding: .utf8)
    for (old, new) in [
      (#""outputs": ["#, #""outputs": [99999, "#), (#""op": "conv_2d""#, #""op": 7"#),
      (#""shape": ["#, #""shapes": ["#), (#""ranking": ["#, #""ranking": [[], "#),
      (#""version": 1"#, #""version": 0.5"#), (#""graphs": [{"#, #""graphs": [[], {"#),
    ] {
      let place = try #require(whole.range(of: old))
      try Data(whole.replacingCharacters(in: place, with: new).utf8)
        .write(to: URL(filePath: path("damaged.json")))
      for format in ["html", "dot", "node-data"] {
        let result = try octet(
          "report", path("damaged.json"), "-o", path("damaged.out"), "--format", format)
        #expect(result.code == 1 && result.errors.contains("error[OCT0902]"), "\(new)")
      }
    }
  }
}
