import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  static let concatenation = OpMapping(
    caffe: [
      // Source: ConcatParameter of caffe.proto; `concat_dim` is the old name of `axis`.
      "Concat": CaffeMapping(
        makes: ["concatenation"], fields: .init("concat_param", ["axis", "concat_dim"]),
        bottoms: 1...Int.max
      ) { node, builder throws(Diagnostic) in
        let settings = try node.attributes.message("concat_param")
        var inputs: [ValueID] = []
        for index in node.inputs.indices { inputs.append(try builder.input(index)) }
        let rank = try builder.extents(try builder.input(0)).count
        let axis = try axis(settings, of: "concat_param", old: "concat_dim", rank: rank)
        if inputs.count == 1 { return inputs }
        return [try builder.add(Concatenation(axis: axis), inputs)]
      }
    ],
    darknet: [
      // Source: Darknet's route_layer.c; `groups` takes one of several equal parts of each input.
      "route": DarknetMapping(
        makes: ["reshape", "concatenation", "slice"],
        options: ["layers", "groups", "group_id", "stopbackward"],
        reads: { node throws(Diagnostic) in
          let layers = try node.attributes.ints("layers")
          guard !layers.isEmpty else {
            throw Diagnostic(
              .unsupportedParameter, "the route has no layers", help: "give layers=-1,8")
          }
          return layers
        }
      ) { node, builder throws(Diagnostic) in
        let groups = try node.attributes.int("groups", default: 1)
        let group = try node.attributes.int("group_id", default: 0)
        guard groups > 0, (0..<groups).contains(group) else {
          throw Diagnostic(
            .unsupportedParameter, "group_id \(group) is none of groups=\(groups)",
            help: "count groups from 0")
        }
        var parts: [ValueID] = []
        for index in node.inputs.indices {
          let part = try builder.image(index)
          let extents = try builder.extents(part)
          guard extents[1] % groups == 0 else {
            throw Diagnostic(
              .shapeMismatch,
              "\(extents[1]) channels of '\(node.inputs[index])' are not \(groups) equal groups")
          }
          let width = extents[1] / groups
          parts.append(
            try builder.slice(
              part, begin: [0, group * width, 0, 0],
              size: [extents[0], width, extents[2], extents[3]]))
        }
        return [parts.count == 1 ? parts[0] : try builder.add(Concatenation(axis: 1), parts)]
      }
    ],
    tensorFlow: [
      "Pack": TensorFlowMapping(makes: ["concatenation", "reshape"]) {
        node, builder throws(Diagnostic) in
        var inputs: [ValueID] = []
        for index in node.inputs.indices { inputs.append(try builder.input(node, index)) }
        guard let first = inputs.first else {
          throw Diagnostic(.invalidGraph, "the node joins nothing")
        }
        let axis = try canonicalAxis(
          try node.int("axis", default: 0), rank: try builder.extents(first).count + 1)
        return [.computed(try builder.stack(inputs, axis: axis))]
      },
      "ConcatV2": TensorFlowMapping(makes: ["concatenation"]) { node, builder throws(Diagnostic) in
        let count = node.inputs.count - 1
        var inputs: [ValueID] = []
        for index in 0..<max(0, count) {
          let id = try builder.input(node, index)
          // What has no elements adds none, and the runtime holds no such tensors.
          let isEmpty = try builder.extents(id).contains(0)
          if !isEmpty || inputs.isEmpty && index == count - 1 { inputs.append(id) }
        }
        guard let first = inputs.first else {
          throw Diagnostic(.invalidGraph, "the node joins nothing")
        }
        let axes = try node.integers(count, "axis")
        let axis = try canonicalAxis(axes.first ?? 0, rank: try builder.extents(first).count)
        return [
          .computed(
            inputs.count == 1 ? first : try builder.add(Concatenation(axis: axis), inputs))
        ]
      },
    ])
}
