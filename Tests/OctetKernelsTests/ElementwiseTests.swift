import OctetIR
import OctetKernels
import Testing

/// Tables, sums and poolings against plain loops, with every variant this CPU runs.
@Suite struct ElementwiseTests {
  @Test(arguments: [UInt64(41), 42]) func tables(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let results = (0..<256).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let table = ByteTable { results[Int($0)] }
    for count in Array(0...70) + [1000] {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let expected = bytes.map { results[Int($0)] }
      for variant in ByteTable.variants where variant.isSupported {
        var result = bytes + [0x55]
        result.withUnsafeMutableBufferPointer {
          let base = $0.baseAddress!
          variant.run(count: count, from: base, table: table, to: base)
        }
        #expect(result == expected + [0x55], "\(variant.name) \(count), seed \(seed)")
      }
    }
    let all = (0...255).map { UInt8($0) }
    for variant in ByteTable.variants where variant.isSupported {
      var result = all
      variant.run(count: 256, from: all, table: table, to: &result)
      #expect(result == results, "\(variant.name)")
    }
  }

  @Test(arguments: [UInt64(43), 44]) func sums(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    for count in [0, 1, 31, 32, 33, 1000] {
      for (low, high): (Int32, Int32) in [(-128, 127), (-5, 90)] {
        let a: [Int8] = generator.values(count, in: -128...127)
        let b: [Int8] = generator.values(count, in: -128...127)
        func scaling(_ shifts: ClosedRange<Int32>) -> (Int32, Int32) {
          (
            Int32.random(in: 1 << 30...Int32.max, using: &generator),
            Int32.random(in: shifts, using: &generator)
          )
        }
        let (left, right, output) = (scaling(-6...0), scaling(-6...0), scaling(-20 ... -14))
        let zeroPoints = (0..<3).map { _ in Int32.random(in: -128...127, using: &generator) }
        let expected = zip(a, b).map { x, y -> Int8 in
          let sum =
            multiplyByQuantizedMultiplier((Int32(x) - zeroPoints[0]) << 20, left.0, left.1)
            &+ multiplyByQuantizedMultiplier((Int32(y) - zeroPoints[1]) << 20, right.0, right.1)
          let code = multiplyByQuantizedMultiplier(sum, output.0, output.1) + zeroPoints[2]
          return Int8(max(low, min(high, code)))
        }
        let parameters = QS8Add.Parameters(
          left: (zeroPoints[0], left), right: (zeroPoints[1], right),
          output: (zeroPoints[2], output), bounds: (low, high))
        for variant in QS8Add.variants where variant.isSupported {
          var result = [Int8](repeating: 0x55, count: count + 1)
          variant.run(count: count, a, b, parameters, to: &result)
          #expect(result == expected + [0x55], "\(variant.name) \(count), seed \(seed)")
        }
      }
    }
  }

  @Test(arguments: [UInt64(45)]) func largest(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    for channels in Array(1...40) + [64, 100] {
      let (pixels, rows, columns, stride, width) = (3, 2, 3, 2, 9)
      let image: [Int8] = generator.values(rows * width * channels, in: -128...127)
      func expected<Element: Comparable>(_ image: [Element], _ bounds: (Element, Element))
        -> [Element]
      {
        (0..<pixels * channels).map { index in
          let (pixel, channel) = index.quotientAndRemainder(dividingBy: channels)
          let window = (0..<rows * columns).map { tap in
            image[
              (tap / columns * width + pixel * stride + tap % columns) * channels + channel]
          }
          return min(max(window.max()!, bounds.0), bounds.1)
        }
      }
      for variant in MaxPool.int8Variants where variant.isSupported {
        var result = [Int8](repeating: 0x55, count: pixels * channels + 1)
        variant.run(
          pixels: pixels, channels: channels, rows: rows, columns: columns, from: image,
          lineStride: width * channels, step: stride * channels, bounds: (-100, 110), to: &result)
        #expect(result == expected(image, (-100, 110)) + [0x55], "\(variant.name) \(channels)")
      }
      let wide = image.map { Int16($0) * 255 }
      var largest = [Int16](repeating: 0x55, count: pixels * channels + 1)
      MaxPool.int16.run(
        pixels: pixels, channels: channels, rows: rows, columns: columns, from: wide,
        lineStride: width * channels, step: stride * channels, bounds: (-30_000, 31_000),
        to: &largest)
      #expect(largest == expected(wide, (-30_000, 31_000)) + [0x55], "int16 \(channels)")
      let reals = image.map { Float($0) / 8 }
      for variant in MaxPool.floatVariants where variant.isSupported {
        var result = [Float](repeating: 77, count: pixels * channels + 1)
        variant.run(
          pixels: pixels, channels: channels, rows: rows, columns: columns, from: reals,
          lineStride: width * channels, step: stride * channels, bounds: (-12, 13), to: &result)
        #expect(result == expected(reals, (-12, 13)) + [77], "\(variant.name) \(channels)")
      }
    }
  }

  /// As in the reference, a comparison with NaN is false.
  @Test func notANumberIsSmallest() {
    let image: [Float] = [.nan, 1, -2, .nan, .nan, .nan]
    for variant in MaxPool.floatVariants where variant.isSupported {
      var result = [Float](repeating: 0, count: 3)
      variant.run(
        pixels: 3, channels: 1, rows: 1, columns: 2, from: image, lineStride: 6, step: 2,
        bounds: (-100, 100), to: &result)
      #expect(result == [1, -2, -100], "\(variant.name)")
    }
  }
}
