import OctetDiagnostics
import OctetIR
import OctetSchema

/// What the poolings have in common: TFLite's `Pool2DOptions`.
package struct PoolSettings: Sendable {
  package let filter: Steps
  package let stride: Steps
  package let padding: WindowPadding
  package let activation: FusedActivation

  package init(
    filter: Steps, stride: Steps, padding: WindowPadding, activation: FusedActivation = .none
  ) {
    self.filter = filter
    self.stride = stride
    self.padding = padding
    self.activation = activation
  }

  init(_ attributes: AttributeReader) throws(Diagnostic) {
    try attributes.allow(["filter", "stride", "padding", "activation"])
    self.init(
      filter: try Steps("filter", attributes), stride: try Steps("stride", attributes),
      padding: try WindowPadding(attributes), activation: try FusedActivation(attributes))
  }

  init(_ reader: OperatorReader) throws(Diagnostic) {
    let options = try reader.options(Pool2DOptionsTable.self)
    self.init(
      filter: Steps(Int(options.filterHeight), Int(options.filterWidth)),
      stride: Steps(Int(options.strideH), Int(options.strideW)),
      padding: try WindowPadding(options.padding),
      activation: try FusedActivation(options.fusedActivationFunction))
  }

  var attributes: [Attribute] {
    [
      filter.attribute("filter"), stride.attribute("stride"), padding.attribute,
      activation.attribute,
    ]
  }

  var options: OperatorOptions {
    OperatorOptions(
      .pool2DOptions,
      Pool2DOptionsTable.object(
        padding: padding.schema, strideW: Int32(stride.width), strideH: Int32(stride.height),
        filterWidth: Int32(filter.width), filterHeight: Int32(filter.height),
        fusedActivationFunction: activation.schema))
  }

  /// The type of the pooled image.
  func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 1...1)
    let input = try operands.type(0, among: [.float32, .int8, .int16, .uint8], rank: 4)
    let extents = try windowedExtents(input.shape, padding, window: filter, stride: stride)
    return [
      TensorType(
        input.element,
        Shape([input.shape.dimensions[0]] + extents + [input.shape.dimensions[3]]))
    ]
  }
}
