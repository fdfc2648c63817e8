import Foundation
import OctetData
import OctetDiagnostics
import OctetIR
import Testing

@Suite struct DetectorTests {
  static let tiny = "yolo classes=2 anchors=4x2,8x8.5 scale_xy=1 output=a b"
  static let regions = "region classes=2 anchors=1.08x1.19 softmax=1 output=r"

  @Test func textRoundTrips() throws {
    let text = Self.tiny + "\n" + Self.regions
    let detector = try Detector(text)
    #expect(detector.text == text && detector.classes == 2)
    #expect(detector.heads[0].output == "a b" && detector.heads[0].anchors[1].height == 8.5)
    let short = try Detector("yolo anchors=4x2,8x8.5 classes=2 output=a b\n")
    #expect(short == (try Detector(Self.tiny)))
    #expect(
      try Detector("region classes=1 anchors=1x1 softmax=0 output=r").heads[0].usesSoftmax == false)
    #expect(
      try Detector("yolo classes=1 anchors=1x1 scale_xy=1.05 output=r").heads[0].scaleXY == 1.05)
  }

  @Test(arguments: [
    ("", "there is no head"), ("yollo classes=1", "there is no kind 'yollo'"),
    ("yolo classes=1 anchors=1x1", "yolo has no output"),
    ("yolo classes=0 anchors=1x1 output=a", "no number of classes"),
    ("yolo anchors=1x1 output=a", "no number of classes"),
    ("yolo classes=1 output=a", "'' is no anchor"),
    ("yolo classes=1 anchors=1x1x1 output=a", "'1x1x1' is no anchor"),
    ("yolo classes=1 anchors=0x1 output=a", "'0x1' is no anchor"),
    ("yolo classes=1 anchors=1xnan output=a", "'1xnan' is no anchor"),
    ("yolo classes=1 anchors=1x1 softmax=1 output=a", "yolo has no key 'softmax'"),
    ("region classes=1 anchors=1x1 softmax=2 output=a", "softmax is '2'"),
    ("yolo classes=1 classes=1 anchors=1x1 output=a", "'classes' appears twice"),
    ("yolo classes=1 anchors=1x1 junk output=a", "'junk' is not of the form key=value"),
    (tiny + "\n" + tiny, "two heads read one output"),
    (tiny + "\nyolo classes=3 anchors=1x1 output=c", "different numbers of classes"),
  ])
  func textThatIsNotUnderstood(_ text: String, _ words: String) throws {
    let error = try diagnostic { _ = try Detector(text) }
    #expect(error.code == .invalidMetadata && error.severity == .warning)
    #expect(error.message.contains(words), "\(error.message)")
  }

  private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  /// One row of two cells, one anchor, two classes.
  private func find(
    _ head: String, _ cells: [[Float]], _ placement: Placement,
    _ options: DetectionOptions = DetectionOptions()
  ) throws -> [Detection] {
    let tensor = Tensor([1, 1, cells.count, cells[0].count], cells.flatMap { $0 })
    return try Detector(head).detections(
      in: [NamedTensor("o", tensor)], placement: placement, options: options,
      names: ClassNames(["cat"]))
  }

  private let silent: [Float] = [0, 0, 0, 0, -20, 0, 0]

  /// The input is 32 x 16 and the picture twice as large.
  private let placement = Placement(width: 64, height: 32, inputWidth: 32, inputHeight: 16)

  @Test func yoloBoxes() throws {
    let found = try find(
      "yolo classes=2 anchors=4x2 scale_xy=1.2 output=o",
      [silent, [1, -1, 0.5, -0.5, 3, -20, 2]], placement)
    #expect(found.count == 1)
    let detection = try #require(found.first)
    #expect(detection.classIndex == 1 && detection.label == nil)
    #expect(abs(Double(detection.score) - sigmoid(3) * sigmoid(2)) < 1e-6)
    let x = (1 + sigmoid(1) * 1.2 - 0.1) / 2 * 64
    let y = (sigmoid(-1) * 1.2 - 0.1) * 32
    let (width, height) = (exp(0.5) * 4 / 32 * 64, exp(-0.5) * 2 / 16 * 32)
    #expect(abs(detection.box.x - (x - width / 2)) < 1e-5)
    #expect(abs(detection.box.y - (y - height / 2)) < 1e-5)
    #expect(abs(detection.box.width - width) < 1e-5)
    #expect(abs(detection.box.height - height) < 1e-5)
  }

  @Test func regionBoxes() throws {
    let cells: [[Float]] = [[0, 0, 0, 0, 2, 3, 1], silent]
    let found = try find("region classes=2 anchors=1x0.5 output=o", cells, placement)
    let best = try #require(found.first)
    #expect(best.label == "cat")
    #expect(abs(Double(best.score) - sigmoid(2) * exp(3) / (exp(3) + exp(1))) < 1e-6)
    // One cell is half of the picture's width and all of its height.
    #expect(best.box == Box(x: 0, y: 8, width: 32, height: 16))
    let head = "region classes=2 anchors=1x0.5 softmax=0 output=o"
    #expect(try find(head, cells, placement).map { $0.classIndex } == [0])
    let independent = try find(head, cells, placement, DetectionOptions(allClasses: true))
    #expect(independent.count == 2)
    #expect(abs(Double(independent[1].score) - sigmoid(2) * sigmoid(1)) < 1e-6)
  }

  @Test func numbersThatAreNotFinite() throws {
    let head = "yolo classes=2 anchors=4x2 output=o"
    for bad in [Float.nan, .infinity, 1e30] {
      for place in 0..<7 {
        var cell: [Float] = [0, 0, 0, 0, 9, 9, -9]
        cell[place] = bad
        for detection in try find(head, [cell, silent], placement) {
          #expect(detection.box.isFinite && detection.score <= 1, "\(bad) at \(place)")
        }
      }
    }
  }

  @Test func quantizedOutputs() throws {
    let type = TensorType(
      .int8, [1, 1, 1, 7], quantization: Quantization(scale: 0.1, zeroPoint: -10))
    let tensor = Tensor(type, Storage([-10, -10, -10, -10, 20, 20, -110] as [Int8]))
    let found = try Detector("yolo classes=2 anchors=4x2 output=o")
      .detections(in: [NamedTensor("o", tensor)], placement: placement)
    #expect(found.count == 1)
    #expect(abs(Double(found[0].score) - sigmoid(3) * sigmoid(3)) < 1e-6)
  }

  @Test func outputsThatDoNotFit() throws {
    let detector = try Detector("yolo classes=2 anchors=4x2 output=o")
    for (name, extents) in [("p", [1, 1, 1, 7]), ("o", [1, 1, 1, 8]), ("o", [7])] {
      let tensor = Tensor(extents, [Float](repeating: 0, count: extents.reduce(1, *)))
      let error = try diagnostic {
        _ = try detector.detections(in: [NamedTensor(name, tensor)], placement: placement)
      }
      #expect(error.code == .detectorMismatch)
    }
  }

  private func candidate(_ x: Double, _ score: Float, _ classIndex: Int = 0) -> Candidate {
    Candidate(
      classIndex: classIndex, score: score, box: Box(x: x, y: 0, width: 10, height: 10))
  }

  @Test func suppressionWorksClassByClass() {
    let candidates = [
      candidate(0, 0.5), candidate(1, 0.9), candidate(2, 0.8, 1), candidate(5, 0.6),
      candidate(20, 0.6), candidate(20, 0.6, 2),
    ]
    // At 0.45: 0 and 1 share 9/11, 1 and 5 share 6/14 = 0.43.
    let kept = suppressed(candidates, 0.45)
    #expect(kept.map { $0.score } == [0.9, 0.8, 0.6, 0.6, 0.6])
    #expect(kept.map { $0.box.x } == [1, 2, 5, 20, 20])
    #expect(kept.map { $0.classIndex } == [0, 1, 0, 0, 2])
    #expect(suppressed(candidates, 0.4).map { $0.box.x } == [1, 2, 20, 20])
    #expect(suppressed(candidates, 1).count == 6)
    #expect(suppressed([], 0.5).isEmpty)
  }

  @Test func manyCandidatesAreBounded() {
    var random = SplitMix64(seed: 1)
    let candidates = (0..<60_000).map { index in
      candidate(Double(index % 300) * 20, random.nextFloat() / 2 + 0.5, index % 3)
    }
    let kept = suppressed(candidates, 0.45)
    #expect(kept.count <= 300)
    #expect(zip(kept, kept.dropFirst()).allSatisfy { $0.score >= $1.score })
  }

  @Test func textAndJSON() {
    let box = Box(x: -0.4, y: 12.5, width: 100.26, height: 3)
    let detection = Detection(classIndex: 16, label: "dog", score: 0.8294, box: box)
    #expect(detection.text == "dog 0.829  x=0 y=13 w=100 h=3")
    #expect(
      detection.json.text
        == #"{"class": 16, "label": "dog", "score": 0.8294000029563904, "box": [-0.4, 12.5, 100.26, 3.0]}"#
    )
    #expect(Detection(classIndex: 16, score: 0.5, box: box).text.hasPrefix("class 16 0.500  "))
  }

  @Test func classNames() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("coco.names", Array("person\r\n bicycle \n\ncar\n\n".utf8))
    let names = try ClassNames(contentsOf: path)
    #expect(names.names == ["person", "bicycle", "", "car"])
    let log = DiagnosticLog()
    names.check(classes: 4, log: log)
    #expect(log.diagnostics.isEmpty)
    names.check(classes: 80, log: log)
    #expect(log.diagnostics.map { $0.code } == [.namesMismatch])
    for bytes in [[], Array("\n \n".utf8), [65, 0]] {
      let file = try folder.file("bad", bytes)
      #expect(try diagnostic { _ = try ClassNames(contentsOf: file) }.code == .invalidData)
    }
  }
}
