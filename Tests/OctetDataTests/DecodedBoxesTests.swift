import OctetData
import OctetDiagnostics
import OctetIR
import Testing

/// Boxes that a model decodes itself.
@Suite struct DecodedBoxesTests {
  /// The input is 32 x 16 and the picture twice as large.
  private let placement = Placement(width: 64, height: 32, inputWidth: 32, inputHeight: 16)

  static let decoded = "boxes classes=2 form=xyxy unit=part scores=s output=a b"

  @Test func textOfDecodedBoxes() throws {
    let detector = try Detector(lines: [
      Self.decoded, DetectorTests.tiny.replacing("a b", with: "c"),
    ])
    #expect(detector.boxes.count == 1 && detector.heads.count == 1 && detector.classes == 2)
    #expect(try Detector(detector.text) == detector)
    let short = try Detector("boxes form=cxcywh classes=3 output=x")
    #expect(short.text == "boxes classes=3 form=cxcywh unit=part output=x")
    #expect(detector.reading(only: ["a b"]) == nil)
    #expect(detector.reading(only: ["a b", "s"])?.text == Self.decoded)
  }

  @Test(arguments: [
    ("boxes classes=2 form=corners output=a", "form is 'corners', not one of xyxy, yxyx, xywh"),
    ("boxes classes=2 output=a", "form is ''"), ("boxes form=xyxy output=a", "number of classes"),
    ("boxes classes=2 form=xyxy unit=inch output=a", "unit is 'inch'"),
    ("boxes classes=2 form=xyxy scores= output=a", "scores names no output"),
    ("boxes classes=2 form=xyxy scores=a output=a", "two heads read one output"),
    ("boxes classes=2 form=xyxy anchors=1x1 output=a", "boxes has no key 'anchors'"),
    (
      "boxes classes=2 form=xyxy output=b\nyolo classes=1 anchors=1x1 output=a",
      "numbers of classes"
    ),
  ])
  func optionsThatAreNotUnderstood(_ text: String, _ words: String) throws {
    let error = try diagnostic {
      _ = try Detector(lines: text.split(separator: "\n").map(String.init))
    }
    #expect(error.code == .invalidDetector && error.severity == .error)
    #expect(error.message.contains(words), "\(error.message)")
  }

  /// A box from 8, 4 to 24, 12 of an input of 32 x 16, in each form and unit; the picture is twice as large.
  @Test(arguments: [
    ("xyxy", "part", [0.25, 0.25, 0.75, 0.75]), ("xyxy", "pixel", [8, 4, 24, 12]),
    ("yxyx", "pixel", [4, 8, 12, 24]), ("xywh", "pixel", [8, 4, 16, 8]),
    ("cxcywh", "pixel", [16, 8, 16, 8]), ("cxcywh", "part", [0.5, 0.5, 0.5, 0.5]),
  ])
  func decodedBoxes(_ form: String, _ unit: String, _ box: [Float]) throws {
    let expected = Box(x: 16, y: 8, width: 32, height: 16)
    let separate = try Detector("boxes classes=2 form=\(form) unit=\(unit) scores=s output=o")
    let nothing: [Float] = [0, 0, 0, 0]
    let found = try separate.detections(
      in: [
        NamedTensor("s", Tensor([1, 2, 2], [0.1, 0.2, 0.3, 0.75])),
        NamedTensor("o", Tensor([1, 2, 4], nothing + box)),
      ], placement: placement)
    #expect(found == [Detection(classIndex: 1, score: 0.75, box: expected)])
    let joined = try Detector("boxes classes=2 form=\(form) unit=\(unit) output=o")
    for (scores, score) in [([0.5, 0.25], 0.5), ([0.5, 0.75, 0.25], 0.375)] as [([Float], Float)] {
      let tensor = Tensor([1, 1, 4 + scores.count], box + scores)
      let found = try joined.detections(
        in: [NamedTensor("o", tensor)], placement: placement,
        options: DetectionOptions(score: 0.2, allClasses: false))
      #expect(found == [Detection(classIndex: 0, score: score, box: expected)])
    }
  }

  @Test func decodedBoxesThatAreNone() throws {
    let detector = try Detector("boxes classes=1 form=xyxy output=o")
    let rows: [Float] = [
      0.5, 0, 0.25, 1, 0.9, .nan, 0, 1, 1, 0.9, 0, 0, 1, 1, .nan, 0, 0, 1, 1, .infinity,
      0, 0, 0.5, 0.5, 0.9,
    ]
    let found = try detector.detections(
      in: [NamedTensor("o", Tensor([1, 5, 5], rows))], placement: placement)
    #expect(found.map { $0.box } == [Box(x: 0, y: 0, width: 32, height: 16)])
  }

  @Test(arguments: [
    (
      "boxes classes=2 form=xyxy output=o", [1, 3, 8], [1, 3, 2], "[1, boxes, 6], or [1, boxes, 7]"
    ),
    ("boxes classes=2 form=xyxy output=p", [1, 3, 6], [1, 3, 2], "'p', which is no output"),
    (
      "boxes classes=2 form=xyxy scores=s output=o", [1, 3, 6], [1, 3, 2], "boxes are [1, boxes, 4]"
    ),
    (
      "boxes classes=2 form=xyxy scores=s output=o", [1, 3, 4], [1, 2, 2],
      "of 3 boxes are [1, 3, 2]"
    ),
  ])
  func decodedOutputsThatDoNotFit(
    _ text: String, _ boxes: [Int], _ scores: [Int], _ words: String
  ) throws {
    func zeros(_ extents: [Int]) -> Tensor {
      Tensor(extents, [Float](repeating: 0, count: extents.reduce(1, *)))
    }
    let error = try diagnostic {
      _ = try Detector(text).detections(
        in: [NamedTensor("o", zeros(boxes)), NamedTensor("s", zeros(scores))], placement: placement)
    }
    #expect(error.code == .detectorMismatch)
    #expect(
      (error.message + error.notes.joined()).contains(words), "\(error.message) \(error.notes)")
  }
}
