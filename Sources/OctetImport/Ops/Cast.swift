import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Numbers of other types. Octet computes with real numbers of any precision in float32.
  static let cast = OpMapping(
    tensorFlow: [
      "Cast": TensorFlowMapping(makes: ["cast"]) { node, builder throws(Diagnostic) in
        guard let wanted = try node.elementType("DstT") else {
          throw Diagnostic(.typeMismatch, "a type that Octet has not is cast to")
        }
        let target = wanted.isReal ? .float32 : wanted
        var input = try node.input(0)
        if case .constant(let tensor) = input, let single = tensor.inSinglePrecision {
          input = .constant(single)
        }
        if case .constant(let tensor) = input, tensor.type.element == target { return [input] }
        let id = try builder.value(input)
        if builder.graph[id].type.element == target { return [.computed(id)] }
        guard Cast.types.contains(target) else {
          throw Diagnostic(.typeMismatch, "no numbers are cast to \(target.name)")
        }
        return [.computed(try builder.add(Cast(to: target), [id]))]
      }
    ])
}

extension ElementType {
  fileprivate var isReal: Bool {
    [.float32, .float16, .float64, .bfloat16].contains(self)
  }
}

extension Tensor {
  /// Real numbers of another precision in float32; nil for others.
  fileprivate var inSinglePrecision: Tensor? {
    let values: [Float]
    switch type.element {
    case .float64: values = storage.array(of: Double.self).map { Float($0) }
    case .bfloat16:
      values = storage.array(of: UInt16.self).map { Float(bitPattern: UInt32($0) << 16) }
    case .float16: values = storage.array(of: UInt16.self).map { Float(half: $0) }
    default: return nil
    }
    return Tensor(extents, values)
  }
}

extension Float {
  /// The number that IEEE 754 binary16 stores as `bits`.
  fileprivate init(half bits: UInt16) {
    let (exponent, fraction) = (Int(bits >> 10 & 31), Float(bits & 1023))
    let magnitude: Float =
      switch exponent {
      case 0: fraction * 0x1p-24
      case 31: fraction == 0 ? .infinity : .nan
      default: Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
      }
    self = bits >> 15 == 0 ? magnitude : -magnitude
  }
}
