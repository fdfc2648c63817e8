package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Adds a tensor's own elements around it, mirrored at its border.
///
/// Inputs: any type with elements of whole bytes, at most 5 dimensions; the numbers before and after each dimension as
/// an int32 constant [rank,2]. `reflect` leaves the outermost elements out of the mirror image, `symmetric` repeats
/// them; so at most the extent less one, or the extent, can be added.
package final class MirrorPad: BuiltinOp {
  package enum Mode: String, Sendable {
    case reflect
    case symmetric
  }

  package let mode: Mode

  package init(_ mode: Mode) {
    self.mode = mode
  }

  package static let entry = OpEntry(
    "mirror_pad", .mirrorPad, types: [.float32, .int8, .int16],
    "adds a mirror image around a tensor",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["mode"])
      let mode = try attributes.symbol("mode", among: ["reflect", "symmetric"])
      return MirrorPad(Mode(rawValue: mode) ?? .reflect)
    },
    read: MirrorPad.read, cast: { $0 as? MirrorPad })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [Attribute("mode", .symbol(mode.rawValue))] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 2...2)
    let input = try operands.movable(0)
    let paddings = try operands.constantInts(1, rank: 2)
    let result = try inferPad(input, paddings)
    for (axis, dimension) in input.shape.dimensions.enumerated() {
      let added = max(paddings[2 * axis], paddings[2 * axis + 1])
      guard let extent = dimension.value, added > (mode == .reflect ? extent - 1 : extent) else {
        continue
      }
      throw Diagnostic(
        .invalidAttribute, "an extent of \(extent) has no mirror image of \(added) elements")
    }
    return result
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .reorders(inputs: [.operand, .rowPerDimension], op: { [self] _ in self }),
      clamp: .none(because: "TFLite's MirrorPad has no fused activation"), window: nil,
      identity: .sameShape, isView: false,
      copies: .dimensions([.init([.operand, .row([0, 0])]) { [self] _ in self }]), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .int8(Int8Rule(inputs: [.activation, .index], output: .likeInput))
  }
}
