import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  static let concatenation = OpMapping(
    makes: ["concatenation"],
    caffe: [
      // Source: ConcatParameter of caffe.proto; `concat_dim` is the old name of `axis`.
      "Concat": { node, builder throws(Diagnostic) in
        let settings = node.attributes.message("concat_param")
        let old = try settings.int("concat_dim", default: 1)
        var inputs: [ValueID] = []
        for index in node.inputs.indices { inputs.append(try builder.input(index)) }
        let rank = try builder.extents(try builder.input(0)).count
        let axis = try canonicalAxis(try settings.int("axis", default: old), rank: rank)
        return [try builder.add(Concatenation(axis: axis), inputs)]
      }
    ])
}
