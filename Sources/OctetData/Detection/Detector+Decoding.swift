import Glibc
public import OctetDiagnostics
import OctetIR

extension Detector {
  /// The most candidates of a picture that go into suppression: those with the highest scores.
  static let largestCandidateCount = 30_000

  /// The objects in the outputs of a run, best first; of equal scores the lower class comes first,
  /// then the earlier head, cell and anchor.
  ///
  /// The best class of each box (of each anchor of each cell), or each class (`options.allClasses`), is a candidate
  /// when its score, the class's times the objectness, is at least `options.score`. Boxes whose numbers are not finite are dropped.
  ///
  /// - Parameters:
  ///   - outputs: the model's outputs, float32, int8 or uint8; integers are dequantized.
  ///   - placement: where the picture lies in the model's input.
  ///   - names: the classes' names; may be fewer than the classes.
  /// - Throws: `.detectorMismatch` when an output is missing or has another shape than its head.
  public func detections(
    in outputs: [NamedTensor], placement: Placement, options: DetectionOptions = .init(),
    names: ClassNames? = nil
  ) throws(Diagnostic) -> [Detection] {
    try check(outputs.map { ($0.name, $0.tensor.type) })
    var candidates: [Candidate] = []
    func values(_ name: String) -> (values: [Float], extents: [Int]) {
      let tensor = outputs.first { $0.name == name }?.tensor
      return (tensor?.realValues ?? [], tensor?.extents ?? [])
    }
    for head in heads {
      let (values, extents) = values(head.output)
      head.collect(values, extents[1], extents[2], placement, options, &candidates)
    }
    for part in boxes {
      let (numbers, extents) = values(part.output)
      part.collect(
        numbers, width: extents[2], part.scores.map { values($0).values }, placement, options,
        &candidates)
    }
    return suppressed(candidates, options.overlap).map { candidate in
      Detection(
        classIndex: candidate.classIndex,
        label: names?.label(candidate.classIndex),
        score: candidate.score, box: placement.picture(candidate.box))
    }
  }
}

/// A box before suppression, in pixels of the model's input.
package struct Candidate {
  package var classIndex: Int
  package var score: Float
  package var box: Box

  package init(classIndex: Int, score: Float, box: Box) {
    self.classIndex = classIndex
    self.score = score
    self.box = box
  }
}

extension Detector.Head {
  /// Adds the candidates of an output in the order of cells, anchors and classes.
  fileprivate func collect(
    _ values: [Float], _ rows: Int, _ columns: Int, _ placement: Placement,
    _ options: DetectionOptions, _ candidates: inout [Candidate]
  ) {
    let threshold = options.score
    let width = Double(placement.inputWidth)
    let height = Double(placement.inputHeight)
    // Pixels of the input for one unit of the anchors.
    let unitX = kind == .yolo ? 1 : width / Double(columns)
    let unitY = kind == .yolo ? 1 : height / Double(rows)
    var scores = [Float](repeating: 0, count: classes)
    for cell in 0..<rows * columns {
      for (index, anchor) in anchors.enumerated() {
        let start = (cell * anchors.count + index) * (5 + classes)
        let objectness = sigmoid(values[start + 4])
        // No class can lift the score above the objectness.
        guard objectness >= threshold else { continue }
        scoreClasses(values[(start + 5)..<(start + 5 + classes)], objectness, &scores)
        guard let best = bestClass(scores), scores[best] >= threshold else { continue }
        let x = (Double(cell % columns) + centre(values[start])) / Double(columns) * width
        let y = (Double(cell / columns) + centre(values[start + 1])) / Double(rows) * height
        let boxWidth = exp(Double(values[start + 2])) * anchor.width * unitX
        let boxHeight = exp(Double(values[start + 3])) * anchor.height * unitY
        let box = Box(
          x: x - boxWidth / 2, y: y - boxHeight / 2, width: boxWidth, height: boxHeight)
        guard box.isFinite, box.area.isFinite else { continue }
        for (classIndex, score) in scores.enumerated()
        where score >= threshold && (options.allClasses || classIndex == best) {
          candidates.append(Candidate(classIndex: classIndex, score: score, box: box))
        }
      }
    }
  }

  /// Where in its cell a centre lies.
  private func centre(_ value: Float) -> Double {
    Double(sigmoid(value)) * scaleXY - (scaleXY - 1) / 2
  }

  private func scoreClasses(
    _ values: ArraySlice<Float>, _ objectness: Float, _ scores: inout [Float]
  ) {
    guard kind == .region, usesSoftmax else {
      for (index, value) in values.enumerated() { scores[index] = objectness * sigmoid(value) }
      return
    }
    let largest = values.max() ?? 0
    var sum: Float = 0
    for (index, value) in values.enumerated() {
      scores[index] = exp(value - largest)
      sum += scores[index]
    }
    for index in scores.indices { scores[index] *= objectness / sum }
  }
}

private func sigmoid(_ value: Float) -> Float { 1 / (1 + exp(-value)) }
