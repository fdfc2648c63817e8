package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// An image of another size whose pixels are those of the input that lie nearest.
///
/// Inputs: [N,H,W,C], float32, int8, int16 or uint8; height and width as an int32 constant [2]. Output: the input's
/// type with its scale. With `align_corners` the corner pixels of both images coincide; with
/// `half_pixel_centers` a pixel's place is its centre.
package final class ResizeNearestNeighbor: BuiltinOp {
  package let alignCorners: Bool
  package let halfPixelCenters: Bool

  package init(alignCorners: Bool = false, halfPixelCenters: Bool = false) {
    self.alignCorners = alignCorners
    self.halfPixelCenters = halfPixelCenters
  }

  package static let entry = OpEntry(
    "resize_nearest_neighbor", .resizeNearestNeighbor, types: [.float32, .int8, .int16, .uint8],
    "an image of another size by its nearest pixels",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["align_corners", "half_pixel_centers"])
      return ResizeNearestNeighbor(
        alignCorners: try attributes.bool("align_corners", default: false),
        halfPixelCenters: try attributes.bool("half_pixel_centers", default: false))
    },
    read: ResizeNearestNeighbor.read, cast: { $0 as? ResizeNearestNeighbor })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] {
    [
      Attribute("align_corners", .bool(alignCorners)),
      Attribute("half_pixel_centers", .bool(halfPixelCenters)),
    ]
  }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try inferResize(
      operands, among: [.float32, .int8, .int16, .uint8], alignCorners: alignCorners,
      halfPixelCenters: halfPixelCenters)
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "images are channels-last"),
      clamp: .none(because: "TFLite's ResizeNearestNeighbor has no fused activation"),
      window: nil, identity: .sameShape, isView: false, copies: .items(core: 3), fusion: .pixels)
  }

  package var quantization: QuantizationRule {
    .int8(Int8Rule(inputs: [.activation, .index], output: .likeInput))
  }
}

/// The type of an image of another size, which input 1 holds.
func inferResize(
  _ operands: Operands, among elements: [ElementType], alignCorners: Bool, halfPixelCenters: Bool
) throws(Diagnostic) -> [TensorType] {
  try operands.require(count: 2...2)
  let input = try operands.type(0, among: elements, rank: 4)
  let size = try operands.constantInts(1)
  guard !(alignCorners && halfPixelCenters) else {
    throw Diagnostic(
      .invalidAttribute, "align_corners and half_pixel_centers exclude each other")
  }
  guard size.count == 2, size.allSatisfy({ $0 > 0 }) else {
    throw Diagnostic(.invalidAttribute, "the new size must be a positive height and width")
  }
  let dimensions = input.shape.dimensions
  guard dimensions[1].value != 0, dimensions[2].value != 0 else {
    throw Diagnostic(.shapeMismatch, "an image without pixels has no nearest one")
  }
  return [
    TensorType(
      input.element, Shape([dimensions[0], .known(size[0]), .known(size[1]), dimensions[3]]))
  ]
}
