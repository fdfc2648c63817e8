import OctetDiagnostics

extension OpCases {
  private static func detect(_ attributes: String = "") -> String {
    """
    %a = const [0.5, 0.5, 1, 1, 0.5, 0.5, 1, 1, 2, 2, 2, 2] : f32[3,4]
    %b, %c, %s, %n = detection_postprocess(%x, %p, %a) {max_detections = 2, score = 0.3, overlap = 0.5, classes = 2, scales = [10, 10, 5, 5]\(attributes)}
    %y = concatenation(%c, %s) {axis = 0}
    """
  }

  private static let boxes: [Double] = [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
  private static let scores: [Double] = [0.9, 0.5, 0.4, 0.2, 0.8, 0.7, 0.9, 0.2, 0.6]

  static let detectionPostProcess = OpCases(
    "detection_postprocess",
    answers: [
      // The second box is the first one's, moved by a tenth; it overlaps it by nine elevenths and is better.
      Answer(
        "%x: f32[1,3,4], %p: f32[1,3,3]", detect(), [boxes, scores], gives: "f32[2,2]",
        [0, 1, 0.8, 0.6]),
      // Each class for itself: of class 0 the second box, of class 1 the second and the third.
      Answer(
        "%x: f32[1,3,4], %p: f32[1,3,3]", detect(", regular = true"), [boxes, scores],
        gives: "f32[2,2]", [0, 1, 0.8, 0.7]),
      // The edges of the better box.
      Answer(
        "%x: f32[1,3,4], %p: f32[1,3,3]",
        """
        %a = const [0.5, 0.5, 1, 1, 0.5, 0.5, 1, 1, 2, 2, 2, 2] : f32[3,4]
        %y, %c, %s, %n = detection_postprocess(%x, %p, %a) {max_detections = 1, overlap = 0.5, classes = 2, scales = [10, 10, 5, 5]}
        """, [boxes, scores], gives: "f32[1,1,4]", [0.1, 0, 1.1, 1]),
      // Codes are numbers of their scale; a threshold that nothing reaches leaves zeros.
      Answer(
        "%x: u8[1,1,4]{0.1:100}, %p: u8[1,1,1]{0.00390625:0}",
        """
        %a = const [1, 1, 2, 2] : f32[1,4]
        %b, %c, %s, %y = detection_postprocess(%x, %p, %a) {max_detections = 3, score = 0.75, overlap = 0.5, classes = 1, scales = [1, 1, 1, 1]}
        """, [[100, 100, 100, 100], [128]], gives: "f32[1]", [0]),
    ],
    inferences: [
      Inference(
        "%x: f32[1,?n(\"a\"),4], %p: f32[1,?n(\"a\"),3], %a: f32[?n(\"a\"),4]",
        "%y, %c, %s, %n = detection_postprocess(%x, %p, %a) {max_detections = 5, max_classes = 2, overlap = 0.5, classes = 2, scales = [1, 1, 1, 1]}",
        gives: "f32[1,10,4]")
    ],
    refusals: [
      Refusal(
        "%x: f32[1,3,4], %p: f32[1,3,4], %a: f32[3,4]",
        "%y, %c, %s, %n = detection_postprocess(%x, %p, %a) {max_detections = 5, overlap = 0.5, classes = 2, scales = [1, 1, 1, 1]}",
        .shapeMismatch,
        "boxes [1,3,4], scores [1,3,4] of 2 classes and anchors [3,4] do not fit"),
      Refusal(
        "%x: f32[1,3,4], %p: f32[1,3,3], %a: f32[3,4]",
        "%y, %c, %s, %n = detection_postprocess(%x, %p, %a) {max_detections = 5, overlap = 0, classes = 2, scales = [1, 1, 1, 1]}",
        .invalidAttribute,
        "numbers of detections and classes must be 1...4096, the overlap in 0...1, and four scales "
          + "above 0"),
    ],
    int8Steps: nil)
}
