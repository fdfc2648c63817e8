package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// A dense layer of low rank over the last M inputs: each of F filters makes a number `s` of an input, keeps it for
/// M runs and weights what it keeps in time; a unit is the sum of `rank` filters, clamped by the fused activation.
///
///     s = sum(w x)     y = b + sum over the unit's filters and the last M runs of (t s)
///
/// Inputs: x [N,features]; w [F,features]; t [F,M], the newest last; an optional b [F / rank]. Output: [N,F / rank].
/// With float32 x, w and t may be int8, both with one scale: rows of x are quantized when it runs. int8 x has int8 w,
/// int16 t and s, whose scale is `state_scale`, and int32 b. `s` is a variable tensor in TFLite and no part of the
/// graph: a run begins with zeros, unless variables are kept from run to run.
package final class SVDF: BuiltinOp {
  package let rank: Int
  package let activation: FusedActivation
  /// Whether the codes of float32 inputs have a zero point beside int8 weights.
  package let quantizesAsymmetrically: Bool
  /// Of what an int8 layer keeps; 0 for others.
  package let stateScale: Float

  package init(
    rank: Int, activation: FusedActivation = .none, quantizesAsymmetrically: Bool = false,
    stateScale: Float = 0
  ) {
    self.rank = rank
    self.activation = activation
    self.quantizesAsymmetrically = quantizesAsymmetrically
    self.stateScale = stateScale
  }

  package static let entry = OpEntry(
    "svdf", .svdf, types: [.float32, .int8],
    "dense layer of low rank over the last inputs; float32 takes int8 weights too",
    notImported: "no framework has such a layer, TFLite models for keywords do",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["rank", "activation", "asymmetric", "state_scale"])
      return SVDF(
        rank: try attributes.int("rank"), activation: try FusedActivation(attributes),
        quantizesAsymmetrically: try attributes.bool("asymmetric", default: false),
        stateScale: try attributes.float("state_scale", default: 0))
    },
    read: SVDF.read, cast: { $0 as? SVDF })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] {
    [Attribute("rank", .int(rank)), activation.attribute]
      + (quantizesAsymmetrically ? [Attribute("asymmetric", .bool(true))] : [])
      + (stateScale != 0 ? [Attribute("state_scale", .float(stateScale))] : [])
  }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 3...4)
    let input = try operands.type(0, among: [.float32, .int8], rank: 2)
    let weights = try operands.type(1, among: weightElements(beside: input.element), rank: 2)
    let isInt8 = input.element == .int8
    let times = try operands.type(2, among: [isInt8 ? .int16 : weights.element], rank: 2)
    // TFLite's int8 kernel knows no other and leaves it to the range of the codes.
    guard isInt8 ? activation == .relu && stateScale > 0 : stateScale == 0 else {
      throw Diagnostic(
        .invalidAttribute,
        isInt8
          ? "an int8 SVDF needs activation relu and a state_scale above 0"
          : "only an int8 SVDF has a state_scale")
    }
    guard let weightExtents = weights.shape.extents, let timeExtents = times.shape.extents else {
      throw Diagnostic(.unknownDimension, "the weights' extents must be known")
    }
    let (filters, features) = (weightExtents[0], input.shape.dimensions[1])
    guard rank > 0, filters % rank == 0, timeExtents[0] == filters, timeExtents[1] > 0,
      weightExtents[1] == features.value ?? weightExtents[1]
    else {
      throw Diagnostic(
        .shapeMismatch,
        "weights [\(weights.shape.text)] and [\(times.shape.text)] do not make units of rank \(rank) "
          + "of \(features.text) features")
    }
    let units = filters / rank
    try inferBias(operands, index: 3, channels: units, of: input.element)
    return [TensorType(input.element, Shape([input.shape.dimensions[0], .known(units)]))]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "features are its last dimension"),
      clamp: .fused(
        activation,
        with: { [self] in
          SVDF(
            rank: rank, activation: $0, quantizesAsymmetrically: quantizesAsymmetrically,
            stateScale: stateScale)
        }), window: nil, identity: .never, isView: false,
      copies: .none(because: "each copy keeps numbers of its own"), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .floatOnly(because: "nothing measures the range of the numbers that it keeps")
  }
}
