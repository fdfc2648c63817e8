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
  /// Whether it has real numbers, of whatever precision.
  var isReal: Bool {
    [.float32, .float16, .float64, .bfloat16].contains(self)
  }
}
