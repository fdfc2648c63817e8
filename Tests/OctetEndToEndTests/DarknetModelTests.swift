import Foundation
import Octet
import OctetData
import OctetIR
import OctetTestSupport
import Testing

/// Detectors in Darknet's format: the repo's sample, and published ones where they are there.
@Suite struct DarknetModelTests {
  static let sample = Sample.root.appending(path: "samples/02-yolo").path()
  static let shared = Sample.shared + "/darknet/"

  let log = DiagnosticLog()

  func convert(_ cfg: String, _ weights: String) throws -> Model {
    try Model.open(cfg, ModelOptions(weights: weights), log: log).optimized(log: log)
  }

  func published(_ name: String) throws -> Model {
    let cfg = name == "yolov3-tiny" ? "cfg/\(name).cfg" : "\(name).cfg"
    return try convert(Self.shared + cfg, Self.shared + name + ".weights")
  }

  func quantized(_ model: Model, _ photos: String, _ preprocessing: Preprocessing?) throws -> Model
  {
    try Int8Conversion(
      model, Int8Options(data: photos), preprocessing: preprocessing, log: log
    ).model
  }

  func detect(
    _ model: Model, _ photo: String, _ preprocessing: String?, score: Float = 0.25
  ) throws -> [Detection] {
    let session = try Session(model, log: log)
    session.preprocessing = try preprocessing.map { text in try Preprocessing(text) }
    return try session.detect(
      try Image(contentsOf: photo), DetectionOptions(score: score), log: log)
  }

  /// OpenCV 4.10 reads the same files and gives 0.9677.
  @Test func theSampleFindsItsDigits() throws {
    let float = try convert(Self.sample + "/digits.cfg", Self.sample + "/digits.weights")
    let int8 = try quantized(float, Self.sample + "/calibration", nil)
    for (model, least) in [(float, 0.96), (int8, 0.95)] {
      let data = try model.dataset(Self.sample + "/test", part: .evaluation, log: log)
      let preprocessing = try Preprocessing(model.preprocessing ?? "")
      let result = try DetectionEvaluation.measure(model, data, preprocessing, log: log)
      #expect(result.objects == 886 && result.pictures == 200)
      #expect(result.map50 >= least)
    }
    #expect(!log.hasErrors)
  }

  /// The figures of the shared data's README, OpenCV 4.14's for a picture stretched to the net's size: class,
  /// score, box.
  struct Photo: Sendable, CustomTestStringConvertible {
    let model: String
    let photo: String
    let objects: [(Int, Float, [Double])]

    var testDescription: String { "\(model) on \(photo)" }
  }

  static let photos: [Photo] = [
    Photo(
      model: "yolov3-tiny", photo: "dog.jpg",
      objects: [
        (16, 0.829, [124, 219, 258, 300]), (2, 0.725, [467, 82, 220, 89]),
        (7, 0.582, [530, 94, 100, 67]), (1, 0.378, [229, 196, 330, 249]),
      ]),
    Photo(
      model: "yolov3-tiny", photo: "person.jpg",
      objects: [
        (0, 0.980, [180, 94, 98, 288]), (16, 0.889, [80, 265, 124, 87]),
        (16, 0.808, [109, 275, 62, 61]), (18, 0.774, [389, 125, 227, 216]),
      ]),
    Photo(
      model: "yolov3-tiny", photo: "giraffe.jpg",
      objects: [(22, 0.535, [305, 205, 109, 243]), (23, 0.516, [154, -42, 285, 505])]),
    Photo(
      model: "yolov3-tiny", photo: "bus.jpg",
      objects: [
        (0, 0.984, [42, 385, 181, 530]), (0, 0.964, [222, 398, 128, 450]),
        (0, 0.698, [705, 357, 98, 521]),
      ]),
    Photo(
      model: "yolo-fastest-1.1", photo: "dog.jpg",
      objects: [
        (2, 0.897, [454, 76, 231, 104]), (16, 0.654, [123, 221, 242, 295]),
        (15, 0.567, [113, 212, 257, 305]), (1, 0.529, [243, 187, 346, 235]),
        (2, 0.444, [690, 117, 39, 38]), (1, 0.313, [81, 176, 365, 314]),
        (0, 0.312, [64, 73, 50, 45]),
      ]),
    Photo(
      model: "yolo-fastest-xl", photo: "dog.jpg",
      objects: [
        (16, 0.962, [121, 207, 249, 326]), (2, 0.865, [445, 90, 276, 81]),
        (1, 0.737, [88, 96, 517, 363]), (0, 0.289, [694, 112, 26, 48]),
      ]),
    Photo(
      model: "MobileNetV2-YOLOv3-Nano-voc", photo: "dog.jpg",
      objects: [
        (11, 0.990, [122, 202, 193, 361]), (6, 0.983, [479, 87, 212, 83]),
        (6, 0.657, [440, 69, 177, 82]),
      ]),
    Photo(
      model: "MobileNetV2-YOLO-Fastest-voc", photo: "dog.jpg",
      objects: [(1, 0.581, [132, 81, 570, 363]), (11, 0.394, [110, 252, 201, 267])]),
  ]

  static let stretched = "scale=1/255,resize=stretch,channels=rgb"

