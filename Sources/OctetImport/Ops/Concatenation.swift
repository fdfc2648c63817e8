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
        guard !settings.contains("axis") || !settings.contains("concat_dim") else {
          throw Diagnostic(
            .unsupportedParameter, "concat_param has both axis and concat_dim",
            help: "keep axis; concat_dim is its old name")
        }
        let old = try settings.int("concat_dim", default: 1)
        var inputs: [ValueID] = []
        for index in node.inputs.indices { inputs.append(try builder.input(index)) }
        let rank = try builder.extents(try builder.input(0)).count
        let axis = try canonicalAxis(try settings.int("axis", default: old), rank: rank)
        if inputs.count == 1 { return inputs }
        return [try builder.add(Concatenation(axis: axis), inputs)]
      }
    ])
}
