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
    ])
}
