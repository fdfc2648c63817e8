import Foundation
import Octet
import OctetTestSupport
import Testing

/// Pictures through the library.
@Suite final class PictureTests {
  let folder: URL
  let log = DiagnosticLog()

  init() throws { folder = try Sample.temporaryFolder() }

  deinit { try? FileManager.default.removeItem(at: folder) }

  private func model(_ text: String = TinyDetector.graph) throws -> Model {
    let path = folder.appending(path: "net.oct")
    try text.write(to: path, atomically: true, encoding: .utf8)
    return try Model.open(path.path(), log: log)
  }

  private func detector() throws -> Model {
    var model = try model()
    model.preprocessing = TinyDetector.preprocessing
    model.detector = TinyDetector.head
    return model
  }

  private let picture = Image(width: 40, height: 40, pixels: TinyDetector.pixels())

  @Test func detectsAfterWritingAndReading() throws {
    let path = folder.appending(path: "net.tflite").path()
    try detector().write(path, log: log)
    let read = try Model.open(path, log: log)
    #expect(read.detector == TinyDetector.head && read.preprocessing == TinyDetector.preprocessing)
    #expect(Inspection(read).text.contains(TinyDetector.head))
    let session = try Session(read, log: log)
    session.classNames = ClassNames(["lamp", "violet"])
    let found = try session.detect(picture, log: log)
    #expect(found.count == 1 && session.classCount == 2)
    let box = Box(x: 15, y: 5, width: 20, height: 20)
    #expect(found.first?.label == "lamp" && found.first?.box == box)
    #expect((found.first?.score ?? 0) > 0.99)
    // Twice as wide, the box is too.
    let wide = try session.detect(
      Image(
        width: 80, height: 40,
        pixels: (0..<3200).flatMap { place in
          let start = 3 * (place / 80 * 40 + place % 80 / 2)
          return picture.pixels[start..<start + 3]
        }), log: log)
    #expect(wide.first?.box == Box(x: 30, y: 5, width: 40, height: 20))
    #expect(log.diagnostics.isEmpty)
  }

  @Test func textsOfADetectorThatAreNotUnderstood() throws {
    var model = try detector()
    model.detector = "yolo classes=2 anchors=2x2 output="
    let path = folder.appending(path: "net.tflite").path()
    try model.write(path, log: log)
    #expect(try Model.open(path, log: log).detector == nil)
    #expect(log.diagnostics.map { $0.code } == [.invalidMetadata])
  }

  @Test func otherOutputsAreNoDetector() throws {
    let path = folder.appending(path: "net.tflite").path()
    try detector().write(path, log: log)
    var options = ModelOptions(outputs: ["image"])
    #expect(try Model.open(path, options, log: log).detector == nil)
    options.outputs = ["boxes"]
    #expect(try Model.open(path, options, log: log).detector == TinyDetector.head)
  }

  @Test func classifies() throws {
    let model = try model(
      """
      octet-ir 1
      graph @main(%x: f32[1,2], %image: f32[1,1,1,3]) -> (%y) {
        %y = relu(%image)
      }
      """)
    let session = try Session(model, log: log)
    session.classNames = ClassNames(["red", "green"])
    let pixel = Image(width: 1, height: 1, pixels: [10, 30, 20])
    let result = try session.run(
      [(nil, .picture(pixel)), (nil, .tensor(Tensor([1, 2], [0, 0])))], log: log)
    let top = [
      ClassScore(classIndex: 1, label: "green", score: 30), ClassScore(classIndex: 2, score: 20),
      ClassScore(classIndex: 0, label: "red", score: 10),
    ]
    #expect(result.top == top && result.detections == nil)
    #expect(result.text == "green 30.000\nclass 2 20.000\nred 10.000")
    #expect(result.json.text.contains(#""top": [{"class": 1, "label": "green", "score": 30.0}, "#))
    #expect(throws: DiagnosticFailure.self) { try session.detect(pixel, log: self.log) }
    #expect(log.diagnostics.last?.code == .noDetections)
  }

  /// int8 inputs are rounded half away from zero and clamped.
  @Test func quantizedInputs() throws {
    let model = try model(
      """
      octet-ir 1
      graph @main(%image: i8[1,1,1,3]{2.0:-10}) -> (%y) {
        %y = relu(%image) : i8[1,1,1,3]{2.0:-10}
      }
      """)
    let session = try Session(model, log: log)
    let pixel = Image(width: 1, height: 1, pixels: [3, 4, 255])
    let result = try session.run([(nil, .picture(pixel))], log: log)
    #expect(result.outputs[0].tensor.storage.array(of: Int8.self) == [-8, -8, 118])
  }

  @Test func inputsThatTakeNoPicture() throws {
    for (type, words) in [
      ("i32[1,4,4,3]", "takes no picture"), ("f32[2,4,4,3]", "takes no picture"),
      ("f32[1,4,4,2]", "has 2 channels"), ("f32[1,48]", "takes no picture"),
    ] {
      let log = DiagnosticLog()
      let model = try model(
        "octet-ir 1\ngraph @main(%x: \(type)) -> (%y) {\n  %y = reshape(%x, _) {shape = [-1]}\n}")
      let session = try Session(model, log: log)
      #expect(throws: DiagnosticFailure.self) { try session.classify(self.picture, log: log) }
      #expect(log.diagnostics.last?.message.contains(words) == true, "\(log.diagnostics)")
    }
  }

  @Test func averagePrecisionOfAFolder() throws {
    let photos = folder.appending(path: "photos")
    try FileManager.default.createDirectory(at: photos, withIntermediateDirectories: true)
    // The third picture's object is not found, and the fourth has none.
    for (index, (blue, label)) in [
      (0, "0 0.625 0.375 0.5 0.5"), (255, "1 0.625 0.375 0.5 0.5\n0 0.625 0.375 0.5 0.5"),
      (0, "0 0.125 0.125 0.1 0.1"), (0, ""),
    ].enumerated() {
      let isDark = index >= 2
      try Image(
        width: 40, height: 40,
        pixels: TinyDetector.pixels(red: isDark ? 0 : 255, blue: UInt8(blue))
      ).writePNG(photos.appending(path: "\(index).png").path())
      try label.write(
        to: photos.appending(path: "\(index).txt"), atomically: true, encoding: .utf8)
    }
    let model = try detector()
    let data = try model.dataset(photos.path(), part: .evaluation, log: log)
    let result = try DetectionEvaluation.measure(
      model, data, try Preprocessing(TinyDetector.preprocessing), log: log)
    // Class 0: two of three objects at precision 1: recall up to 0.66.
    #expect(result.classes.map { $0.objects } == [3, 1])
    #expect(abs(result.classes[0].ap50 - 67.0 / 101) < 1e-12 && result.classes[1].ap50 == 1)
    #expect(
      result.text == "mAP@0.5: 0.832  mAP@0.5:0.95: 0.832  (4 pictures, 4 objects)")
    #expect(result.json.text.hasPrefix(#"{"metric": "map50", "value": 0.83"#))
  }
}
