import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// `debug precision`.
extension CommandLineTests {
  private var study: [String] {
    [
      "debug", "precision", net.prototxt, "--weights", net.weights, "--calibration-data",
      Self.sample + "/digits", "--preprocess", "scale=1/256", "--calibrator", "min-max",
      "--samples", "64", "-o", path("layers.txt"), "--json",
    ]
  }

  private func trials(_ object: [String: Any]) throws -> [[String: Any]] {
    try #require(object["trials"] as? [[String: Any]])
  }

  private func script(_ name: String, _ lines: String) throws -> String {
    try Data(("#!/bin/sh\n" + lines).utf8).write(to: URL(filePath: path(name)))
    return "sh \(path(name)) {model}"
  }

  /// The file makes convert write what was measured.
  @Test(arguments: ["bisect", "greedy"]) func layersAreFoundAndTheirPriceTold(
    _ search: String
  ) throws {
    let result = try octet(
      study + [
        "--target-metric", "sqnr=55dB", "--search", search, "--plot", path("plot.svg"),
      ])
    #expect(result.code == 0, "\(result.errors)")
    let object = try json(result)
    let trials = try trials(object)
    let chosen = trials[try #require(object["chosen"] as? Int)]
    let groups = try #require(object["groups"] as? [[String: Any]])
    #expect(groups.count == 4 && trials[0]["reached"] as? Bool == false)
    let costs = groups.map { $0["db"] as? Double ?? .infinity }
    #expect(costs == costs.sorted())
    // One layer's own error costs no more than all of them, but for noise that meets by chance.
    let all = try #require(trials[0]["value"] as? Double)
    #expect((costs.first ?? 0) > all - 12, "\(costs), \(all)")
    #expect(try #require(chosen["value"] as? Double) >= 55)
    let kept = try #require(chosen["groups"] as? [String])
    #expect(!kept.isEmpty && kept.count < 4, "\(kept)")
    #expect(trials.contains { $0["pareto"] as? Bool == true })
    #expect(trials.allSatisfy { $0["ms"] as? Double ?? 0 > 0 })
    #expect(!FileManager.default.fileExists(atPath: path("layers.txt.search.json")))
    let plot = try String(contentsOfFile: path("plot.svg"), encoding: .utf8)
    #expect(XMLParser(data: Data(plot.utf8)).parse() && plot.contains("prefers-color-scheme"))
    #expect(plot.components(separatedBy: "<circle class=\"point").count == 2 * trials.count + 1)
    let converted = try json(
      try octet(
        "convert", net.prototxt, "--weights", net.weights, "--int8", "--calibration-data",
        Self.sample + "/digits", "--preprocess", "scale=1/256", "--calibrator", "min-max",
        "--samples", "64", "--no-verify", "-o", path("m.tflite"), "--precision-file",
        path("layers.txt"), "--json"))
    #expect(converted["bytes"] as? Int == chosen["bytes"] as? Int)
  }

  /// A command that fails ends the search; the next one goes on with what was measured, for another target too.
  @Test func aSearchGoesOnWhereItEnded() throws {
    let failing = try script(
      "metric.sh",
      """
      echo run >> \(path("runs"))
      test -e \(path("repaired")) || test $(wc -l < \(path("runs"))) -lt 3 || { echo broken >&2; exit 3; }
      echo ignored
      wc -c < $1
      """)
    let arguments = study + ["--metric-command", failing, "--keep"]
    // The file grows with each layer in float32.
    let first = try octet(arguments + ["--target", "460000", "--in", "float32"])
    #expect(first.code == 1 && first.errors.contains("OCT0940"), "\(first.errors)")
    #expect(first.errors.contains("ends with 3") && first.errors.contains("it says: broken"))
    try Data().write(to: URL(filePath: path("repaired")))
    let second = try octet(arguments + ["--target", "460000", "--in", "float32"])
    #expect(second.code == 0, "\(second.errors)")
    #expect(second.errors.contains("2 models measured before"))
    let object = try json(second)
    #expect(object["resumed"] as? Int == 2)
    let runs = try String(contentsOfFile: path("runs"), encoding: .utf8).split(separator: "\n")
    let trials = try trials(object)
    #expect(runs.count == trials.count + 1)
    #expect(trials.allSatisfy { $0["value"] as? Double == ($0["bytes"] as? Int).map(Double.init) })
    let third = try octet(arguments + ["--target", "1", "--in", "float32"])
    #expect(third.code == 0 && third.errors.contains("\(trials.count) models measured before"))
    #expect(try json(third)["chosen"] as? Int == 0)
    let after = try String(contentsOfFile: path("runs"), encoding: .utf8).split(separator: "\n")
    #expect(after.count == runs.count)
    // What is smaller is better here, and int8 alone is the smallest.
    let missed = try octet(arguments + ["--target", "5", "--lower-is-better"])
    #expect(missed.code == 1 && missed.errors.contains("OCT0524"), "\(missed.errors)")
    #expect(missed.output.contains(#""trials""#))
    let other = try octet(
      study + ["--target-metric", "sqnr=10dB", "--allow", "OCT0941", "--plot", path("one.svg")])
    #expect(try json(other)["resumed"] as? Int == 0, "\(other.errors)")
  }

  @Test func anInterruptedSearchKeepsItsState() throws {
    let stopping = try script(
      "metric.sh",
      "test -e \(path("once")) && { kill -INT $PPID; sleep 5; }\ntouch \(path("once"))\necho 0.5\n")
    let first = try octet(study + ["--metric-command", "exec " + stopping, "--target", "0.9"])
    #expect(first.code == 1 && first.errors.contains("OCT0942"), "\(first.errors)")
    let state = try String(contentsOfFile: path("layers.txt.search.json"), encoding: .utf8)
    #expect(state.contains(#""value": 0.5"#))
  }

  /// A detector of 13 convolutions, by its heads' signal to noise.
  @Test func aDetectorIsBroughtToATarget() throws {
    let folder = Self.root.appending(path: "samples/02-yolo").path()
    let result = try octet(
      "debug", "precision", folder + "/digits.cfg", "--weights", folder + "/digits.weights",
      "--calibration-data", folder + "/calibration", "--calibrator", "min-max", "--samples", "16",
      "--target-metric", "sqnr=30dB", "-o", path("layers.txt"))
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.output.contains("sqnr=30.0dB is reached with"), "\(result.output)")
    #expect(result.output.contains("wrote \(path("layers.txt"))"))
  }

