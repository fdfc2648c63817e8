import OctetData
import OctetIR
import Testing

@Suite struct AveragePrecisionTests {
  private func box(_ x: Double, _ width: Double = 10) -> Box {
    Box(x: x, y: 0, width: width, height: 10)
  }

  private func found(_ box: Box, _ score: Float, _ classIndex: Int = 0) -> Detection {
    Detection(classIndex: classIndex, score: score, box: box)
  }

  @Test func nothingAndPerfection() {
    var precision = AveragePrecision(classes: 3)
    #expect(precision.map50 == 0 && precision.classes.isEmpty)
    precision.add([found(box(0), 0.9), found(box(20), 0.8)], [(0, box(0)), (0, box(20))])
    #expect(precision.map50 == 1 && precision.map50To95 == 1)
    // A class without objects does not count, whatever is found of it.
    precision.add([found(box(0), 0.9, 2)], [])
    #expect(precision.map50 == 1 && precision.pictures == 2 && precision.objects == 2)
    // A class of which nothing is found counts 0.
    precision.add([], [(1, box(0))])
    #expect(precision.map50 == 0.5)
  }

  /// Hits at ranks 1 and 3 of two objects: precision 1 up to recall 0.5, then 2/3.
  @Test func interpolation() {
    var precision = AveragePrecision(classes: 1)
    precision.add(
      [found(box(0), 0.9), found(box(50), 0.8), found(box(20), 0.7)],
      [(0, box(0)), (0, box(20))])
    #expect(abs(precision.map50 - (51 + 50 * 2.0 / 3) / 101) < 1e-12)
  }

  /// A second hit on one object is a miss, and the better score comes first across pictures.
  @Test func doublesAndRanks() {
    var precision = AveragePrecision(classes: 1)
    precision.add([found(box(0), 0.5), found(box(1), 0.9)], [(0, box(0))])
    precision.add([found(box(0), 0.7)], [(0, box(0))])
    #expect(precision.map50 == 1)
    // Ranks: 0.9 hit, 0.7 hit, 0.5 miss. The first overlaps by 9/11 = 0.82; above that it misses,
    // and the third hits: precisions 0, 1/2, 2/3.
    #expect(abs(precision.map50To95 - (7 + 3 * 2.0 / 3) / 10) < 1e-12)
  }

  @Test func hundredDetectionsOfAClassCount() {
    var precision = AveragePrecision(classes: 1)
    let misses = (0..<100).map { found(box(Double(100 + 20 * $0)), 0.9) }
    precision.add(misses + [found(box(0), 0.1)], [(0, box(0))])
    #expect(precision.map50 == 0)
  }

  /// The random detections of tools/peer/pictures.
  @Test func equalsPycocotools() {
    var random = SplitMix64(seed: 7)
    func below(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }
    var precision = AveragePrecision(classes: 4)
    for _ in 0..<30 {
      var objects: [(classIndex: Int, box: Box)] = []
      var detections: [Detection] = []
      for _ in 0..<below(8) {
        let kind = below(3)
        let sides = [below(200), below(200), 10 + below(80), 10 + below(80)]
        objects.append((kind, rectangle(sides)))
        for _ in 0..<below(3) {
          var moved = sides.map { $0 + below(21) - 10 }
          moved[2] = max(1, moved[2])
          moved[3] = max(1, moved[3])
          detections.append(found(rectangle(moved), Float(below(50)) / 50, kind))
        }
      }
      for _ in 0..<below(4) {
        let kind = below(4)
        detections.append(
          found(rectangle([below(200), below(200), 20, 30]), Float(below(50)) / 50, kind))
      }
      precision.add(detections, objects)
    }
    #expect(abs(precision.map50 - PictureFixtures.map50) < 1e-12)
    #expect(abs(precision.map50To95 - PictureFixtures.map50To95) < 1e-12)
  }

  private func rectangle(_ sides: [Int]) -> Box {
    Box(
      x: Double(sides[0]), y: Double(sides[1]), width: Double(sides[2]), height: Double(sides[3]))
  }
}
