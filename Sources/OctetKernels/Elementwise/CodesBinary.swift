import COctetKernels

/// Sums, differences and products of two quantized tensors, each with its own scale and zero point.
package enum CodesBinary {
  package enum Operation: String, CaseIterable, Sendable {
    case add
    case subtract
    case multiply
  }

  /// The types of codes.
  package enum Code: String, CaseIterable, Sendable {
    case int8 = "qs8"
    case uint8 = "qu8"
    case int16 = "qs16"
  }

  /// The fixed-point parameters: significands in 0...2^31 − 1 and shifts of −31...30, as convolutions
  /// have them. Operands of sums are shifted left by 20 bits, of int16 by 15, before they are scaled.
  package struct Parameters: Sendable {
    let raw: octet_codes_pair

    package typealias Scaling = (significand: Int32, shift: Int32)

    /// - Parameters:
    ///   - left: Its scaling is of no account for products, as that of `right`.
    ///   - bounds: Of the code.
    package init(
      left: (zeroPoint: Int32, scaling: Scaling), right: (zeroPoint: Int32, scaling: Scaling),
      output: (zeroPoint: Int32, scaling: Scaling), bounds: (low: Int32, high: Int32)
    ) {
      func raw(_ scaling: Scaling) -> octet_scaling {
        octet_scaling(multiplier: scaling.significand, shift: scaling.shift)
      }
      self.raw = octet_codes_pair(
        left_zero_point: left.zeroPoint, right_zero_point: right.zeroPoint,
        left: raw(left.scaling), right: raw(right.scaling), output: raw(output.scaling),
        output_zero_point: output.zeroPoint, minimum: bounds.low, maximum: bounds.high)
    }
  }

  /// One implementation and what it needs.
  package struct Variant: Sendable {
    typealias Function =
      @Sendable @convention(c) (
        Int, UnsafeRawPointer, Int, UnsafeRawPointer, Int, UnsafePointer<octet_codes_pair>,
        UnsafeMutableRawPointer
      ) -> Void

    /// For profiles, for example `qs8-add--avx2`.
    package let name: StaticString
    /// Whether this CPU can run it. Running it elsewhere is an illegal instruction.
    package let isSupported: Bool
    let function: Function

    /// Computes `count` codes, which may be 0, from those at `left` and `right` and every step after them.
    ///
    /// - Parameter leftStep: 0 or 1, as `rightStep`; not both 0.
    @inline(__always)
    package func run(
      count: Int, _ left: UnsafeRawPointer, _ leftStep: Int, _ right: UnsafeRawPointer,
      _ rightStep: Int, _ parameters: Parameters, to result: UnsafeMutableRawPointer
    ) {
      withUnsafePointer(to: parameters.raw) {
        function(count, left, leftStep, right, rightStep, $0, result)
      }
    }
  }

  /// All variants built for this architecture, fastest first. Where there is none the reference serves.
  package static func variants(_ operation: Operation, _ code: Code) -> [Variant] {
    #if arch(x86_64)
      [avx512(operation, code), avx2(operation, code)]
    #else
      []
    #endif
  }

  /// The fastest variant this CPU can run.
  package static func best(_ operation: Operation, _ code: Code) -> Variant? {
    variants(operation, code).first { $0.isSupported }
  }

  #if arch(x86_64)
    private static func avx512(_ operation: Operation, _ code: Code) -> Variant {
      func variant(_ name: StaticString, _ function: Variant.Function) -> Variant {
        Variant(name: name, isSupported: CPUFeatures.hasAVX512VNNI, function: function)
      }
      return switch (operation, code) {
      case (.add, .int8): variant("qs8-add--avx512", octet_qs8_add__avx512)
      case (.subtract, .int8): variant("qs8-subtract--avx512", octet_qs8_subtract__avx512)
      case (.multiply, .int8): variant("qs8-multiply--avx512", octet_qs8_multiply__avx512)
      case (.add, .uint8): variant("qu8-add--avx512", octet_qu8_add__avx512)
      case (.subtract, .uint8): variant("qu8-subtract--avx512", octet_qu8_subtract__avx512)
      case (.multiply, .uint8): variant("qu8-multiply--avx512", octet_qu8_multiply__avx512)
      case (.add, .int16): variant("qs16-add--avx512", octet_qs16_add__avx512)
      case (.subtract, .int16): variant("qs16-subtract--avx512", octet_qs16_subtract__avx512)
      case (.multiply, .int16): variant("qs16-multiply--avx512", octet_qs16_multiply__avx512)
      }
    }

    private static func avx2(_ operation: Operation, _ code: Code) -> Variant {
      func variant(_ name: StaticString, _ function: Variant.Function) -> Variant {
        Variant(name: name, isSupported: CPUFeatures.hasAVX2AndFMA, function: function)
      }
      return switch (operation, code) {
      case (.add, .int8): variant("qs8-add--avx2", octet_qs8_add__avx2)
      case (.subtract, .int8): variant("qs8-subtract--avx2", octet_qs8_subtract__avx2)
      case (.multiply, .int8): variant("qs8-multiply--avx2", octet_qs8_multiply__avx2)
      case (.add, .uint8): variant("qu8-add--avx2", octet_qu8_add__avx2)
      case (.subtract, .uint8): variant("qu8-subtract--avx2", octet_qu8_subtract__avx2)
      case (.multiply, .uint8): variant("qu8-multiply--avx2", octet_qu8_multiply__avx2)
      case (.add, .int16): variant("qs16-add--avx2", octet_qs16_add__avx2)
      case (.subtract, .int16): variant("qs16-subtract--avx2", octet_qs16_subtract__avx2)
      case (.multiply, .int16): variant("qs16-multiply--avx2", octet_qs16_multiply__avx2)
      }
    }
  #endif
}
