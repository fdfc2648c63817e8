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
    ],
    darknet: [
      // Source: Darknet's shortcut_layer.c: of other layers the channels that both have are added.
      "shortcut": DarknetMapping(
        makes: ["add", "slice", "pad"] + DarknetActivation.makes,
        options: ["from", "activation"], refused: ["weights_type", "weights_normalization"],
        reads: { node throws(Diagnostic) in
          let sources = try node.attributes.ints("from")
          guard !sources.isEmpty else {
            throw Diagnostic(
              .unsupportedParameter, "the shortcut has no source", help: "give from=-3")
          }
          return [-1] + sources
        }
      ) { node, builder throws(Diagnostic) in
        let activation = try DarknetActivation(node, default: .linear)
        var sum = try builder.input(0)
        let shape = try builder.extents(sum)
        for index in node.inputs.indices.dropFirst() {
          let other = try sameChannels(try builder.input(index), shape, &builder)
          sum = try builder.add(Add(), [sum, other])
        }
        return [try activation.apply(sum, &builder)]
      }
    ],
    tensorFlow: [
      "Add": binary("add") { Add() },
      "AddV2": binary("add") { Add() },
      "Sub": binary("sub") { Sub() },
      "RealDiv": division,
      "Div": division,
      "Maximum": TensorFlowMapping(makes: ["maximum", "relu", "relu6", "leaky_relu"]) {
        node, builder throws(Diagnostic) in
        let (left, right) = (try builder.input(node, 0), try builder.input(node, 1))
        return [.computed(try builder.maximum(left, right))]
      },
      "Minimum": TensorFlowMapping(makes: ["minimum", "relu6"]) {
        node, builder throws(Diagnostic) in
        let (left, right) = (try builder.input(node, 0), try builder.input(node, 1))
        return [.computed(try builder.minimum(left, right))]
      },
      "Pow": binary("pow") { Binary(.pow) },
      "SquaredDifference": binary("squared_difference") { Binary(.squaredDifference) },
      "FloorDiv": binary("floor_div") { Binary(.floorDiv) },
      "FloorMod": binary("floor_mod") { Binary(.floorMod) },
      "TruncateDiv": TensorFlowMapping(makes: ["div"]) { node, builder throws(Diagnostic) in
        let (left, right) = (try builder.input(node, 0), try builder.input(node, 1))
        guard builder.graph[left].type.element == .int32 else {
          throw Diagnostic(.unsupportedParameter, "only int32 numbers are divided so")
        }
        return [.computed(try builder.add(Div(), [left, right]))]
      },
      "Mod": remainder,
      "TruncateMod": remainder,
      "DivNoNan": TensorFlowMapping(makes: ["div", "equal", "select_v2"]) {
        node, builder throws(Diagnostic) in
        let (left, right) = (try builder.input(node, 0), try builder.input(node, 1))
        let zero = builder.scalar("zero", 0)
        let isZero = try builder.add(Comparison(.equal), [right, zero])
        let quotient = try builder.add(Div(), [left, right])
        return [.computed(try builder.add(SelectV2(), [isZero, zero, quotient]))]
      },
      "AddN": TensorFlowMapping(makes: ["add"]) { node, builder throws(Diagnostic) in
        var sum = try builder.input(node, 0)
        for index in node.inputs.indices.dropFirst() {
          sum = try builder.add(Add(), [sum, try builder.input(node, index)])
        }
        return [.computed(sum)]
      },
      "ClipByValue": TensorFlowMapping(makes: ["relu", "relu6", "maximum", "minimum"]) {
        node, builder throws(Diagnostic) in
        let (input, low) = (try builder.input(node, 0), try builder.input(node, 1))
        let raised = try builder.maximum(input, low)
        return [.computed(try builder.minimum(raised, try builder.input(node, 2)))]
      },
      "Square": TensorFlowMapping(makes: ["mul"]) { node, builder throws(Diagnostic) in
        let input = try builder.input(node, 0)
        return [.computed(try builder.add(Mul(), [input, input]))]
      },
    ])
}

/// What a Darknet shortcut adds to a layer of shape `shape`: the first channels, with zeros for those that
/// are not there.
private func sameChannels(
  _ id: ValueID, _ shape: [Int], _ builder: inout GraphBuilder
) throws(Diagnostic) -> ValueID {
  let extents = try builder.extents(id)
  guard extents.count == shape.count, extents.count > 1, extents[0] == shape[0],
    extents[2...] == shape[2...]
  else {
    throw Diagnostic(
      .shapeMismatch, "the shortcut adds the shapes \(shape) and \(extents)",
      help: "choose layers of one height and width")
  }
  if extents[1] >= shape[1] {
    return try builder.slice(id, begin: [Int](repeating: 0, count: shape.count), size: shape)
  }
  var paddings = [Int32](repeating: 0, count: 2 * shape.count)
  paddings[3] = Int32(shape[1] - extents[1])
  return try builder.add(
    Pad(), [id, builder.constant("paddings", Tensor([shape.count, 2], int32: paddings))])
}

/// TFLite divides no int8 numbers, so a constant divisor becomes its reciprocal: a result may differ in its
/// last bit.
private let division = TensorFlowMapping(makes: ["mul", "div", "gelu", "hard_swish"]) {
  node, builder throws(Diagnostic) in
  let left = try builder.input(node, 0)
  if case .constant(let tensor) = try node.input(1), tensor.type.element == .float32 {
    let reciprocals = tensor.storage.array(of: Float.self).map { 1 / $0 }
    if reciprocals.allSatisfy({ $0.isFinite }) {
      let factor = builder.constant("reciprocal", Tensor(tensor.extents, reciprocals))
      return [.computed(try builder.product(left, factor))]
    }
  }
  return [.computed(try builder.add(Div(), [left, try builder.input(node, 1)]))]
}

/// What a quotient of whole numbers that is cut towards zero leaves.
private let remainder = TensorFlowMapping(makes: ["div", "mul", "sub"]) {
  node, builder throws(Diagnostic) in
  let (left, right) = (try builder.input(node, 0), try builder.input(node, 1))
  guard builder.graph[left].type.element == .int32 else {
    throw Diagnostic(.unsupportedParameter, "only int32 numbers have such a remainder")
  }
  let quotient = try builder.add(Div(), [left, right])
  let whole = try builder.add(Mul(), [quotient, right])
  return [.computed(try builder.add(Sub(), [left, whole]))]
}

/// An operator of two tensors, broadcast.
func binary(
  _ name: String, _ make: @escaping @Sendable () -> any BuiltinOp
) -> TensorFlowMapping {
  TensorFlowMapping(makes: [name]) { node, builder throws(Diagnostic) in
    let (left, right) = (try builder.input(node, 0), try builder.input(node, 1))
    return [.computed(try builder.add(make(), [left, right]))]
  }
}
