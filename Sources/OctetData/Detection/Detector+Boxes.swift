extension Detector.DecodedBoxes {
  /// Adds the candidates in the order of boxes and classes. Boxes that are not finite or of
  /// a negative size are dropped.
  ///
  /// - Parameters:
  ///   - values: rows of `width` numbers: a box, and where there are no `separateScores` what follows it.
  ///   - separateScores: as many rows of a score for each class.
  func collect(
    _ values: [Float], width: Int, _ separateScores: [Float]?, _ placement: Placement,
    _ options: DetectionOptions, _ candidates: inout [Candidate]
  ) {
    let hasObjectness = separateScores == nil && width == 5 + classes
    for row in 0..<values.count / width {
      let start = row * width
      let objectness = hasObjectness ? values[start + 4] : 1
      let first = separateScores == nil ? start + width - classes : row * classes
      let scores = (separateScores ?? values)[first..<(first + classes)].map { $0 * objectness }
      guard let best = bestClass(scores), scores[best] >= options.score else { continue }
      let box = box(values[start..<(start + 4)].map { Double($0) }, placement)
      guard box.isFinite, box.area.isFinite, box.width >= 0, box.height >= 0 else { continue }
      for (classIndex, score) in scores.enumerated()
      where score >= options.score && score.isFinite
        && (options.allClasses || classIndex == best)
      {
        candidates.append(Candidate(classIndex: classIndex, score: score, box: box))
      }
    }
  }

  /// In pixels of the model's input.
  private func box(_ numbers: [Double], _ placement: Placement) -> Box {
    let unitX = unit == .part ? Double(placement.inputWidth) : 1
    let unitY = unit == .part ? Double(placement.inputHeight) : 1
    let (a, b, c, d) = (numbers[0], numbers[1], numbers[2], numbers[3])
    let box =
      switch form {
      case .xyxy: Box(x: a, y: b, width: c - a, height: d - b)
      case .yxyx: Box(x: b, y: a, width: d - b, height: c - a)
      case .xywh: Box(x: a, y: b, width: c, height: d)
      case .cxcywh: Box(x: a - c / 2, y: b - d / 2, width: c, height: d)
      }
    return Box(
      x: box.x * unitX, y: box.y * unitY, width: box.width * unitX, height: box.height * unitY)
  }
}
