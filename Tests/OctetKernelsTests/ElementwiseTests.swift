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

  /// Both operands go on, or one stays what it is.
  private static let steps = [(1, 1), (0, 1), (1, 0)]

  @Test(arguments: [UInt64(43), 44]) func codes(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    for operation in CodesBinary.Operation.allCases {
      for count in [0, 1, 7, 8, 9, 31, 32, 33, 1000] {
        for steps in Self.steps {
          check(operation, .int8, Int8.self, count, steps, &generator)
          check(operation, .uint8, UInt8.self, count, steps, &generator)
          check(operation, .int16, Int16.self, count, steps, &generator)
        }
      }
    }
  }

  private func check<Code: FixedWidthInteger>(
    _ operation: CodesBinary.Operation, _ type: CodesBinary.Code, _: Code.Type, _ count: Int,
    _ steps: (Int, Int), _ generator: inout SplitMix64
  ) {
    let isWide = Code.bitWidth == 16
    func value(_ range: ClosedRange<Int32>) -> Int32 { .random(in: range, using: &generator) }
    func scaling(_ shifts: ClosedRange<Int32>) -> (Int32, Int32) {
      // One of two halves exactly, as that of the operand with the larger scale does.
      Bool.random(using: &generator)
        ? (1 << 30, 0) : (value(1 << 30...Int32.max), value(shifts))
    }
    func codes(_ count: Int) -> [Code] {
      (0..<count + 1).map { _ in .random(in: .min ... .max, using: &generator) }
    }
    let (a, b) = (codes(count), codes(count))
    let all = Int32(Code.min)...Int32(Code.max)
    let (low, high) = Bool.random(using: &generator) ? (all.lowerBound, all.upperBound) : (5, 90)
    let zeroPoints = (0..<3).map { _ in isWide ? 0 : value(all) }
    let (left, right) = (scaling(-6...0), scaling(-6...0))
    let output =
      operation == .multiply
      ? (value(1 << 30...Int32.max), value(isWide ? -16 ... -14 : -9...1))
      : (value(1 << 30...Int32.max), value(isWide ? -15 ... -13 : -20 ... -14))
    let bits: Int32 = isWide ? 15 : 20
    let expected = (0..<count).map { i -> Code in
      let x = Int32(a[i * steps.0]) - zeroPoints[0]
      let y = Int32(b[i * steps.1]) - zeroPoints[1]
      let scaledX = multiplyByQuantizedMultiplier(x << bits, left.0, left.1)
      let scaledY = multiplyByQuantizedMultiplier(y << bits, right.0, right.1)
      let value =
        switch operation {
        case .add: scaledX &+ scaledY
        case .subtract: scaledX &- scaledY
        case .multiply: x * y
        }
      let code = multiplyByQuantizedMultiplier(value, output.0, output.1) + zeroPoints[2]
      return Code(max(low, min(high, code)))
    }
    let parameters = CodesBinary.Parameters(
      left: (zeroPoints[0], left), right: (zeroPoints[1], right),
      output: (zeroPoints[2], output), bounds: (low, high))
    for variant in CodesBinary.variants(operation, type) where variant.isSupported {
      var result = [Code](repeating: 0x55, count: count + 1)
      variant.run(count: count, a, steps.0, b, steps.1, parameters, to: &result)
      #expect(result == expected + [0x55], "\(variant.name) \(count) \(steps)")
    }
  }

  @Test(arguments: [UInt64(46)]) func reals(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    for operation in F32Binary.Operation.allCases {
      for count in [0, 1, 3, 4, 7, 8, 9, 15, 16, 17, 33, 1000] {
        for steps in Self.steps {
          func values() -> [Float] {
            (0..<count + 1).map { _ in Float.random(in: -2...2, using: &generator) }
          }
          let (a, b) = (values(), values())
          let expected = (0..<count).map { i -> Float in
            let (x, y) = (a[i * steps.0], b[i * steps.1])
            let value =
              switch operation {
              case .add: x + y
              case .subtract: x - y
              case .multiply: x * y
              case .prelu: x < 0 ? x * y : x
              }
            return min(max(value, -1.5), 2.5)
          }
          for variant in F32Binary.variants(operation) where variant.isSupported {
            var result = [Float](repeating: 77, count: count + 1)
            variant.run(
              count: count, a, steps.0, b, steps.1, bounds: (-1.5, 2.5), to: &result)
            #expect(result == expected + [77], "\(variant.name) \(count) \(steps)")
          }
        }
      }
    }
  }

  @Test func notANumberStays() {
    let values = [Float](repeating: .nan, count: 21)
    for operation in F32Binary.Operation.allCases {
      for variant in F32Binary.variants(operation) where variant.isSupported {
        var result = [Float](repeating: 0, count: 21)
        variant.run(count: 21, values, 1, [2], 0, bounds: (-1, 1), to: &result)
        #expect(result.allSatisfy { $0.isNaN }, "\(variant.name)")
      }
    }
  }

  @Test(arguments: [UInt64(47)]) func interpolation(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    for channels in [1, 3, 4, 7, 8, 15, 16, 17, 21, 40] {
      // Places beyond the first pixel too, as half pixels have them.
      let columns: [(low: Int, high: Int, part: Int)] = [
        (0, 0, -300), (0, 1, 512), (1, 2, 341), (2, 2, 0), (1, 2, 1000),
      ]
      let (row, width) = (Int.random(in: 0...1024, using: &generator), 3 * channels)
      func rows<Element: FixedWidthInteger>(_: Element.Type) -> [Element] {
        (0..<2 * width).map { _ in .random(in: .min ... .max, using: &generator) }
      }
      func find<Element>(
        _ variant: BilinearResize.Variant<Element>, _ rows: [Element], _ unit: Float
      ) -> [Element] {
        // Pixels of the result have room for one element more, which stays what it is.
        var result = [Element](repeating: rows[0], count: columns.count * (channels + 1))
        let scratch = UnsafeMutableRawPointer.allocate(
          byteCount: BilinearResize.scratchBytes(width), alignment: 64)
        defer { scratch.deallocate() }
        let places = columns.map {
          BilinearResize.Place(
            low: Int32($0.low * channels), high: Int32($0.high * channels),
            part: Float($0.part) * unit)
        }
        rows.withUnsafeBufferPointer { rows in
          variant.run(
            count: width, upper: rows.baseAddress!, lower: rows.baseAddress! + width,
            part: Float(row) * unit, places: places, channels: channels, scratch: scratch,
            to: &result, stride: channels + 1)
        }
        return result
      }
      func expected<Element>(
        _ rows: [Element], _ mean: (Element, Element, Element, Element, Int) -> Element
      ) -> [Element] {
        columns.flatMap { place in
          (0..<channels).map { channel in
            let (left, right) = (place.low * channels + channel, place.high * channels + channel)
            return mean(
              rows[left], rows[width + left], rows[right], rows[width + right], place.part)
          } + [rows[0]]
        }
      }
      func real(_ a: Float, _ b: Float, _ c: Float, _ d: Float, _ column: Int) -> Float {
        let (row, column) = (Float(row) / 1024, Float(column) / 1024)
        let left = a * (1 - row) * (1 - column) + b * row * (1 - column)
        return left + c * (1 - row) * column + d * row * column
      }
      let bytes = rows(UInt8.self)
      for variant in BilinearResize.uint8Variants where variant.isSupported {
        let wanted = expected(bytes) {
          UInt8(real(Float($0), Float($1), Float($2), Float($3), $4) + 0.5)
        }
        #expect(find(variant, bytes, 1 / 1024) == wanted, "\(variant.name) \(channels)")
      }
      let reals = rows(Int16.self).map { Float($0) / 100 }
      for variant in BilinearResize.floatVariants where variant.isSupported {
        let wanted = expected(reals, real)
        #expect(find(variant, reals, 1 / 1024) == wanted, "\(variant.name) \(channels)")
      }
      let codes = rows(Int8.self)
      for variant in BilinearResize.int8Variants where variant.isSupported {
        let wanted = expected(codes) { a, b, c, d, column -> Int8 in
          let left = (Int(a) * (1024 - row) + Int(b) * row) * (1024 - column)
          let sum = left + (Int(c) * (1024 - row) + Int(d) * row) * column
          return Int8((sum + (sum > 0 ? 1 << 19 : -1 << 19)) / (1 << 20))
        }
        #expect(find(variant, codes, 1) == wanted, "\(variant.name) \(channels)")
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
      for variant in Pool.int8MaxVariants where variant.isSupported {
        var result = [Int8](repeating: 0x55, count: pixels * channels + 1)
        variant.run(
          pixels: pixels, channels: channels, rows: rows, columns: columns, from: image,
          lineStride: width * channels, step: stride * channels, bounds: (-100, 110), to: &result)
        #expect(result == expected(image, (-100, 110)) + [0x55], "\(variant.name) \(channels)")
      }
      let wide = image.map { Int16($0) * 255 }
      var largest = [Int16](repeating: 0x55, count: pixels * channels + 1)
      Pool.int16Max.run(
        pixels: pixels, channels: channels, rows: rows, columns: columns, from: wide,
        lineStride: width * channels, step: stride * channels, bounds: (-30_000, 31_000),
        to: &largest)
      #expect(largest == expected(wide, (-30_000, 31_000)) + [0x55], "int16 \(channels)")
      let reals = image.map { Float($0) / 8 }
      for variant in Pool.floatMaxVariants where variant.isSupported {
        var result = [Float](repeating: 77, count: pixels * channels + 1)
        variant.run(
          pixels: pixels, channels: channels, rows: rows, columns: columns, from: reals,
          lineStride: width * channels, step: stride * channels, bounds: (-12, 13), to: &result)
        #expect(result == expected(reals, (-12, 13)) + [77], "\(variant.name) \(channels)")
      }
      let averages = (0..<pixels * channels).map { index -> Float in
        let (pixel, channel) = index.quotientAndRemainder(dividingBy: channels)
        let sum = (0..<rows * columns).reduce(0 as Float) { sum, tap in
          sum
            + reals[(tap / columns * width + pixel * stride + tap % columns) * channels + channel]
        }
        return min(max(sum / Float(rows * columns), -3), 4)
      }
      for variant in Pool.averageVariants where variant.isSupported {
        var result = [Float](repeating: 77, count: pixels * channels + 1)
        variant.run(
          pixels: pixels, channels: channels, rows: rows, columns: columns, from: reals,
          lineStride: width * channels, step: stride * channels, bounds: (-3, 4), to: &result)
        #expect(result == averages + [77], "\(variant.name) \(channels)")
      }
    }
  }

  /// As in the reference, a comparison with NaN is false.
  @Test func notANumberIsSmallest() {
    let image: [Float] = [.nan, 1, -2, .nan, .nan, .nan]
    for variant in Pool.floatMaxVariants where variant.isSupported {
      var result = [Float](repeating: 0, count: 3)
      variant.run(
        pixels: 3, channels: 1, rows: 1, columns: 2, from: image, lineStride: 6, step: 2,
        bounds: (-100, 100), to: &result)
      #expect(result == [1, -2, -100], "\(variant.name)")
    }
  }
}
