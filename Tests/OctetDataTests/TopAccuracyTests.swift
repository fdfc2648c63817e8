import OctetData
import OctetDiagnostics
import Testing

@Suite struct TopAccuracyTests {
  @Test func firstMaximumWins() {
    #expect(bestClass([0, 3, 1, 3]) == 1)
    #expect(bestClass([-.infinity, -.infinity]) == 0)
    #expect(bestClass([.nan, -1, .nan]) == 1)
    #expect(bestClass([]) == nil && bestClass([.nan]) == nil)
  }

  @Test func counts() throws {
    var one = TopAccuracy()
    #expect(one.value == 0)
    for (scores, label) in [([0.1, 0.7, 0.2], 1), ([0.5, 0.5, 0], 1), ([0, 1, 2], 0)] {
      try one.record(scores.map { Float($0) }, label: label)
    }
    #expect(one.correct == 1 && one.total == 3 && one.value == 1.0 / 3)
    try one.record([.nan], label: 0)
    #expect(one.correct == 1 && one.total == 4)
  }

  @Test(arguments: [-1, 3, Int.max])
  func labelOutsideTheClasses(_ label: Int) throws {
    var accuracy = TopAccuracy()
    let error = try diagnostic { try accuracy.record([1, 2, 3], label: label) }
    #expect(error.code == .labelsMismatch)
    #expect(accuracy.total == 0)
  }
}
