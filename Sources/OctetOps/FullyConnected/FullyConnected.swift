package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// A dense layer: each row of the input times the transposed filter.
///
/// Inputs: any shape whose last extents make rows of K elements; filter [O,K]; optional bias [O].
/// Output: [rows,O], or the input's shape with its last extent replaced when `keepsDimensions`. int8
/// filters, of int8 and int16 inputs, are symmetric with one scale for each output (dimension 0) or one for all. With
/// float32 input they make a hybrid layer, whose rows are quantized when it runs; the bias is float32.
package final class FullyConnected: BuiltinOp {
  package let activation: FusedActivation
  package let keepsDimensions: Bool
  /// Whether a hybrid layer gives the codes of its input a zero point.
  package let quantizesAsymmetrically: Bool

  package init(
    activation: FusedActivation = .none, keepsDimensions: Bool = false,
    quantizesAsymmetrically: Bool = false
  ) {
    self.activation = activation
    self.keepsDimensions = keepsDimensions
    self.quantizesAsymmetrically = quantizesAsymmetrically
  }

  /// The layer with a zero point for the codes of its input where it is hybrid.
  package var withAsymmetricInput: FullyConnected {
    FullyConnected(
      activation: activation, keepsDimensions: keepsDimensions, quantizesAsymmetrically: true)
  }

  package static let entry = OpEntry(
    "fully_connected", .fullyConnected, types: [.float32, .int8, .int16, .uint8],
    "dense layer: rows times a weight matrix; float32 takes int8 weights too",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["activation", "keep_dimensions", "asymmetric"])
      return FullyConnected(
        activation: try FusedActivation(attributes),
        keepsDimensions: try attributes.bool("keep_dimensions", default: false),
        quantizesAsymmetrically: try attributes.bool("asymmetric", default: false))
    },
    read: FullyConnected.read, cast: { $0 as? FullyConnected })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] {
    [activation.attribute, Attribute("keep_dimensions", .bool(keepsDimensions))]
      + (quantizesAsymmetrically ? [Attribute("asymmetric", .bool(true))] : [])
  }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 2...3)
    let input = try operands.type(0, among: [.float32, .int8, .int16, .uint8])
    let filter = try operands.type(1, among: weightElements(beside: input.element), rank: 2)
    guard let filterExtents = filter.shape.extents, filterExtents[1] > 0 else {
      throw Diagnostic(.unknownDimension, "the filter's extents must be known and positive")
    }
    try inferBias(operands, index: 2, channels: filterExtents[0], of: input.element)
    let depth = filterExtents[1]
    func mismatch() -> Diagnostic {
      Diagnostic(
        .shapeMismatch,
        "an input [\(input.shape.text)] does not make rows of \(depth) elements")
    }
    if keepsDimensions {
      guard input.shape.rank > 0, input.shape.dimensions[input.shape.rank - 1] == .known(depth)
      else { throw mismatch() }
      return [
        TensorType(
          input.element,
          Shape(input.shape.dimensions.dropLast() + [.known(filterExtents[0])]))
      ]
    }
    var rows = Dimension.known(0)
    if let count = input.shape.elementCount {
      guard count % depth == 0 else { throw mismatch() }
      rows = .known(count / depth)
    } else if let first = input.shape.dimensions.first,
      Shape(Array(input.shape.dimensions.dropFirst())).elementCount == depth
    {
      rows = first
    } else {
      throw Diagnostic(.unknownDimension, "the number of rows is unknown")
    }
    return [TensorType(input.element, Shape([rows, .known(filterExtents[0])]))]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "rows lie along the last dimension"),
      clamp: .fused(
        activation,
        with: { [self] in
          FullyConnected(
            activation: $0, keepsDimensions: keepsDimensions,
            quantizesAsymmetrically: quantizesAsymmetrically)
        }), window: nil, identity: .never, isView: false, copies: .items(core: 1),
      fusion: .layer(takesBorder: false))
  }

  package var quantization: QuantizationRule {
    .int8(Int8Rule(inputs: [.activation, .weights(axis: 0), .bias], output: .calibrated))
  }
}
