import Foundation
import Octet
import OctetTestSupport
import Testing

/// Pictures through the program.
extension CommandLineTests {
  /// A detector as `.tflite` and a picture with one object of class 0.
  private func detectorAndPicture() throws -> (model: String, picture: String) {
    try TinyDetector.graph.write(toFile: path("net.oct"), atomically: true, encoding: .utf8)
    var model = try Model.open(path("net.oct"), log: DiagnosticLog())
    model.preprocessing = TinyDetector.preprocessing
    model.detector = TinyDetector.head
    try model.write(path("net.tflite"), log: DiagnosticLog())
    try FileManager.default.createDirectory(
      atPath: path("photos"), withIntermediateDirectories: true)
    for (name, blue) in [("a", 0), ("b", 255)] as [(String, UInt8)] {
      try Image(width: 40, height: 40, pixels: TinyDetector.pixels(blue: blue))
        .writePNG(path("photos/\(name).png"))
    }
    try "0 0.625 0.375 0.5 0.5\n".write(
      toFile: path("photos/a.txt"), atomically: true, encoding: .utf8)
    try "lamp\nviolet\n".write(toFile: path("names"), atomically: true, encoding: .utf8)
    return (path("net.tflite"), path("photos/a.png"))
  }

  @Test func detectionsFromAPicture() throws {
    let (model, picture) = try detectorAndPicture()
    let text = try octet(
      "run", model, "--input", picture, "--labels", path("names"), "--draw", path("out.png"),
      "--save", path("raw.npz"))
    #expect(text.code == 0, "\(text.errors)")
    #expect(text.output == "lamp 1.000  x=15 y=5 w=20 h=20\n")
    let drawn = try Image(contentsOf: path("out.png"))
    #expect(drawn.width == 40 && drawn.pixels != TinyDetector.pixels())
    #expect(try NPZ.read(path("raw.npz")).map { $0.tensor.extents } == [[1, 4, 4, 7]])
    let object = try json(try octet("run", model, "--input", picture, "--json"))
    let found = try #require((object["detections"] as? [[String: Any]])?.first)
    #expect(found["class"] as? Int == 0 && found["label"] == nil)
    #expect(found["box"] as? [Double] == [15, 5, 20, 20])
    #expect((object["outputs"] as? [Any])?.count == 1 && object["top"] == nil)
    let dark = try octet("run", model, "--input", picture, "--preprocess", "scale=1/2550")
    #expect(dark.output == "no detections\n")
  }

