import Foundation
import Octet
import OctetTestSupport
import Testing

/// Where the ranges of int8 models come from and where they go.
extension CommandLineTests {
  /// A table that a conversion has saved gives the same model again, also on a CPU without vector instructions.
  @Test func aTableGivesTheSameModelEverywhere() throws {
    let source = ["convert", net.prototxt, "--weights", net.weights, "--int8"]
    let table = ["--calibration-table", path("saved.table")]
    #expect(
      try octet(
        source + [
          "--calibration-data", Self.sample + "/digits", "--samples", "20", "--save-table",
          path("saved.table"), "-o", path("first.tflite"),
        ]
      ).code == 0)
    #expect(try octet(source + table + ["-o", path("second.tflite")]).code == 0)
    var models = ["first.tflite", "second.tflite"]
    let emulator = "/usr/bin/qemu-x86_64"
    if FileManager.default.isExecutableFile(atPath: emulator) {
      let result = try run(
        URL(filePath: emulator),
        ["-cpu", "Nehalem", Self.program("octet").path()] + source + table
          + ["-o", path("third.tflite")])
      #expect(result.code == 0, "\(result.errors)")
      models.append("third.tflite")
    }
    let bytes = try models.map { try Data(contentsOf: URL(filePath: path($0))) }
    #expect(bytes.allSatisfy { $0 == bytes[0] })
  }

  @Test func aTableThatIsNotThereIsAnError() throws {
    let result = try octet(
      "convert", net.prototxt, "--weights", net.weights, "--int8", "--calibration-data",
      Self.sample + "/digits", "--calibration-table", path("none.table"), "-o", path("m.tflite"))
    #expect(result.code == 1 && result.errors.contains("error[OCT0101]"))
    #expect(!FileManager.default.fileExists(atPath: path("m.tflite")))
  }

  @Test func rangesOfTensorRT() throws {
    let source = [net.prototxt, "--weights", net.weights]
    let (cache, model) = (path("lenet.cache"), path("m.tflite"))
    #expect(
      try octet(
        ["calibrate"] + source + [
          "--calibration-data", Self.sample + "/digits", "--format", "tensorrt", "-o", cache,
        ]
      ).code == 0)
    let lines = try String(contentsOfFile: cache, encoding: .utf8).split(separator: "\n")
    #expect(lines.first == "TRT-7000-MinMaxCalibration")
    #expect(lines.dropFirst().allSatisfy { $0.contains(#/^.+: [0-9a-f]{8}$/#) })
    let converted = try octet(
      ["convert"] + source + ["--int8", "--calibration-cache", cache, "-o", model])
    #expect(converted.code == 0 && !converted.errors.contains("OCT0521"))
    let tensors = try octet("inspect", model, "--json").output
    #expect(tensors.contains(#""zero_point": 0"#))
    let wrong = try octet(
      ["convert"] + source + ["--int8", "--calibration-table", cache, "-o", model])
    #expect(wrong.code == 1)
    let renamed = try octet(
      ["convert"] + source + ["--int8", "--calibration-cache", cache]
        + ["--calibration-cache-names", net.prototxt, "-o", model])
    #expect(renamed.code == 1 && renamed.errors.contains("OCT0508"))
  }

  /// Ranges alone are enough, and they come before measured ones.
  @Test func rangesOfAUser() throws {
    let source = [
      "convert", net.prototxt, "--weights", net.weights, "--int8", "-o", path("m.tflite"),
    ]
    try #"{"data": [0, 1], "conv1": [-4, 4], "conv2": [-8, 8], "ip1": {"min": 0, "max": 12.75}}"#
      .write(toFile: path("r.json"), atomically: true, encoding: .utf8)
    let some = try octet(source + ["--ranges", path("r.json"), "--json"])
    #expect(some.code == 1 && some.errors.contains("1 tensor needs a range and none is given"))
    #expect(some.errors.contains(#""tensors": ["ip2: f32[1,10]"]"#), "\(some.errors)")
    let all = try octet(
      source + [
        "--ranges", path("r.json"), "--calibration-data", Self.sample + "/digits", "--samples",
        "20", "--save-table", path("t"),
      ])
    #expect(all.code == 0)
    let table = try String(contentsOfFile: path("t"), encoding: .utf8)
    #expect(
      table.contains("\nip1: 0x0p+0 0x1.98p+3\n") && table.contains(" symmetric\n"), "\(table)")
  }

  @Test(.enabled(if: Sample.hasShared("caffe", "mnist", "trt-cache"), "needs ../shared/data"))
  func lenetWithTheScalesOfTensorRT() throws {
    let lenet = Self.shared + "/caffe/lenet"
    for version in ["5100", "7000"] {
      let converted = try octet(
        "convert", lenet + "/lenet.prototxt", "--weights", lenet + "/lenet_iter_10000.caffemodel",
        "--int8", "--calibration-cache",
        Self.shared + "/trt-cache/sampleINT8-mnist-lenet-TRT\(version).cache", "--preprocess",
        "scale=1/256", "-o", path("m.tflite"))
      #expect(converted.code == 0 && !converted.errors.contains("OCT0521"))
      let result = try json(
        try octet("eval", path("m.tflite"), "--data", Self.shared + "/mnist", "--json"))
      #expect(result["correct"] as? Int == 9906)
    }
  }

  /// NVIDIA's builder adds a convolution, its normalization and its activation as layers, whose results it does not name.
  @Test(.enabled(if: Sample.hasShared("darknet", "images", "trt-cache"), "needs ../shared/data"))
  func yoloWithTheScalesOfDeepStream() throws {
    let names = Self.root.appending(
      path: "Tests/OctetEndToEndTests/Quantization/deepstream-yolov3-tiny-names.json")
    let converted = try octet(
      "convert", Self.shared + "/darknet/cfg/yolov3-tiny.cfg", "--weights",
      Self.shared + "/darknet/yolov3-tiny.weights", "--int8", "--calibration-cache",
      Self.shared + "/trt-cache/deepstream-yolov3-tiny-calibration.table",
      "--calibration-cache-names", names.path(), "-o", path("m.tflite"))
    #expect(converted.code == 0)
    #expect(converted.errors.contains("the model has no tensor for 16 scales of the cache"))
    let result = try octet(
      "run", path("m.tflite"), "--input", Self.shared + "/images/dog.jpg", "--labels",
      Self.shared + "/darknet/coco.names")
    let found = result.output.split(separator: "\n").map { $0.prefix { $0 != " " } }
    #expect(found == ["car", "car", "dog", "bicycle"], "\(result.output)")
  }

  /// Caches that TensorRT has written and a table of ONNX Runtime can be read, whatever their model.
  @Test(.enabled(if: Sample.hasShared("trt-cache"), "needs ../shared/data"))
  func publishedCaches() throws {
    let log = DiagnosticLog()
    for (name, count) in [
      ("deepstream-yolov3-calibration.table", 186),
      ("deepstream-yolov3-tiny-calibration.table", 41),
      ("onnx-demo-TRT101401-EntropyCalibration2.cache", 249),
      ("sampleINT8-mnist-lenet-TRT5100.cache", 8), ("sampleINT8-mnist-lenet-TRT7000.cache", 8),
    ] {
      let cache = try TensorRTCache.read(Self.shared + "/trt-cache/" + name, log: log)
      #expect(cache.entries.count == count, "\(name)")
    }
    let path = Self.shared + "/trt-cache/ort-crestereo-calibration.cache"
    let ranges = try GivenRanges.read(path, log: log)
    #expect(ranges.entries.count == 4520 && ranges.entries[0].name == "init_K")
  }
}
