package import OctetDiagnostics
import OctetIR

extension TopKV2 {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, values) = (context.input(0), context.output)
    guard let width = input.extents.last, let count = values.extents.last else {
      preconditionFailure("inference lets no scalar pass")
    }
    if input.type.isQuantized {
      guard input.type.quantization == values.type.quantization else {
        throw context.noKernel("the largest codes have the scale of their input")
      }
    }
    let places = context.outputs[1].int32
    func step<Element: Comparable & BitwiseCopyable>(_ type: Element.Type, _ name: String) -> Step {
      let (source, target) = (input.elements(type), values.elements(type))
      return Step(kernel: name + "-topk-v2--reference") {
        Self.reference(
          source, target, places, rows: input.count / width, width: width, count: count)
      }
    }
    return switch input.element {
    case .float32: step(Float.self, "f32")
    case .int8: step(Int8.self, "qs8")
    case .int16: step(Int16.self, "qs16")
    case .uint8: step(UInt8.self, "qu8")
    case .int64: step(Int64.self, "s64")
    default: step(Int32.self, "s32")
    }
  }
}
