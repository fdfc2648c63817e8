import OctetDiagnostics
import OctetIR

extension KerasMapping {
  static let dense: [String: KerasMapping] = [
    "Dense": one { layer, input, builder throws(Diagnostic) in
      let extents = try builder.extents(input)
      guard let depth = extents.last, extents.count > 1 else {
        throw Diagnostic(.shapeMismatch, "a Dense layer reads the shape \(extents)")
      }
      let units = try layer.int("units")
      let kernel = try builder.weight("kernel", [depth, units])
      let bias = try builder.bias(layer, units)
      let flat =
        extents.count == 2
        ? input : try builder.reshape(input, [extents.dropLast().reduce(1, *), depth])
      var result = try builder.apply("MatMul", [flat, .constant(kernel)])
      if let bias { result = try builder.apply("BiasAdd", [result, bias]) }
      if extents.count != 2 { result = try builder.reshape(result, extents.dropLast() + [units]) }
      return try builder.activate(result, layer.config["activation"])
    },
    "EinsumDense": one { layer, input, builder throws(Diagnostic) in
      let equation = try layer.text("equation", default: "")
      let terms = equation.filter { $0 != " " }.split(separator: "->").map { String($0) }
      guard terms.count == 2, let comma = terms[0].firstIndex(of: ",") else {
        throw layer.wrong("equation", "of two operands and a result")
      }
      let labels = terms[0][terms[0].index(after: comma)...]
      let kernel = try builder.weight("kernel", [Int?](repeating: nil, count: labels.count))
      var result = try builder.apply(
        "Einsum", [input, .constant(kernel)], ["equation": .text(equation)])
      if let axes = layer.config["bias_axes"]?.text, !axes.isEmpty {
        // From the first of its dimensions on, 1 for those that it has not.
        let rank = terms[1].drop { !axes.contains($0) }.count
        let bias = try builder.weight("bias", [Int?](repeating: nil, count: rank))
        result = try builder.apply("AddV2", [result, .constant(bias)])
      }
      return try builder.activate(result, layer.config["activation"])
    },
  ]
}