  /// Calibration, conversion with verification, running and evaluation take pictures as any other
  /// data.
  @Test func int8FromPictures() throws {
    let (model, picture) = try detectorAndPicture()
    let converted = try octet(
      "convert", model, "--int8", "--calibration-data", path("photos"), "-o", path("q.tflite"))
    #expect(converted.code == 0, "\(converted.errors)")
    #expect(converted.output.contains("verified against float on 2 calibration samples"))
    let run = try octet("run", path("q.tflite"), "--input", picture)
    #expect(run.output.hasPrefix("class 0 ") && run.output.hasSuffix("x=15 y=5 w=20 h=20\n"))
    let table = try octet(
      "calibrate", model, "--calibration-data", path("photos/*.png"), "-o", path("t.table"))
    #expect(table.code == 0, "\(table.errors)")
    #expect(
      try octet(
        "convert", model, "--int8", "--calibration-table", path("t.table"), "-o", path("t.tflite")
      ).code == 0)
    #expect(
      FileManager.default.contents(atPath: path("q.tflite"))
        == FileManager.default.contents(atPath: path("t.tflite")))
    let evaluated = try octet("eval", path("q.tflite"), "--data", path("photos"), "--json")
    #expect(evaluated.errors.contains("OCT0807"))
    let object = try json(evaluated)
    #expect(object["metric"] as? String == "map50" && object["map50"] as? Double == 1)
    #expect(object["map50_95"] as? Double == 1 && object["total"] as? Int == 2)
    let named = try octet(
      "eval", path("q.tflite"), "--data", path("photos"), "--labels", path("names"))
    #expect(named.output.hasPrefix("mAP@0.5: 1.000  mAP@0.5:0.95: 1.000  (2 pictures, 1 object)\n"))
    #expect(named.output.contains("lamp"))
  }

  /// `--detector` says what the model does not know; `convert` stores it.
  @Test func aDetectorThatIsGiven() throws {
    let (_, picture) = try detectorAndPicture()
    let detector = ["--detector", TinyDetector.head, "--preprocess", TinyDetector.preprocessing]
    let expected = "class 0 1.000  x=15 y=5 w=20 h=20\n"
    let run = try octet(["run", path("net.oct"), "--input", picture] + detector)
    #expect(run.output == expected, "\(run.errors)")
    let converted = try octet(["convert", path("net.oct"), "-o", path("d.tflite")] + detector)
    #expect(converted.code == 0, "\(converted.errors)")
    #expect(try octet("run", path("d.tflite"), "--input", picture).output == expected)
    let evaluated = try octet(["eval", path("net.oct"), "--data", path("photos")] + detector)
    #expect(evaluated.output.hasPrefix("mAP@0.5: 1.000 "), "\(evaluated.errors)")
    for (text, code, words) in [
      ("yolo classes=2", 2, "OCT0811"), ("yolo classes=2 anchors=2x2 output=box", 1, "'boxes'?"),
      ("boxes classes=2 form=xyxy output=boxes", 1, "[1, boxes, 6]"),
    ] as [(String, Int32, String)] {
      let result = try octet(
        "convert", path("net.oct"), "-o", path("e.tflite"), "--detector", text)
      #expect(result.code == code && result.errors.contains(words), "\(text): \(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: path("e.tflite")))
    }
  }

  @Test func optionsWithoutAUse() throws {
    let (model, picture) = try detectorAndPicture()
    try NPZ.write(
      [NamedTensor("image", Tensor([1, 4, 4, 3], [Float](repeating: 0, count: 48)))],
      to: path("x.npz"))
    for (arguments, words) in [
      (["--input", path("x.npz"), "--draw", path("o.png")], "--draw is for pictures"),
      (["--input", path("x.npz"), "--labels", path("names")], "--labels is for pictures"),
      (["--input", picture, "--draw", path("o.jpg")], "--draw takes a FILE.png"),
      (["--input", picture, "--draw", picture], "is read: write to another file"),
      (["--input", picture, "--score", "0"], "--score must be above 0"),
      (["--input", picture, "--nms", "45"], "--nms must be from 0 to 1"),
      (["--input", picture, "--preprocess", "resize=fill"], "OCT0802"),
    ] {
      let result = try octet(["run", model] + arguments)
      #expect(result.code == 2 && result.errors.contains(words), "\(arguments): \(result.errors)")
    }
    let plain = try octet(
      "run", path("net.oct"), "--input", picture, "--score", "0.5")
    #expect(plain.code == 2 && plain.errors.contains("the model is none"))
    let raw = try octet(
      "run", model, "--input", path("x.npz"), "--preprocess", TinyDetector.preprocessing)
    #expect(raw.code == 0 && raw.errors.contains("OCT0806"))
    let other = try octet("run", model, "--input", picture, "--preprocess", "scale=1/256")
    #expect(other.code == 0 && other.errors.contains("OCT0803"))
  }

  @Test(.enabled(if: Sample.hasShared("tflite", "images"), "needs ../shared/data"))
  func aCatIsACat() throws {
    let model = Self.shared + "/tflite/tflite-support/mobilenet_v1_0.25_224_1_default_1.tflite"
    let result = try octet(
      "run", model, "--outputs", "MobilenetV1/Logits/Conv2d_1c_1x1/BiasAdd", "--input",
      Self.shared + "/images/cat.bmp", "--preprocess", "scale=1/127.5,mean=1", "--json")
    let top = try #require(try json(result)["top"] as? [[String: Any]])
    #expect(top.prefix(3).map { $0["class"] as? Int } == [286, 282, 283])
  }

  @Test(.enabled(if: Sample.hasShared("images"), "needs ../shared/data"))
  func photosAreRead() throws {
    let folder = Self.shared + "/images"
    let sizes = try ["dog.jpg", "bus.jpg", "cat.bmp", "squat.bmp"].map { name in
      let image = try Image(contentsOf: folder + "/" + name)
      return [image.width, image.height]
    }
    #expect(sizes[0] == [768, 576])
    let data = try Dataset.open(folder, part: .evaluation, log: DiagnosticLog())
    #expect(data.count >= 10)
  }
}
