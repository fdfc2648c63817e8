import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Borders around a tensor.
  static let padding = OpMapping(
    tensorFlow: [
      "Pad": TensorFlowMapping(makes: ["pad"]) { node, builder throws(Diagnostic) in
        let input = try builder.input(node, 0)
        let paddings = try builder.paddings(node, rank: try builder.extents(input).count)
        return [.computed(try builder.add(Pad(), [input, paddings]))]
      },
      "PadV2": TensorFlowMapping(makes: ["padv2"]) { node, builder throws(Diagnostic) in
        let input = try builder.input(node, 0)
        let paddings = try builder.paddings(node, rank: try builder.extents(input).count)
        let value = try builder.input(node, 2, "padding")
        return [.computed(try builder.add(PadV2(), [input, paddings, value]))]
      },
      "MirrorPad": TensorFlowMapping(makes: ["mirror_pad"]) { node, builder throws(Diagnostic) in
        let input = try builder.input(node, 0)
        let paddings = try builder.paddings(node, rank: try builder.extents(input).count)
        let mode = try node.text("mode", default: "")
        guard let mode = MirrorPad.Mode(rawValue: mode.lowercased()) else {
          throw Diagnostic(.unsupportedParameter, "the mode '\(mode)' is not understood")
        }
        return [.computed(try builder.add(MirrorPad(mode), [input, paddings]))]
      },
    ])
}

extension GraphBuilder {
  /// Elements before and after each dimension, [rank][2].
  fileprivate mutating func paddings(
    _ node: TensorFlowNode, rank: Int
  ) throws(Diagnostic) -> ValueID {
    let paddings = try node.integers(1, "paddings")
    guard paddings.count == 2 * rank, paddings.allSatisfy({ (0..<1 << 31).contains($0) }) else {
      throw Diagnostic(
        .unsupportedParameter, "the paddings \(paddings) do not fit \(counted(rank, "dimension"))")
    }
    return constant("paddings", Tensor([rank, 2], int32: paddings.map { Int32($0) }))
  }
}
