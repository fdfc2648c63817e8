import OctetIR
import Testing

@Suite struct HalfTests {
  @Test func everyHalfReadsBack() {
    for bits in UInt16.min...UInt16.max {
      let value = Float(half: bits)
      if value.isNaN { #expect(value.half & 0x7FFF == 0x7E00) } else { #expect(value.half == bits) }
    }
  }

  @Test(
    arguments: [
      (0x1p-25, 0), (0x1.000002p-25, 1), (0x1.8p-24, 2), (0x1.FF8p-15, 0x3FF),
      (0x1.FFCp-15, 0x400), (1 + 0x1p-11, 0x3C00), (1 + 0x1.8p-10, 0x3C02),
      (1 + 0x1.004p-11, 0x3C01), (65519, 0x7BFF), (65520, 0x7C00), (1e30, 0x7C00),
    ] as [(Float, UInt16)])
  func nearestWithTiesToEven(_ value: Float, _ bits: UInt16) {
    #expect(value.half == bits)
    #expect((-value).half == bits | 0x8000)
  }

  @Test func everyFloatBetweenTwoHalvesGoesToTheNearer() {
    var generator = SplitMix64(seed: 71)
    for _ in 0..<20_000 {
      let bits = UInt16(truncatingIfNeeded: generator.next() % 0x7BFF)
      let (low, high) = (Double(Float(half: bits)), Double(Float(half: bits + 1)))
      let value = Float(low + (high - low) * Double(generator.next() % 1001) / 1000)
      let (below, above) = (Double(value) - low, high - Double(value))
      let nearest = below == above ? bits + bits & 1 : below < above ? bits : bits + 1
      #expect(value.half == nearest, "\(value)")
    }
  }
}
