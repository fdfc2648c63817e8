package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// An image of another size whose pixels are weighted means of the four that lie around their place.
///
/// Inputs: [N,H,W,C], float32, int8 or int16; height and width as an int32 constant [2]. Output: the input's type with
/// its scale. With `align_corners` the corner pixels of both images coincide; with `half_pixel_centers` a
/// pixel's place is its centre.
package final class ResizeBilinear: BuiltinOp {
  package let alignCorners: Bool
  package let halfPixelCenters: Bool

  package init(alignCorners: Bool = false, halfPixelCenters: Bool = false) {
    self.alignCorners = alignCorners
    self.halfPixelCenters = halfPixelCenters
  }

  package static let entry = OpEntry(
    "resize_bilinear", .resizeBilinear, types: [.float32, .int8, .int16, .uint8],
    "an image of another size by weighted means of near pixels",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["align_corners", "half_pixel_centers"])
      return ResizeBilinear(
        alignCorners: try attributes.bool("align_corners", default: false),
        halfPixelCenters: try attributes.bool("half_pixel_centers", default: false))
    },
    read: ResizeBilinear.read, cast: { $0 as? ResizeBilinear })

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
      clamp: .none(because: "TFLite's ResizeBilinear has no fused activation"),
      window: nil, identity: .sameShape, isView: false, copies: .items(core: 3), fusion: .pixels)
  }

  package var quantization: QuantizationRule {
    .int8(Int8Rule(inputs: [.activation, .index], output: .likeInput))
  }
}
