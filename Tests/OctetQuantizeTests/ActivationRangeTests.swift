import OctetDiagnostics
import OctetIR
import OctetOps
import OctetQuantize
import Testing

/// Ranges of tensors that an activation shrinks the negative numbers of.
@Suite struct ActivationRangeTests {
  /// Numbers from -98 to 27, few of which are below -15: as before YOLOv3-tiny's leaky ReLUs.
  static let values: [Float] = {
    var random = SplitMix64(seed: 51)
    return (0..<20_000).map { index in
      let x = abs(random.nextFloat())
      if index % 200 == 0 { return -98 * x }
      return index % 2 == 0 ? -15 * x : 27 * x
    }
  }()

  func histogram(_ values: [Float]) -> Histogram {
    var histogram = Histogram()
    #expect(values.withUnsafeBufferPointer { histogram.add($0) })
    return histogram
  }

  /// The squared error that is left of rounding to 256 codes after the activation.
  func error(_ low: Float, _ high: Float, gain: Float) -> Double {
    let quantization = Quantization.asymmetricInt8(low: low, high: high)
    return Self.values.reduce(0) { sum, value in
      let code = (value / quantization.scale).rounded() + Float(quantization.zeroPoint)
      let kept =
        (max(-128, min(127, code)) - Float(quantization.zeroPoint)) * quantization.scale
      func after(_ x: Float) -> Double { Double(x < 0 ? gain * x : x) }
      let difference = after(value) - after(kept)
      return sum + difference * difference
    }
  }

  @Test func signsAreToldApart() {
    var wide = histogram([-3, -1, 2, 3, 0])
    #expect(wide.negatives.reduce(0, +) == 2 && wide.bins.reduce(0, +) == 4)
    // Widening keeps them apart.
    #expect([5000 as Float].withUnsafeBufferPointer { wide.add($0) })
    #expect(wide.negatives.reduce(0, +) == 2 && wide.bins.reduce(0, +) == 5)
  }

  @Test(arguments: [0.01, 0.1, 0.3] as [Float])
  func theErrorAfterTheActivationIsLeast(gain: Float) throws {
    let end = histogram(Self.values).low(high: 27, negativeGain: gain)
    let chosen = error(end, 27, gain: gain)
    let least = try #require((1...98).map { error(-Float($0), 27, gain: gain) }.min())
    #expect(chosen <= 1.03 * least, "\(end)")
    #expect(chosen < (gain < 0.2 ? 0.9 : 1) * error(-98, 27, gain: gain))
  }

  @Test func endsOfTheRange() {
    let all = histogram(Self.values)
    #expect(all.low(high: 27, negativeGain: 0) == 0)
    #expect(all.low(high: 27, negativeGain: 1) >= all.low)
    #expect(Histogram().low(high: 0, negativeGain: 0.1) == 0)
    #expect(histogram([1, 2]).low(high: 2, negativeGain: 0.1) == 0)
  }

  func table(_ body: String) throws -> CalibrationTable {
    let graph = try Graph(
      parsing: """
        octet-ir 1
        graph @main(%x: f32[1,200,100,1]) -> (%z) {
          %w = const [1.0] : f32[1,1,1,1]
          %b = const [0.0] : f32[1]
          %c = conv_2d(%x, %w, %b) {padding = valid}
          \(body)
        }
        """, makeOp: OpCatalog.makeOp)
    let calibrator = RecordingCalibrator([[Tensor([1, 200, 100, 1], Self.values)]])
    return try Calibration(graph, log: DiagnosticLog()).run(calibrator, preprocessing: "") { _ in }
  }

  @Test func aConvolutionBeforeALeakyReLU() throws {
    let table = try table("%z = leaky_relu(%c) {alpha = 0.1}")
    let extremes = try #require(table.range(of: "x"))
    let (before, after) = (
      try #require(table.range(of: "c")), try #require(table.range(of: "z"))
    )
    #expect(before.low == histogram(Self.values).low(high: extremes.high, negativeGain: 0.1))
    #expect(before.low > 0.95 * extremes.low && before.high == extremes.high)
    #expect(after.low == 0.1 * before.low && after.high == extremes.high)
  }

  /// What an activation clips stays clipped where codes are handed on.
  @Test func operatorsThatHandOnCodes() throws {
    let table = try table(
      """
      %r = leaky_relu(%c) {alpha = 0.1}
      %p = max_pool_2d(%r) {filter = [1, 1], stride = [1, 1], padding = valid}
      %t = tanh(%x)
      %z = concatenation(%p, %t) {axis = 3}
      """)
    let fitted = try #require(table.range(of: "r"))
    #expect(table.range(of: "p") == fitted)
    #expect(table.range(of: "z") == .init(low: min(fitted.low, -1), high: fitted.high))
  }

  /// Other readers need the negative numbers as they are.
  @Test func aTensorWithOtherReadersKeepsItsRange() throws {
    let table = try table("%r = leaky_relu(%c) {alpha = 0.1}\n%z = add(%c, %r)")
    #expect(table.range(of: "c") == table.range(of: "x"))
  }

  @Test func beforeAReLUNegativeNumbersAreNothing() throws {
    let table = try table("%z = relu(%c)")
    #expect(table.range(of: "c")?.low == 0)
  }
}
