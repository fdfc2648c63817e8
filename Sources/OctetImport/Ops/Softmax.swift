import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  static let softmax = OpMapping(
    caffe: [
      // Source: SoftmaxParameter of caffe.proto. TFLite's softmax runs along the last dimension.
      "Softmax": CaffeMapping(
        makes: ["softmax", "transpose"], fields: .init("softmax_param", ["engine", "axis"])
      ) { node, builder throws(Diagnostic) in
        let settings = try node.attributes.message("softmax_param")
        let input = try builder.input(0)
        let rank = try builder.extents(input).count
        let axis = try canonicalAxis(try settings.int("axis", default: 1), rank: rank)
        let order = Permutation((0..<rank).filter { $0 != axis } + [axis])
        let last = try builder.transpose(input, order)
        let result = try builder.add(Softmax(beta: 1), [last])
        return [try builder.transpose(result, order.inverse)]
      }
    ],
    darknet: [
      // Source: Darknet's softmax_layer.c: over all numbers of a sample, or over equal parts of them.
      "softmax": DarknetMapping(
        makes: ["softmax", "reshape"], options: ["groups", "temperature", "noloss"],
        refused: ["tree", "spatial"]
      ) { node, builder throws(Diagnostic) in
        let input = try builder.input(0)
        let extents = try builder.extents(input)
        let groups = try node.attributes.int("groups", default: 1)
        let temperature = try node.attributes.float("temperature", default: 1)
        let count = extents.dropFirst().reduce(1, *)
        guard groups > 0, count % groups == 0, temperature > 0 else {
          throw Diagnostic(
            .unsupportedParameter,
            "groups=\(groups) with temperature=\(temperature) does not fit \(count) numbers",
            help: "give groups that divide the numbers, and a positive temperature")
        }
        let rows = try builder.reshape(input, [extents[0] * groups, count / groups])
        let result = try builder.add(Softmax(beta: 1 / temperature), [rows])
        return [try builder.reshape(result, [extents[0], count])]
      }
    ],
    tensorFlow: [
      "LogSoftmax": TensorFlowMapping(makes: ["log_softmax"]) { node, builder throws(Diagnostic) in
        [.computed(try builder.add(LogSoftmax(), [try builder.input(node, 0)]))]
      },
      "Softmax": TensorFlowMapping(makes: ["softmax"]) { node, builder throws(Diagnostic) in
        [.computed(try builder.add(Softmax(beta: 1), [try builder.input(node, 0)]))]
      },
    ])
}
