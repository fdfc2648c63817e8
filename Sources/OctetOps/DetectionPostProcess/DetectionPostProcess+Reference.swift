import OctetKernels

/// Source: TFLite's `detection_postprocess.cc`.
extension DetectionPostProcess {
  struct Sizes {
    let anchors: Int
    /// Numbers of an encoded box.
    let columns: Int
    /// Scores of an anchor.
    let scores: Int

    /// Numbers of memory for one run: boxes, then scores, sorted scores, places and marks, then the classes of each box
    /// or the detections of all classes so far.
    func scratchCount(_ settings: Settings) -> Int {
      let classes = min(settings.classesOfBox, settings.classes)
      let lists = max(2 * anchors * classes, 2 * (settings.detections + 1))
      return 8 * anchors + lists
    }
  }

  typealias Outputs = (
    boxes: UnsafeMutablePointer<Float>, classes: UnsafeMutablePointer<Float>,
    scores: UnsafeMutablePointer<Float>, count: UnsafeMutablePointer<Float>
  )

  /// - Parameter memory: `sizes.scratchCount` numbers.
  func reference(
    _ sizes: Sizes, boxes: UnsafePointer<Float>, scores: UnsafePointer<Float>,
    anchors: UnsafePointer<Float>, _ memory: UnsafeMutablePointer<Float>, _ outputs: Outputs
  ) {
    let count = sizes.anchors
    decode(sizes, boxes, anchors, into: memory)
    let lists = memory + 4 * count
    let own = memory + 8 * count
    let room = settings.detections * settings.classesOfBox
    outputs.boxes.update(repeating: 0, count: 4 * room)
    outputs.classes.update(repeating: 0, count: room)
    outputs.scores.update(repeating: 0, count: room)
    let first = sizes.scores - settings.classes
    outputs.count[0] = Float(
      settings.isRegular
        ? chooseByClass(sizes, scores + first, memory, lists, own, outputs)
        : chooseByBox(sizes, scores + first, memory, lists, own, outputs))
  }

  /// Boxes as their edges.
  private func decode(
    _ sizes: Sizes, _ boxes: UnsafePointer<Float>, _ anchors: UnsafePointer<Float>,
    into edges: UnsafeMutablePointer<Float>
  ) {
    for box in 0..<sizes.anchors {
      let (encoded, anchor) = (boxes + box * sizes.columns, anchors + 4 * box)
      for side in 0..<2 {
        let size = Double(anchor[2 + side])
        let centre = Float(
          Double(encoded[side]) / Double(settings.scales[side]) * size + Double(anchor[side]))
        let part = Double(encoded[2 + side]) / Double(settings.scales[2 + side])
        let half = Float(0.5 * CMath.exp(part) * size)
        edges[4 * box + side] = centre - half
        edges[4 * box + 2 + side] = centre + half
      }
    }
  }

  /// Each box counts by its best class; its next best ones become detections too.
  private func chooseByBox(
    _ sizes: Sizes, _ scores: UnsafePointer<Float>, _ boxes: UnsafePointer<Float>,
    _ lists: UnsafeMutablePointer<Float>, _ own: UnsafeMutablePointer<Float>, _ outputs: Outputs
  ) -> Int {
    let (count, width) = (sizes.anchors, min(settings.classesOfBox, settings.classes))
    let classes = UnsafeMutableRawPointer(own + count * width).assumingMemoryBound(to: Int32.self)
    for box in 0..<count {
      TopKV2.reference(
        scores + box * sizes.scores, own + box * width, classes + box * width, rows: 1,
        width: settings.classes, count: width)
      lists[box] = own[box * width]
    }
    var found = 0
    suppress(count, boxes, lists, most: settings.detections) { box, _ in
      for column in 0..<width {
        let place = found * settings.classesOfBox + column
        (outputs.boxes + 4 * place).update(from: boxes + 4 * box, count: 4)
        outputs.classes[place] = Float(classes[box * width + column])
        outputs.scores[place] = own[box * width + column]
      }
      found += 1
    }
    return found
  }

  /// Each class chooses its boxes; the best of all become detections.
  private func chooseByClass(
    _ sizes: Sizes, _ scores: UnsafePointer<Float>, _ boxes: UnsafePointer<Float>,
    _ lists: UnsafeMutablePointer<Float>, _ own: UnsafeMutablePointer<Float>, _ outputs: Outputs
  ) -> Int {
    let most = settings.detections
    let places = UnsafeMutableRawPointer(own + most + 1).assumingMemoryBound(to: Int32.self)
    var found = 0
    for `class` in 0..<settings.classes {
      for box in 0..<sizes.anchors { lists[box] = scores[box * sizes.scores + `class`] }
      suppress(sizes.anchors, boxes, lists, most: min(settings.boxesOfClass, most)) { box, score in
        // Behind all that are as good.
        var place = found
        while place > 0, own[place - 1] < score {
          (own[place], places[place]) = (own[place - 1], places[place - 1])
          place -= 1
        }
        (own[place], places[place]) = (score, Int32(box * settings.classes + `class`))
        found = min(found + 1, most)
      }
    }
    for place in 0..<found {
      let (box, `class`) = Int(places[place]).quotientAndRemainder(dividingBy: settings.classes)
      (outputs.boxes + 4 * place).update(from: boxes + 4 * box, count: 4)
      outputs.classes[place] = Float(`class`)
      outputs.scores[place] = own[place]
    }
    return found
  }

  /// Calls `choose` for boxes from the highest score on, of like ones the earlier first, that overlap none chosen before.
  ///
  /// - Parameter lists: the scores; then room for three more lists.
  private func suppress(
    _ count: Int, _ boxes: UnsafePointer<Float>, _ lists: UnsafeMutablePointer<Float>, most: Int,
    _ choose: (_ box: Int, _ score: Float) -> Void
  ) {
    let sorted = lists + count
    let order = UnsafeMutableRawPointer(lists + 2 * count).assumingMemoryBound(to: Int32.self)
    let isGone = UnsafeMutableRawPointer(lists + 3 * count).assumingMemoryBound(to: Int32.self)
    TopKV2.reference(lists, sorted, order, rows: 1, width: count, count: count)
    var kept = 0
    while kept < count, sorted[kept] >= settings.leastScore {
      isGone[kept] = 0
      kept += 1
    }
    var chosen = 0
    for i in 0..<kept where isGone[i] == 0 {
      if chosen == most { return }
      chosen += 1
      choose(Int(order[i]), sorted[i])
      for j in i + 1..<max(kept, i + 1) where isGone[j] == 0 {
        if overlap(boxes + 4 * Int(order[i]), boxes + 4 * Int(order[j])) > settings.mostOverlap {
          isGone[j] = 1
        }
      }
    }
  }

  private func overlap(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>) -> Float {
    let first = (a[2] - a[0]) * (a[3] - a[1])
    let second = (b[2] - b[0]) * (b[3] - b[1])
    if first <= 0 || second <= 0 { return 0 }
    let height = max(min(a[2], b[2]) - max(a[0], b[0]), 0)
    let width = max(min(a[3], b[3]) - max(a[1], b[1]), 0)
    let common = height * width
    return common / (first + second - common)
  }
}
