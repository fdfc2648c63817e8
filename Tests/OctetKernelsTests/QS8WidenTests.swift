import OctetIR
import OctetKernels
import Testing

@Suite struct QS8WidenTests {
  @Test(arguments: [Int32(-128), -1, 0, 127]) func everyCount(zeroPoint: Int32) {
    let seed: UInt64 = 8
    var generator = SplitMix64(seed: seed)
    let canary: Int16 = 0x5A5A
    for variant in QS8Widen.variants where variant.isSupported {
      for count in Array(0...70) + [400, 1001] {
        for rows in [0, 1, 3] {
          // The source ends with its last row, so that an address checker sees a read beyond it.
          let fromStride = count + 7
          let from: [Int8] = generator.values(max(0, rows * fromStride - 7), in: -128...127)
          let toStride = count + 2
          var to = [Int16](repeating: canary, count: rows * toStride + 20)
          var expected = to
          for row in 0..<rows {
            for i in 0..<count {
              expected[row * toStride + i] = Int16(from[row * fromStride + i]) - Int16(zeroPoint)
            }
          }
          variant.run(
            rows: rows, count: count, from: from, fromStride: fromStride, zeroPoint: zeroPoint,
            to: &to, toStride: toStride)
          #expect(to == expected, "\(variant.name) rows \(rows) count \(count), seed \(seed)")
        }
      }
    }
  }
}
