import COctetKernels

/// The sum of two int8 tensors of one shape, each with its own scale and zero point.
package enum QS8Add {
  /// The fixed-point parameters: significands in 0...2^31 − 1 and shifts of −31...30, as convolutions
  /// have them. Operands are shifted left by 20 before they are scaled.
  package struct Parameters: Sendable {
    let raw: octet_qs8_sum

    package typealias Scaling = (significand: Int32, shift: Int32)

    package init(
      left: (zeroPoint: Int32, scaling: Scaling), right: (zeroPoint: Int32, scaling: Scaling),
      output: (zeroPoint: Int32, scaling: Scaling), bounds: (low: Int32, high: Int32)
    ) {
      func raw(_ scaling: Scaling) -> octet_qs8_scaling {
        octet_qs8_scaling(multiplier: scaling.significand, shift: scaling.shift)
      }
      self.raw = octet_qs8_sum(
        left_zero_point: left.zeroPoint, right_zero_point: right.zeroPoint,
        left: raw(left.scaling), right: raw(right.scaling), output: raw(output.scaling),
        output_zero_point: output.zeroPoint, minimum: bounds.low, maximum: bounds.high)
    }
  }

  /// One implementation and what it needs.
  package struct Variant: Sendable {
    typealias Function =
      @Sendable @convention(c) (
        Int, UnsafePointer<Int8>, UnsafePointer<Int8>, UnsafePointer<octet_qs8_sum>,
        UnsafeMutablePointer<Int8>
      ) -> Void

    /// For profiles, for example `qs8-add-u32--avx2`.
    package let name: StaticString
    /// Whether this CPU can run it. Running it elsewhere is an illegal instruction.
    package let isSupported: Bool
    let function: Function

    /// Adds `count` elements, which may be 0.
    @inline(__always)
    package func run(
      count: Int, _ left: UnsafePointer<Int8>, _ right: UnsafePointer<Int8>,
      _ parameters: Parameters, to result: UnsafeMutablePointer<Int8>
    ) {
      withUnsafePointer(to: parameters.raw) { function(count, left, right, $0, result) }
    }
  }

  /// All variants built for this architecture, fastest first. Where there is none the reference serves.
  package static let variants: [Variant] = {
    #if arch(x86_64)
      [
        Variant(
          name: "qs8-add-u64--avx512", isSupported: CPUFeatures.hasAVX512VNNI,
          function: octet_qs8_add_u64__avx512),
        Variant(
          name: "qs8-add-u32--avx2", isSupported: CPUFeatures.hasAVX2AndFMA,
          function: octet_qs8_add_u32__avx2),
      ]
    #else
      []
    #endif
  }()

  /// The fastest variant this CPU can run.
  package static let best: Variant? = variants.first { $0.isSupported }
}
