import COctetKernels

/// Matrix product of int16 values and int8 weights, summed in int64 and scaled back to int16.
///
/// Values and weights lie as `QS8GEMM` takes them in pairs. Every variant gives the same numbers.
package enum QS16GEMM {
  /// One implementation and what it needs.
  package struct Variant: Sendable {
    typealias Function =
      @Sendable @convention(c) (
        Int, Int, UnsafePointer<octet_rows>, UnsafePointer<Int16>,
        UnsafePointer<octet_qs16_output>, UnsafeMutablePointer<Int16>, Int
      ) -> Void

    /// For profiles, for example `qs16-gemm-4x16--avx2`.
    package let name: StaticString
    /// Whether this CPU can run it. Running it elsewhere is an illegal instruction.
    package let isSupported: Bool
    let function: Function

    /// Computes m × n outputs without allocating, as `QS8GEMM.Variant.run` does.
    @inline(__always)
    func run(
      m: Int, n: Int, a: QS8GEMM.Rows, weights: UnsafeRawPointer, output: QS16Output, channel: Int,
      c: UnsafeMutablePointer<Int16>, cStride: Int
    ) {
      withUnsafePointer(to: output.from(channel)) { output in
        withUnsafePointer(to: a.raw) { rows in
          function(m, n, rows, weights.assumingMemoryBound(to: Int16.self), output, c, cStride)
        }
      }
    }
  }

  /// Runs on every CPU.
  package static let portable = Variant(
    name: "qs16-gemm-1x16--portable", isSupported: true, function: octet_qs16_gemm_1x16__portable)

  /// All variants built for this architecture, fastest first.
  package static let variants: [Variant] = {
    var variants: [Variant] = []
    #if arch(x86_64)
      variants.append(
        Variant(
          name: "qs16-gemm-4x16--avx2", isSupported: CPUFeatures.hasAVX2AndFMA,
          function: octet_qs16_gemm_4x16__avx2))
    #endif
    variants.append(portable)
    return variants
  }()

  /// The fastest variant this CPU can run.
  package static let best: Variant = variants.first { $0.isSupported } ?? portable
}
