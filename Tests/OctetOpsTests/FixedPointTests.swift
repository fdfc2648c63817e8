import OctetOps
import Testing

@Suite struct FixedPointTests {
  @Test func multipliers() {
    #expect(FixedPoint.quantize(1) == (1 << 30, 1))
    #expect(FixedPoint.quantize(0.5) == (1 << 30, 0))
    #expect(FixedPoint.quantize(0) == (0, 0))
    #expect(FixedPoint.quantize(.leastNonzeroMagnitude) == (0, 0))
    // The significand rounds up to 2^31 and is halved.
    #expect(FixedPoint.quantize(1 - 0x1p-40) == (1 << 30, 1))
  }

  @Test func roundings() {
    #expect(FixedPoint.roundingDivide(5, byPowerOfTwo: 1) == 3)
    #expect(FixedPoint.roundingDivide(-5, byPowerOfTwo: 1) == -3)
    #expect(FixedPoint.roundingDivide(-4, byPowerOfTwo: 3) == -1)
    #expect(FixedPoint.doublingHighMultiply(.min, .min) == .max)
    #expect(FixedPoint.doublingHighMultiply(1, 1 << 30) == 1)
    #expect(FixedPoint.doublingHighMultiply(-1, 1 << 30) == 0)
    #expect(FixedPoint.multiply(100, 1 << 30, 1) == 100)
  }

  @Test(arguments: [
    (WindowPadding.same, 5, 3, 2, [3, 1, 1]), (.same, 4, 3, 2, [2, 0, 1]),
    (.valid, 5, 3, 2, [2, 0, 0]),
  ])
  func windows(
    _ padding: WindowPadding, _ input: Int, _ window: Int, _ stride: Int, _ expected: [Int]
  ) throws {
    let span = try #require(padding.span(input: input, window: window, stride: stride))
    #expect([span.output, span.before, span.after] == expected)
  }

  @Test func windowsThatDoNotFit() {
    #expect(WindowPadding.valid.span(input: 2, window: 3, stride: 1) == nil)
    #expect(WindowPadding.same.span(input: 2, window: 3, stride: 0) == nil)
  }
}
