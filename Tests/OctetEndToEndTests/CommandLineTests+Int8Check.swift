import Foundation
import Octet
import Testing

/// What int8 would cost, and what a runtime would not run.
extension CommandLineTests {
  /// The text form of a model, as a file.
  private func written(_ graph: String, _ name: String) throws -> String {
    try "octet-ir 1\n\(graph)\n".write(toFile: path(name), atomically: true, encoding: .utf8)
    return path(name)
  }

  /// The codes of the diagnostics of these checks.
  private func costs(_ result: Result) -> [String] {
    result.errors.split(separator: "\n").compactMap { line in
      guard let start = line.range(of: "[OCT09"),
        line.hasPrefix("warning") || line.hasPrefix("remark") || line.hasPrefix("error")
      else { return nil }
      return String(line[line.index(after: start.lowerBound)...].prefix(7))
    }
  }

  private static let joined = """
    graph @main(%x: f32[1,28,28,1]) -> (%y) {
      %f = const splat 416.0 : f32[1]
      %s = logistic(%x)
      %b = mul(%s, %f)
      %y = concatenation(%s, %b) {axis = 3}
    }
    """

  /// Scale 416/255 for scores of scale 1/256: 20 log10(416 * 256 / 255) is 52 dB.
  @Test func scoresBesidePlacesAreToldFromFloatAndFromCodes() throws {
    let float = try octet("check", try written(Self.joined, "joined.oct"))
    #expect(float.code == 0 && costs(float) == ["OCT0950"], "\(float.errors)")
    #expect(float.errors.contains("costs 's' 52 dB"))
    let made = try octet(
      "convert", path("joined.oct"), "-o", path("joined8.tflite"), "--int8", "--calibration-data",
      Self.sample + "/digits", "--calibrator", "min-max", "--samples", "20")
    #expect(made.code == 0 && costs(made) == ["OCT0950"], "\(made.errors)")
    let codes = try octet("check", path("joined8.tflite"))
    #expect(
      costs(codes) == ["OCT0950"] && codes.errors.contains("costs 's' 52 dB"), "\(codes.errors)")
    let apart = try octet(
      "convert", path("joined.oct"), "-o", path("apart.tflite"), "--int8", "--calibration-data",
      Self.sample + "/digits", "--calibrator", "min-max", "--samples", "20", "--precision",
      "y=float32")
    // 's' is read as codes and as real numbers then, but keeps its scale.
    #expect(apart.code == 0 && costs(apart) == ["OCT0956"], "\(apart.errors)")
  }

  /// Numbers that nothing bounds: samples tell that one operand of the join reaches 50 times as far, which is 34 dB.
  @Test func samplesTellWhatConstantsDoNot() throws {
    let file = try written(
      """
      graph @main(%x: f32[1,28,28,1]) -> (%y) {
        %f = const splat 50.0 : f32[1]
        %s = leaky_relu(%x) {alpha = 0.5}
        %b = mul(%s, %f)
        %y = concatenation(%s, %b) {axis = 3}
      }
      """, "unbounded.oct")
    let blind = try octet("check", file)
    #expect(blind.code == 0 && !blind.errors.contains("OCT0512"), "\(blind.errors)")
    let samples = ["--data", Self.sample + "/digits", "--samples", "20", "--calibrator", "min-max"]
    let found = try octet(["check", file] + samples)
    #expect(found.code == 0 && found.errors.contains("remark[OCT0512]"), "\(found.errors)")
    #expect(found.errors.contains("costs it 34 dB"))
    #expect(found.output.contains("converts to int8") && found.output.contains("held-back samples"))
    let stopped = try octet(
      [
        "check",
        try written("graph @main(%x: f32[1,28,28,1]) -> (%y) {\n%y = sqrt(%x)\n}", "root.oct"),
      ]
        + samples)
    #expect(stopped.code == 1 && stopped.errors.contains("error[OCT0504]: --int8 would stop"))
    let wrong = try octet("check", file, "--samples", "3")
    #expect(wrong.code == 2 && wrong.errors.contains("--samples is for --data"))
    let none = try octet("check", file, "--data", path("nothing"))
    #expect(none.code == 1 && none.errors.contains("error[OCT01"))
  }

  /// A factor of 50 between channels is 34 dB.
  @Test func aScaleForAllChannelsCostsTheSmallOnes() throws {
    let file = try written(
      """
      graph @main(%x: f32[1,28,28,1]) -> (%y) {
        %w = const [1.0, 0.02] : f32[2,1,1,1]
        %b = const [0.0, 0.0] : f32[2]
        %y = conv_2d(%x, %w, %b) {padding = valid}
      }
      """, "channels.oct")
    #expect(costs(try octet("check", file)).isEmpty)
    for (scales, wanted) in [("per-channel", []), ("per-tensor", ["OCT0952"])] {
      let made = try octet(
        "convert", file, "-o", path("\(scales).tflite"), "--int8", "--calibration-data",
        Self.sample + "/digits", "--samples", "20", "--weight-scales", scales)
      #expect(made.code == 0 && costs(made) == wanted, "\(made.errors)")
      #expect(costs(try octet("check", path("\(scales).tflite"))) == wanted)
    }
  }

  @Test func whatStandsAloneIsToldWithItsReason() throws {
    let alone = try octet(
      "check",
      try written(
        """
        graph @main(%x: f32[1,28,28,3]) -> (%y, %c, %p) {
          %w = const random 1 : f32[2,1,1,3]
          %b = const [0.0, 0.0] : f32[2]
          %c = conv_2d(%x, %w, %b) {padding = valid}
          %y = relu(%c)
          %order = const [0, 3, 1, 2] : i32[4]
          %p = transpose(%x, %order)
        }
        """, "alone.oct"))
    #expect(costs(alone) == ["OCT0954", "OCT0955"], "\(alone.errors)")
    #expect(alone.errors.contains("behind 'c': that is an output of the model"))
    #expect(alone.errors.contains("'p': an output of the model has this order"))
  }

  @Test func samplesAreHealthy() throws {
    let float = try octet("check", net.prototxt, "--weights", net.weights, "--target", "tflm")
    #expect(float.code == 0 && costs(float).isEmpty, "\(float.errors)")
    #expect(float.output.contains("runs from TFLite 1.5 on"), "\(float.output)")
    let codes = try octet("check", try lenet8(), "--target", "tflite-2.3")
    #expect(codes.code == 0 && costs(codes).isEmpty, "\(codes.errors)")
    // Which releases for microcontrollers take dense layers' scales.
    let micro = try octet("check", path("lenet8.tflite"), "--target", "tflm")
    #expect(micro.code == 0 && costs(micro) == ["OCT0973"], "\(micro.errors)")
    let yolo = Self.root.appending(path: "samples/02-yolo").path()
    let net = try octet("check", yolo + "/digits.cfg", "--weights", yolo + "/digits.weights")
    #expect(net.code == 0 && costs(net).isEmpty, "\(net.errors)")
  }

  // MARK: Targets

  @Test func whatATargetDoesNotRunIsToldByOperator() throws {
    try model(
      """
      graph @main(%x: f32[1,4,4,1]) -> (%y, %z) {
        %size = const [8, 8] : i32[2]
        %y = resize_bilinear(%x, %size) {half_pixel_centers = true}
        %z = gelu(%x)
      }
      """, "newer")
    for (target, codes) in [
      ("tflite-2.9", []), ("tflite-2.2", ["OCT0970"]), ("tflite-2.1", ["OCT0971", "OCT0970"]),
      ("tflm", ["OCT0970"]),
    ] {
      let result = try octet("check", path("newer.tflite"), "--target", target)
      #expect(costs(result) == codes && result.code == (codes.isEmpty ? 0 : 1), "\(result.errors)")
    }
    let old = try octet("check", path("newer.tflite"), "--target", "tflite-2.1")
    #expect(
      old.errors.contains("operator 0 (RESIZE_BILINEAR) is version 3, of which tflite-2.1 has 2"))
    #expect(old.errors.contains("--target tflite-2.2"))
    try Data(
      """
      octet-ir 1
      graph @main(%x: f32[2]) -> (%y) {
        %y = foreign(%x) {framework = tflite, type = "Mine"} : f32[2]
      }
      """.utf8
    ).write(to: URL(filePath: path("own.oct")))
    let stopped = try octet("check", path("own.oct"))
    #expect(stopped.code == 1 && stopped.errors.contains("error[OCT0401]: operator 'Mine'"))
    // Nothing is written of what would not run.
    let refused = try octet(
      "convert", path("newer.tflite"), "-o", path("none.tflite"), "--target", "tflm")
    #expect(refused.code == 1 && !FileManager.default.fileExists(atPath: path("none.tflite")))
    let unknown = try octet("check", path("newer.tflite"), "--target", "tflite-2.61")
    #expect(
      unknown.code == 2 && unknown.errors.contains("did you mean 'tflite-2."), "\(unknown.errors)")
    #expect(
      try json(try octet("inspect", path("newer.tflite"), "--json"))["min_runtime"] as? String
        == "2.9")
  }

  @Test func typesThatMicrocontrollersLack() throws {
    let dynamic = try octet(
      "convert", net.prototxt, "--weights", net.weights, "-o", path("d.tflite"), "--dynamic-range",
      "--target", "tflm")
    #expect(dynamic.code == 1 && Set(costs(dynamic)) == ["OCT0972"], "\(dynamic.errors)")
    let table = try json(try octet("ops", "--target", "tflm", "--json"))
    let rows = try #require(table["operators"] as? [[String: Any]])
    func supported(_ name: String) -> String? {
      rows.first { $0["operator"] as? String == name }?["supported"] as? String
    }
    #expect(supported("CONV_2D") == "float32, int8, int16" && supported("GELU") == "no")
  }

  /// Every operator of the catalogue has its releases, and what Octet writes is known to one of them.
  @Test func everyOperatorHasReleases() {
    for row in OperatorTable(target: Target("tflite-2.20")).rows where row.builtin != "CUSTOM" {
      #expect(row.support != nil, "\(row.builtin)")
    }
  }
}
