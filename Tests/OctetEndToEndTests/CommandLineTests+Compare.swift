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
    #expect(dot.contains("[label=\"i8[1,28,28,1]\\n[0.00391, -128] 0…0.996\"]"))
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
    let before = try Data(contentsOf: URL(filePath: model))
    let refused = try octet("diff", net.prototxt, model, "--graph", model)
    #expect(refused.code == 2 && refused.errors.contains("is read: write to another file"))
    #expect(try Data(contentsOf: URL(filePath: model)) == before)
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

  /// A report's JSON, of a model and options.
  private func report(_ arguments: [String]) throws -> [[String: Any]] {
    let result = try octet(["report"] + arguments + ["-o", path("seen.json")])
    #expect(result.code == 0, "\(result.errors)")
    let found = try JSONSerialization.jsonObject(
      with: Data(contentsOf: URL(filePath: path("seen.json"))))
    return try #require((found as? [String: Any])?["graphs"] as? [[String: Any]])
  }

  private func tensor(_ name: String, _ graphs: [[String: Any]]) throws -> [String: Any] {
    let tensors = try #require(graphs.first?["tensors"] as? [[String: Any]])
    return try #require(tensors.first { $0["name"] as? String == name })
  }

  @Test func reportOfAModelHoldsItsNumbers() throws {
    let model = try clippedModel()
    let samples = ["--data", Self.sample + "/digits", "--samples", "3"]
    let graphs = try report([model] + samples)
    // Each number of three samples is counted, and ranges stand beside them.
    let conv2 = try tensor("conv2", graphs)
    let counts = (conv2["histogram"] as? [String: Any])?["counts"] as? [Int]
    #expect(counts?.reduce(0, +) == 3 * 8 * 8 * 50)
    #expect(conv2["low"] as? Double ?? 0 >= -0.41 && conv2["high"] as? Double ?? 1 <= 0.41)
    #expect(conv2["curves"] == nil)
    // The largest weight of a channel is 127 of its steps.
    let weights = try tensor("conv2/weights", graphs)
    let scales = try #require(weights["channel_scales"] as? [Double])
    let channels = try #require(weights["channels"] as? [String: Any])
    let (low, high) = (channels["low"] as? [Double] ?? [], channels["high"] as? [Double] ?? [])
    #expect(scales.count == 50 && low.count == 50)
    for (scale, (low, high)) in zip(scales, zip(low, high)) {
      #expect(abs(max(-low, high) / scale - 127) < 0.01)
    }
    // Of a float model: what ranges would cost. The other end is kept, so the widest range only rounds.
    let float = try report(
      [net.prototxt, "--weights", net.weights, "--preprocess", "scale=1/256"] + samples)
    let result = try tensor("conv2", float)
    let curves = try #require(result["curves"] as? [String: Any])
    let ends = try #require(curves["thresholds"] as? [Double])
    let errors = try #require(curves["mse"] as? [Double])
    #expect(ends == ends.sorted() && ends.first ?? 0 < 0 && ends.last ?? 0 > 0)
    let histogram = try #require(result["histogram"] as? [String: Any])
    let width = (histogram["high"] as? Double ?? 0) - (histogram["low"] as? Double ?? 0)
    let step = width / 255
    #expect(abs((errors.last ?? 0) / (step * step / 12) - 1) < 0.1)
    #expect(errors[ends.firstIndex { $0 > 0 } ?? 0] > 100 * (errors.last ?? 0))
    let wrong = try octet(["report", path("seen.json"), "-o", path("x.html")] + samples)
    #expect(wrong.code == 2 && wrong.errors.contains("is a report already"))
  }

  @Test func picturesNeedNoWeightsAndShowSubgraphs() throws {
    let page = path("net.html")
    let result = try octet("inspect", net.prototxt, "--graph", page)
    #expect(result.code == 0 && result.errors.contains("wrote \(page)"))
    #expect(result.errors.components(separatedBy: "OCT0403").count <= 2)
    let html = try String(contentsOfFile: page, encoding: .utf8)
    #expect(html.contains("\"op\": \"conv_2d\"") && !html.contains("\"channels\": {"))
    try Data(
      """
      octet-ir 1
      graph @main(%x: f32[1,8], %n: i32[]) -> (%y) {
        graph @more(%i: i32[], %m: i32[], %v: f32[1,8]) -> (%go) {
          %go = less(%i, %m)
        }
        graph @turn(%i: i32[], %m: i32[], %v: f32[1,8]) -> (%next, %m, %z) {
          %one = const [1] : i32[]
          %next = add(%i, %one)
          %z = tanh(%v)
        }
        %zero = const [0] : i32[]
        %end, %last, %y = while(%zero, %n, %x) {condition = @more, body = @turn}
      }
      """.utf8
    ).write(to: URL(filePath: path("loop.oct")))
    let graphs = try report([path("loop.oct")])
    #expect(graphs.map { $0["id"] as? String } == ["main", "more", "turn"])
    let dot = try octet("inspect", path("loop.oct"), "--dot")
    #expect(dot.code == 0 && dot.output.contains("label=\"@turn\";"))
    #expect(dot.output.contains("[label=\"tanh\\nz\"]"))
  }
}