  @Test(arguments: [
    ([], "--target-metric or --metric-command"),
    (["--metric-command", "x", "--target", "1"], "has no {model}"),
    (["--metric-command", "x {model}"], "needs --target"),
    (["--target-metric", "sqnr=1dB", "--target", "1"], "--target is for --metric-command"),
    (["--target-metric", "sqnr=1dB", "--in", "int8"], "--in takes"),
    (["--target-metric", "sqnr=1dB", "--plot", "x.png"], "FILE.svg"),
  ]) func whatAStudyNeedsIsSaid(_ arguments: [String], _ text: String) throws {
    let result = try octet(study + arguments)
    #expect(result.code == 2 && result.errors.contains(text), "\(result.errors)")
  }

  @Test func aFileOfPrecisionsIsRead() throws {
    func convert(_ lines: String) throws -> Result {
      try Data(lines.utf8).write(to: URL(filePath: path("p.txt")))
      return try octet(
        "convert", net.prototxt, "--weights", net.weights, "--int8", "--calibration-data",
        Self.sample + "/digits", "--preprocess", "scale=1/256", "--calibrator", "min-max",
        "--samples", "16", "--no-verify", "-o", path("p.tflite"), "--precision-file",
        path("p.txt"))
    }
    #expect(try convert("# layers\r\n\r\nconv*=int16\r\n").code == 0)
    let wrong = try convert("conv1=int16\nconv2=int61\nconv2\n")
    #expect(wrong.code == 1 && wrong.errors.contains("did you mean 'int16'"), "\(wrong.errors)")
    #expect(wrong.errors.contains("p.txt:2") && wrong.errors.contains("p.txt:3"))
    #expect(try convert("conf1=int16\n").errors.contains("OCT0522"))
  }
}
