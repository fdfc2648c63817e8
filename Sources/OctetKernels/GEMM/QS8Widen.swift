import COctetKernels

/// Turns int8 values into the int16 rows that `QS8GEMM` takes, minus their zero point.
///
/// ```swift
/// QS8Widen.best.run(rows: 1, count: n, from: input, fromStride: 0, zeroPoint: -128,
///                   to: wide, toStride: 0)
/// ```
package enum QS8Widen {
  /// One implementation and what it needs.
  package struct Variant: Sendable {
    typealias Function =
      @Sendable @convention(c) (
        Int, Int, UnsafePointer<Int8>, Int, Int32, UnsafeMutablePointer<Int16>, Int
      ) -> Void

    /// For profiles, for example `qs8-widen-u16--avx2`.
    package let name: StaticString
    /// Whether this CPU can run it. Running it elsewhere is an illegal instruction.
    package let isSupported: Bool
    /// Always 1: rows are taken one after the other.
    package let rows: Int
    /// Elements in one step. Any count works.
    package let columns: Int
    let function: Function

    /// `to[r][i] = from[r][i] − zeroPoint` for r < rows, i < count, either of which may be 0.
    /// Touches nothing outside these rows. Sizes are the caller's to prove.
    ///
    /// - Parameters:
    ///   - fromStride: Elements from one source row to the next.
    ///   - zeroPoint: −128...127, so that every difference fits.
    ///   - toStride: Elements from one row written to the next.
    @inline(__always)
    package func run(
      rows: Int, count: Int, from: UnsafePointer<Int8>, fromStride: Int, zeroPoint: Int32,
      to: UnsafeMutablePointer<Int16>, toStride: Int
    ) {
      function(rows, count, from, fromStride, zeroPoint, to, toStride)
    }
  }

  /// `to[i] = from[i] + 128` for i < count, which may be 0.
  static func flip(count: Int, from: UnsafePointer<Int8>, to: UnsafeMutablePointer<UInt8>) {
    octet_qs8_flip(count, from, to)
  }

  /// Runs on every CPU.
  package static let portable = Variant(
    name: "qs8-widen-u1--portable", isSupported: true, rows: 1, columns: 1,
    function: octet_qs8_widen_u1__portable)

  /// All variants built for this architecture, fastest first.
  package static let variants: [Variant] = {
    var variants: [Variant] = []
    #if arch(x86_64)
      variants.append(
        Variant(
          name: "qs8-widen-u16--avx2", isSupported: CPUFeatures.hasAVX2AndFMA, rows: 1,
          columns: 16, function: octet_qs8_widen_u16__avx2))
    #elseif arch(arm)
      variants.append(
        Variant(
          name: "qs8-widen-u8--neon", isSupported: CPUFeatures.hasNEON, rows: 1, columns: 8,
          function: octet_qs8_widen_u8__neon))
    #endif
    variants.append(portable)
    return variants
  }()

  /// The fastest variant this CPU can run.
  package static let best: Variant = variants.first { $0.isSupported } ?? portable
}
