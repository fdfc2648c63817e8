import OctetDiagnostics
import OctetIR
import OctetQuantize
import Testing

/// Histograms with counts worked by hand, and the thresholds that entropy takes from them.
@Suite struct HistogramEdgeTests {
  /// Whether all values were finite.
  func add(_ values: [Float], to histogram: inout Histogram) -> Bool {
    values.withUnsafeBufferPointer { histogram.add($0) }
  }

  func histogram(_ values: [Float]) -> Histogram {
    var histogram = Histogram()
    #expect(add(values, to: &histogram))
    return histogram
  }

  @Test func widthsArePowersOfTwo() {
    // 2048 bins of 1/1024 hold 1 but not 2.
    let one = histogram([1])
    #expect(one.width == 0x1p-10)
    #expect(one.bins[1024] == 1)
    let two = histogram([1.9999, -2])
    #expect(two.width == 0x1p-9)
    #expect(two.bins[1023] == 1 && two.bins[1024] == 1)
    #expect(two.low == -2 && two.high == 1.9999)
  }

  @Test func wideningMergesNeighbours() {
    var values = histogram([1, 0.5, 0.5009765625])
    #expect(values.bins[512] == 1 && values.bins[513] == 1 && values.bins[1024] == 1)
    #expect(add([-4], to: &values))
    #expect(values.width == 0x1p-8)
    #expect(values.bins[128] == 2 && values.bins[256] == 1 && values.bins[1024] == 1)
    #expect(values.bins.reduce(0, +) == 4)
  }

  @Test func zerosAreCountedApart() {
    var values = histogram([0, -0.0, 0])
    #expect(values.zeros == 3 && values.width == 0)
    #expect(values.range(.entropy) == CalibrationTable.Range(low: 0, high: 0))
    #expect(add([0, 3], to: &values))
    #expect(values.zeros == 4 && values.bins.reduce(0, +) == 1)
  }

  @Test func nothingIsNoValue() {
    #expect(histogram([]) == Histogram())
  }

  @Test(arguments: [
    Float.greatestFiniteMagnitude, .leastNormalMagnitude, -.greatestFiniteMagnitude,
  ])
  func extremesFit(_ value: Float) {
    let values = histogram([value])
    #expect(values.bins.reduce(0, +) + values.zeros == 1)
    #expect(values.range(.minMax).low == min(value, 0))
    #expect(values.range(.minMax).high == max(value, 0))
  }

  /// Numbers too small to be normal do not depend on what came before them either.
  @Test func tinyValuesCountAlikeInAnyOrder() {
    for values in [
      [Float.leastNonzeroMagnitude, 0, 1], [0x1p-133, 0x1p-127, 0x1.8p-128, 0x1p-119],
    ] {
      let whole = histogram(values)
      for start in values.indices {
        var parts = Histogram()
        for value in values[start...] + values[..<start] {
          #expect(add([value], to: &parts))
        }
        #expect(parts == whole)
      }
    }
  }

  @Test func aUniformDistributionIsKept() {
    var generator = SplitMix64(seed: 43)
    let values = (0..<200_000).map { _ in generator.nextFloat() }
    let range = histogram(values).range(.entropy)
    #expect(range.low < -0.99 && range.high > 0.99)
  }

  @Test func fewLevelsNeedNoThreshold() {
    // 99 bins of 2048 are used, far apart: every value has a code of its own at any threshold.
    let values = (0..<100).map { Float($0) / 1024 }
    let many = (0..<30).flatMap { _ in values }
    #expect(histogram(many).range(.entropy).high == 99 / Float(1024))
  }

  @Test func fewValuesKeepTheirExtremes() {
    var generator = SplitMix64(seed: 46)
    let values = (0..<2000).map { _ in abs(generator.nextFloat() + generator.nextFloat()) } + [50]
    #expect(histogram(values).range(.entropy).high == 50)
  }

  /// One-sided values are cut on their side only.
  @Test func rangesOfOneSidedValues() {
    var generator = SplitMix64(seed: 44)
    let values = (0..<100_000).map { _ in abs(generator.nextFloat() + generator.nextFloat()) }
    let positive = histogram(values + [50]).range(.entropy)
    #expect(positive.low == 0 && positive.high < 10)
    let negative = histogram((values + [50]).map { -$0 }).range(.entropy)
    #expect(negative == CalibrationTable.Range(low: -positive.high, high: 0))
  }
}
