import COctetKernels

/// How int32 sums become int8 outputs, channel by channel.
///
/// `clamp(scale(sum + bias) + zeroPoint)`, through a table if there is one. Kernels read it while they
/// run, so steps keep it alive.
package final class QS8Output {
  /// How sums are scaled.
  package enum Scaling {
    /// Q31 significands in 0...2^31 − 1 (2^31 would be 1.0) and shifts of −31...30. Positive shifts go
    /// left before the multiply, wrapping modulo 2^32; negative ones divide the product, to nearest
    /// with ties away from zero. The product itself is rounded to nearest with ties up: TensorFlow
    /// Lite's two roundings.
    case fixedPoint(significands: [Int32], shifts: [Int32])
    /// One product in double precision, rounded to nearest with ties away from zero.
    case real([Double])
  }

  package let channels: Int
  let raw: UnsafeMutablePointer<octet_qs8_output>
  private let integers: UnsafeMutablePointer<Int32>
  private let reals: UnsafeMutablePointer<Double>
  private let table: ByteTable?

  /// - Parameters:
  ///   - bias: added to the sums modulo 2^32; nil for none.
  ///   - sumBound: no sum without its bias is of a larger magnitude.
  ///   - zeroPoint: −128...127.
  ///   - bounds: of the code, after the zero point.
  ///   - table: what the clamped codes go through.
  package init(
    channels: Int, bias: UnsafePointer<Int32>?, scaling: Scaling, sumBound: Int = .max,
    zeroPoint: Int32,
    bounds: (low: Int8, high: Int8) = (.min, .max), table: ByteTable? = nil
  ) {
    self.channels = channels
    self.table = table
    // Room for a block of 16 from any channel on.
    let padded = channels + 16
    integers = .aligned(3 * padded)
    integers.initialize(repeating: 0, count: 3 * padded)
    reals = .aligned(padded)
    reals.initialize(repeating: 0, count: padded)
    if let bias { integers.update(from: bias, count: channels) }
    var isReal = false
    switch scaling {
    case .fixedPoint(let significands, let shifts):
      for i in 0..<channels {
        integers[padded + i] = significands[i]
        integers[2 * padded + i] = shifts[i]
      }
    case .real(let multipliers):
      isReal = true
      for i in 0..<channels { reals[i] = multipliers[i] }
    }
    var biasBound = 0
    for i in 0..<channels { biasBound = max(biasBound, abs(Int(integers[i]))) }
    let isModerate = sumBound <= 1 << 30 && biasBound <= (1 << 30) - sumBound
    raw = .allocate(capacity: 1)
    raw.initialize(
      to: octet_qs8_output(
        bias: integers, multiplier: integers + padded, shift: integers + 2 * padded,
        real_multiplier: isReal ? UnsafePointer(reals) : nil, is_moderate: isModerate ? 1 : 0,
        keeps_sums: 0, zero_point: zeroPoint,
        minimum: Int32(bounds.low), maximum: Int32(bounds.high), table: table?.raw))
  }

  /// What keeps sums as they are, in int32, without a bias.
  package convenience init(sumsOf channels: Int) {
    self.init(
      channels: channels, bias: nil,
      scaling: .fixedPoint(
        significands: .init(repeating: 0, count: channels),
        shifts: .init(repeating: 0, count: channels)), zeroPoint: 0)
    raw.pointee.keeps_sums = 1
  }

  /// The same with `corrections` added to the bias, modulo 2^32.
  init(_ other: QS8Output, addingToBias corrections: [Int32]) {
    channels = other.channels
    table = other.table
    let padded = channels + 16
    integers = .aligned(3 * padded)
    integers.update(from: other.integers, count: 3 * padded)
    reals = .aligned(padded)
    reals.update(from: other.reals, count: padded)
    for (i, correction) in corrections.enumerated() { integers[i] &+= correction }
    raw = .allocate(capacity: 1)
    raw.initialize(to: other.raw.pointee)
    raw.pointee.bias = UnsafePointer(integers)
    raw.pointee.multiplier = UnsafePointer(integers + padded)
    raw.pointee.shift = UnsafePointer(integers + 2 * padded)
    if raw.pointee.real_multiplier != nil { raw.pointee.real_multiplier = UnsafePointer(reals) }
  }

  /// A bound of the sums of `depth` products of int8 weights and codes less their zero point.
  package static func sumBound(depth: Int) -> Int {
    let (bound, overflow) = depth.multipliedReportingOverflow(by: 255 * 128)
    return overflow ? .max : bound
  }

  /// What makes up for the way `form` takes its inputs; self where it needs nothing, or keeps sums.
  ///
  /// - Parameter weights: int8 [channels][depth].
  package func corrected(
    for form: QS8GEMM.Form, weights: UnsafePointer<Int8>, depth: Int, inputZeroPoint: Int32
  ) -> QS8Output {
    let excess = form.excess(zeroPoint: inputZeroPoint)
    guard excess != 0, raw.pointee.keeps_sums == 0 else { return self }
    let corrections = (0..<channels).map { channel -> Int32 in
      var sum: Int32 = 0
      for i in 0..<depth { sum &+= Int32(weights[channel * depth + i]) }
      return 0 &- excess &* sum
    }
    return QS8Output(self, addingToBias: corrections)
  }

  deinit {
    raw.deallocate()
    integers.deallocate()
    reals.deallocate()
  }

  /// The same for channels from `first` on.
  func from(_ first: Int) -> octet_qs8_output {
    var part = raw.pointee
    part.bias += first
    part.multiplier += first
    part.shift += first
    if let real = part.real_multiplier { part.real_multiplier = real + first }
    return part
  }
}

extension UnsafeMutablePointer {
  /// Memory at a multiple of 64 for kernels' vector loads.
  package static func aligned(_ count: Int) -> UnsafeMutablePointer {
    UnsafeMutableRawPointer.allocate(
      byteCount: max(count, 1) * MemoryLayout<Pointee>.stride, alignment: 64
    ).bindMemory(to: Pointee.self, capacity: max(count, 1))
  }
}
