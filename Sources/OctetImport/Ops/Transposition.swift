import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Layers that put dimensions or channels in another order.
  static let transposition = OpMapping(
    caffe: [
      // Source: permute_layer.cpp of the SSD fork: dimensions that are not named follow in their order.
      "Permute": CaffeMapping(
        makes: ["transpose"], fields: .init("permute_param", ["order"])
      ) { node, builder throws(Diagnostic) in
        let settings = try node.attributes.message("permute_param")
        let input = try builder.input(0)
        let rank = try builder.extents(input).count
        var order = try settings.ints("order")
        guard order.allSatisfy({ (0..<rank).contains($0) }), Set(order).count == order.count else {
          throw Diagnostic(
            .unsupportedParameter,
            "the order \(order) does not fit \(counted(rank, "dimension"))",
            help: "name each dimension of the blob once, from 0 on")
        }
        order += (0..<rank).filter { !order.contains($0) }
        return [try builder.transpose(input, Permutation(order), name: builder.outputName)]
      },
      // Source: shuffle_channel_layer.cpp of ShuffleNet's fork.
      "ShuffleChannel": CaffeMapping(
        makes: ["reshape", "transpose"], fields: .init("shuffle_channel_param", ["group"])
      ) { node, builder throws(Diagnostic) in
        let settings = try node.attributes.message("shuffle_channel_param")
        let input = try builder.input(0)
        let extents = try builder.extents(input)
        let groups = try settings.int("group", default: 1)
        guard extents.count == 4, groups > 0, extents[1] % groups == 0 else {
          throw Diagnostic(
            .unsupportedParameter,
            "group \(groups) does not divide the channels of a blob of shape \(extents)",
            help: "the blob needs 4 dimensions and a multiple of group as channels")
        }
        if groups == 1 || groups == extents[1] { return [input] }
        let result = try builder.channelsLast(input) { image, builder throws(Diagnostic) in
          let last = try builder.extents(image)
          let rows = last[..<3].reduce(1, *)
          let split = try builder.reshape(image, [rows, groups, extents[1] / groups])
          let turned = try builder.transpose(
            split, Permutation([0, 2, 1]), name: builder.outputName)
          return try builder.reshape(turned, last)
        }
        return [result]
      },
    ],
    tensorFlow: [
      "Transpose": TensorFlowMapping(makes: ["transpose"]) { node, builder throws(Diagnostic) in
        let input = try builder.input(node, 0)
        let rank = try builder.extents(input).count
        let order = try node.integers(1, "order")
        guard order.sorted() == Array(0..<rank) else {
          throw Diagnostic(
            .unsupportedParameter, "the order \(order) does not fit \(counted(rank, "dimension"))")
        }
        return [.computed(try builder.transpose(input, Permutation(order)))]
      }
    ])
}