  @Test(
    .enabled(if: Sample.hasShared("darknet", "images"), "needs ../shared/data"), arguments: photos)
  func floatFindsWhatOpenCVFinds(_ photo: Photo) throws {
    let found = try detect(
      try published(photo.model), Sample.shared + "/images/" + photo.photo, Self.stretched)
    #expect(found.count == photo.objects.count, "\(found.map { $0.text })")
    for (classIndex, score, sides) in photo.objects {
      let box = Box(x: sides[0], y: sides[1], width: sides[2], height: sides[3])
      let match = found.first { $0.classIndex == classIndex && $0.box.overlap(box) > 0.95 }
      let detection = try #require(match, "class \(classIndex) at \(sides)")
      // JPEG decoders differ by up to 3 of 255, which the small nets feel more.
      let bound: Float = photo.model == "yolov3-tiny" ? 0.01 : 0.015
      #expect(abs(detection.score - score) <= bound)
    }
  }

  @Test(.enabled(if: Sample.hasShared("darknet", "images"), "needs ../shared/data"))
  func letterboxedAsDarknet() throws {
    let model = try published("yolov3-tiny")
    let found = try detect(model, Sample.shared + "/images/dog.jpg", nil, score: 0.5)
    for (classIndex, score) in [(2, 0.644), (1, 0.594), (16, 0.555), (7, 0.542)] as [(Int, Float)] {
      let detection = try #require(found.first { $0.classIndex == classIndex })
      #expect(abs(detection.score - score) <= 0.01)
    }
    let box = try #require(found.first { $0.classIndex == 2 }).box
    // In parts of the net's square, of which the picture fills three quarters of the height.
    let expected = [0.744 * 768, (0.2852 - 0.125) / 0.75 * 576, 0.276 * 768, 0.1276 / 0.75 * 576]
    let sides = [box.x + box.width / 2, box.y + box.height / 2, box.width, box.height]
    for (a, b) in zip(sides, expected) { #expect(abs(a - b) < 3) }
  }

  /// Calibrated on other photos, int8 finds what float is sure of.
  @Test(.enabled(if: Sample.hasShared("darknet", "images"), "needs ../shared/data"))
  func int8FindsWhatFloatFinds() throws {
    let folder = try Sample.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let tested = ["dog.jpg", "person.jpg", "giraffe.jpg", "bus.jpg"]
    let images = Sample.shared + "/images/"
    for name in try FileManager.default.contentsOfDirectory(atPath: images)
    where !tested.contains(name) && !name.contains("mask") {
      try FileManager.default.copyItem(
        atPath: images + name, toPath: folder.appending(path: name).path())
    }
    let float = try published("yolov3-tiny")
    for preprocessing in [Self.stretched, "scale=1/255,resize=letterbox,channels=rgb"] {
      let int8 = try quantized(float, folder.path(), try Preprocessing(preprocessing))
      for photo in tested {
        let found = try detect(int8, images + photo, preprocessing)
        for object in try detect(float, images + photo, preprocessing, score: 0.5) {
          #expect(
            found.contains {
              $0.classIndex == object.classIndex && $0.box.overlap(object.box) > 0.8
            }, "\(photo): \(object.text) in \(found.map { $0.text })")
        }
      }
    }
  }

  /// One net in Caffe's and Darknet's format.
  @Test(.enabled(if: Sample.hasShared("darknet", "caffe", "images"), "needs ../shared/data"))
  func caffeAndDarknetTwinsAgree() throws {
    let name = "MobileNetV2-YOLOv3-Nano-voc"
    let caffe = Sample.shared + "/caffe/mobilenetv2-yolov3-nano-voc/\(name)"
    let twins = [
      try published(name), try convert(caffe + ".prototxt", caffe + ".caffemodel"),
    ]
    let preprocessing = try Preprocessing(Self.stretched)
    var pixels = [Float](repeating: 0, count: 320 * 320 * 3)
    let photo = try Image(contentsOf: Sample.shared + "/images/dog.jpg")
    try pixels.withUnsafeMutableBufferPointer { target in
      _ = try preprocessing.write(photo, shape: [320, 320, 3], into: target)
    }
    let results = try twins.map { twin in
      try Session(twin, log: log).run([(nil, Tensor([1, 320, 320, 3], pixels))], log: log).outputs
        .map { try #require($0.tensor.realValues) }
    }
    #expect(results[0].count == 2 && results[1].count == 2)
    for (darknet, caffe) in zip(results[0], results[1]) {
      #expect(darknet.count == caffe.count)
      #expect((zip(darknet, caffe).map { abs($0 - $1) }.max() ?? 1) <= 0.02)
    }
  }

  /// Every published cfg can be looked at without weights.
  @Test(.enabled(if: Sample.hasShared("darknet"), "needs ../shared/data"))
  func cfgsWithoutWeights() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.shared + "cfg")
    #expect(names.count == 11)
    for name in names {
      let log = DiagnosticLog()
      let inspection = try Inspection.of(Self.shared + "cfg/" + name, ModelOptions(), log: log)
      #expect(!inspection.ops.isEmpty && !log.hasErrors, "\(name)")
    }
  }
}
