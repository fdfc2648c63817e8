/// COCO's average precision of detections, 101-point interpolated, as pycocotools 2.0 computes it
/// for all areas without crowds: at most 100 detections of a class in a picture, IoU thresholds of
/// 0.50 to 0.95.
///
/// ```swift
/// var precision = AveragePrecision(classes: 80)
/// precision.add(detections, objects)  // one picture
/// precision.map50
/// ```
public struct AveragePrecision: Sendable {
  /// What a class has come to.
  public struct ClassResult: Sendable, Equatable {
    public let classIndex: Int
    public let objects: Int
    public let ap50: Double
    /// The mean over the thresholds.
    public let ap50To95: Double
  }

  private struct Found {
    let score: Float
    /// Bit t: a hit at threshold t.
    let hits: UInt16
  }

  private static let thresholds = (0..<10).map { 0.5 + Double($0) * ((0.95 - 0.5) / 9) }
  /// Detections of a class in a picture that count: those with the highest scores.
  private static let detectionsPerClass = 100

  private var found: [[Found]]
  private var objectCounts: [Int]
  public private(set) var pictures = 0

  /// The objects of all pictures.
  public var objects: Int { objectCounts.reduce(0, +) }

  /// - Precondition: `classes` is not negative.
  public init(classes: Int) {
    found = [[Found]](repeating: [], count: classes)
    objectCounts = [Int](repeating: 0, count: classes)
  }

  /// Counts a picture with what was detected in it and the objects that are there, in one unit.
  ///
  /// From the highest score down (equal ones in their order) a detection takes the object of its
  /// class that it overlaps most and that none has taken, if it overlaps it by the threshold.
  ///
  /// - Precondition: classes are within `classes`.
  public mutating func add(
    _ detections: [Detection], _ objects: [(classIndex: Int, box: Box)]
  ) {
    pictures += 1
    var boxes: [Int: [Box]] = [:]
    for object in objects {
      objectCounts[object.classIndex] += 1
      boxes[object.classIndex, default: []].append(object.box)
    }
    for (classIndex, ofClass) in Dictionary(grouping: detections, by: { $0.classIndex }) {
      let ranked = Self.ranked(ofClass) { $0.score }.prefix(Self.detectionsPerClass)
      var taken = [UInt16](repeating: 0, count: boxes[classIndex]?.count ?? 0)
      for detection in ranked {
        let overlaps = (boxes[classIndex] ?? []).map { detection.box.overlap($0) }
        let hits = Self.match(overlaps, &taken)
        found[classIndex].append(Found(score: detection.score, hits: hits))
      }
    }
  }

  /// The thresholds, as bits, at which a detection takes an object; marks the objects it takes.
  private static func match(_ overlaps: [Double], _ taken: inout [UInt16]) -> UInt16 {
    var hits: UInt16 = 0
    for (bit, threshold) in thresholds.enumerated() {
      var best = threshold
      var match: Int?
      for (index, overlap) in overlaps.enumerated() where taken[index] & 1 << bit == 0 {
        // Of objects with equal overlap the last, as pycocotools.
        if overlap >= best { (best, match) = (overlap, index) }
      }
      guard let match else { continue }
      taken[match] |= 1 << bit
      hits |= 1 << bit
    }
    return hits
  }

  /// The classes with objects, by index. O(n log n) for n detections.
  public var classes: [ClassResult] {
    objectCounts.indices.filter { objectCounts[$0] > 0 }.map { index in
      let ranked = Self.ranked(found[index]) { $0.score }
      let values = Self.thresholds.indices.map { bit in
        Self.average(ranked.map { $0.hits & 1 << bit != 0 }, objects: objectCounts[index])
      }
      return ClassResult(
        classIndex: index, objects: objectCounts[index], ap50: values[0],
        ap50To95: values.reduce(0, +) / Double(values.count))
    }
  }

  /// By falling score; equal ones stay in their order.
  private static func ranked<Item>(_ items: [Item], _ score: (Item) -> Float) -> [Item] {
    items.enumerated().sorted {
      (-score($0.element), $0.offset) < (-score($1.element), $1.offset)
    }.map { $0.element }
  }

  /// The mean of the interpolated precision at the recalls 0, 0.01 … 1.
  private static func average(_ hits: [Bool], objects: Int) -> Double {
    var precisions: [Double] = []
    var recalls: [Double] = []
    var correct = 0
    for (index, isHit) in hits.enumerated() {
      if isHit { correct += 1 }
      precisions.append(Double(correct) / Double(index + 1))
      recalls.append(Double(correct) / Double(objects))
    }
    for index in precisions.indices.dropLast().reversed() {
      precisions[index] = max(precisions[index], precisions[index + 1])
    }
    var sum = 0.0
    var place = 0
    for step in 0...100 {
      let recall = step == 100 ? 1 : Double(step) * 0.01
      while place < recalls.count, recalls[place] < recall { place += 1 }
      if place < recalls.count { sum += precisions[place] }
    }
    return sum / 101
  }

  /// The mean AP at IoU 0.50 over the classes with objects; 0 when there are none.
  public var map50: Double { mean { $0.ap50 } }

  /// The mean AP over IoU 0.50, 0.55 … 0.95 and the classes with objects; 0 when there are none.
  public var map50To95: Double { mean { $0.ap50To95 } }

  private func mean(_ value: (ClassResult) -> Double) -> Double {
    let classes = classes
    return classes.isEmpty ? 0 : classes.map(value).reduce(0, +) / Double(classes.count)
  }
}
