import COctetKernels

/// Sums, differences, products and slopes of two float tensors.
package enum F32Binary {
  package enum Operation: String, CaseIterable, Sendable {
    case add
    case subtract
    case multiply
    /// The left operand, times the right one where it is below zero.
    case prelu
  }

  /// One implementation and what it needs.
  package struct Variant: Sendable {
    typealias Function =
      @Sendable @convention(c) (
        Int, UnsafePointer<Float>, Int, UnsafePointer<Float>, Int, Float, Float,
        UnsafeMutablePointer<Float>
      ) -> Void

    /// For profiles, for example `f32-add--avx2`.
    package let name: StaticString
    /// Whether this CPU can run it. Running it elsewhere is an illegal instruction.
    package let isSupported: Bool
    let function: Function

    /// `to[i] = clamp(operation(left[i * leftStep], right[i * rightStep]))` for i < count, which may be 0;
    /// NaN stays NaN.
    ///
    /// - Parameters:
    ///   - leftStep: 0 or 1, as `rightStep`; not both 0.
    ///   - result: Overlaps neither operand.
    @inline(__always)
    package func run(
      count: Int, _ left: UnsafePointer<Float>, _ leftStep: Int, _ right: UnsafePointer<Float>,
      _ rightStep: Int, bounds: (low: Float, high: Float), to result: UnsafeMutablePointer<Float>
    ) {
      function(count, left, leftStep, right, rightStep, bounds.low, bounds.high, result)
    }
  }

  /// All variants built for this architecture, fastest first; the last runs on every CPU.
  package static func variants(_ operation: Operation) -> [Variant] {
    var variants: [Variant] = []
    #if arch(x86_64)
      variants.append(avx512(operation))
      variants.append(avx2(operation))
    #endif
    variants.append(portable(operation))
    return variants
  }

  /// The fastest variant this CPU can run.
  package static func best(_ operation: Operation) -> Variant {
    variants(operation).first { $0.isSupported } ?? portable(operation)
  }

  private static func portable(_ operation: Operation) -> Variant {
    func variant(_ name: StaticString, _ function: Variant.Function) -> Variant {
      Variant(name: name, isSupported: true, function: function)
    }
    return switch operation {
    case .add: variant("f32-add--portable", octet_f32_add__portable)
    case .subtract: variant("f32-subtract--portable", octet_f32_subtract__portable)
    case .multiply: variant("f32-multiply--portable", octet_f32_multiply__portable)
    case .prelu: variant("f32-prelu--portable", octet_f32_prelu__portable)
    }
  }

  #if arch(x86_64)
    private static func avx2(_ operation: Operation) -> Variant {
      func variant(_ name: StaticString, _ function: Variant.Function) -> Variant {
        Variant(name: name, isSupported: CPUFeatures.hasAVX2AndFMA, function: function)
      }
      return switch operation {
      case .add: variant("f32-add--avx2", octet_f32_add__avx2)
      case .subtract: variant("f32-subtract--avx2", octet_f32_subtract__avx2)
      case .multiply: variant("f32-multiply--avx2", octet_f32_multiply__avx2)
      case .prelu: variant("f32-prelu--avx2", octet_f32_prelu__avx2)
      }
    }

    private static func avx512(_ operation: Operation) -> Variant {
      func variant(_ name: StaticString, _ function: Variant.Function) -> Variant {
        Variant(name: name, isSupported: CPUFeatures.hasAVX512VNNI, function: function)
      }
      return switch operation {
      case .add: variant("f32-add--avx512", octet_f32_add__avx512)
      case .subtract: variant("f32-subtract--avx512", octet_f32_subtract__avx512)
      case .multiply: variant("f32-multiply--avx512", octet_f32_multiply__avx512)
      case .prelu: variant("f32-prelu--avx512", octet_f32_prelu__avx512)
      }
    }
  #endif
}
