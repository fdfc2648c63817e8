import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Sums, products and maxima of blobs of one shape.
  static let elementwise = OpMapping(
    makes: ["add", "mul", "maximum"],
    caffe: [
      // Source: EltwiseParameter of caffe.proto, eltwise_layer.cpp.
      "Eltwise": {
        (node: ForeignNode, builder: inout GraphBuilder) throws(Diagnostic) -> [ValueID] in
        let settings = node.attributes.message("eltwise_param")
        let operation =
          settings.contains("operation")
          ? try settings.choice("operation", among: ["PROD", "SUM", "MAX"]) : "SUM"
        guard node.inputs.count >= 2 else {
          throw Diagnostic(.unsupportedParameter, "an Eltwise layer needs at least two blobs")
        }
        var coefficients: [Float] = []
        for entry in settings.all("coeff") {
          guard case .number(let value) = entry.value else { continue }
          coefficients.append(Float(value))
        }
        guard
          coefficients.isEmpty || (coefficients.count == node.inputs.count && operation == "SUM")
        else {
          throw Diagnostic(
            .unsupportedParameter, "coeff needs operation SUM and one number for each blob")
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
