package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Rounds to the numbers that quantization-aware training has had in the place of an integer tensor's.
///
/// Input: float32 of any shape. Output: the same shape. An int8 graph has no such operator: its input's scale says the
/// same.
package final class FakeQuant: BuiltinOp {
  let range: TrainedRange

  package init(_ range: TrainedRange) { self.range = range }

  package static let entry = OpEntry(
    "fake_quant", .fakeQuant, types: [.float32],
    "rounded as integers of some bits would be",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["low", "high", "bits", "narrow"])
      return FakeQuant(
        try TrainedRange(
          low: try attributes.float("low"), high: try attributes.float("high"),
          bits: try attributes.int("bits", default: 8),
          isNarrow: try attributes.bool("narrow", default: false)))
    },
    read: FakeQuant.read, cast: { $0 as? FakeQuant })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] {
    [
      Attribute("low", .float(range.wanted.low)), Attribute("high", .float(range.wanted.high)),
      Attribute("bits", .int(range.bits)), Attribute("narrow", .bool(range.isNarrow)),
    ]
  }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try inferUnary(operands, among: [.float32])
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .elementwise(self),
      clamp: .none(because: "TFLite's FakeQuant has no fused activation"),
      window: nil, identity: .never, isView: false, copies: .broadcast(core: 0), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .int8(Int8Rule(output: .trained(range.int8, bits: range.bits)))
  }
}
