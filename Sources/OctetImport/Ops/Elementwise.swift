import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Sums, products and maxima of blobs of one shape.
  static let elementwise = OpMapping(
    caffe: [
      // Source: EltwiseParameter of caffe.proto, eltwise_layer.cpp.
      "Eltwise": CaffeMapping(
        makes: ["add", "mul", "maximum"],
        fields: .init("eltwise_param", ["operation", "coeff", "stable_prod_grad"]),
        bottoms: 2...Int.max
      ) { node, builder throws(Diagnostic) in
        let settings = try node.attributes.message("eltwise_param")
        let operation =
          settings.contains("operation")
          ? try settings.choice("operation", among: ["PROD", "SUM", "MAX"]) : "SUM"
        let coefficients = try settings.floats("coeff")
        guard
          coefficients.isEmpty || (coefficients.count == node.inputs.count && operation == "SUM")
        else {
          throw Diagnostic(
            .unsupportedParameter, "coeff needs operation SUM and one number for each blob",
            help: "give \(node.inputs.count) numbers, or none")
        }
        let shape = try builder.extents(try builder.input(0))
        var result: ValueID?
        for index in node.inputs.indices {
          var operand = try builder.input(index)
          let extents = try builder.extents(operand)
          guard extents == shape else {
            throw Diagnostic(.shapeMismatch, "the blobs have the shapes \(shape) and \(extents)")
          }
          if !coefficients.isEmpty, coefficients[index] != 1 {
            let factor = builder.constant("coeff\(index)", Tensor([], [coefficients[index]]))
            operand = try builder.add(
              Mul(), [operand, factor], name: builder.graph[operand].name)
          }
          guard let left = result else {
            result = operand
            continue
          }
          switch operation {
          case "SUM": result = try builder.add(Add(), [left, operand])
          case "PROD": result = try builder.add(Mul(), [left, operand])
          default: result = try builder.add(Maximum(), [left, operand])
          }
        }
        return [result].compactMap { $0 }
      }
    ])
}
