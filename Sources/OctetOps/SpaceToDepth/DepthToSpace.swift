package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Lays the channels of each pixel out as a block of pixels; the inverse of `SpaceToDepth`.
///
/// Input: [N,H,W,C], any type with elements of whole bytes. Output: [N,H*b,W*b,C/(b*b)].
package final class DepthToSpace: BuiltinOp {
  package let blockSize: Int

  package init(blockSize: Int) {
    self.blockSize = blockSize
  }

  package static let entry = OpEntry(
    "depth_to_space", .depthToSpace, types: [.float32, .int8],
    "channels to blocks of pixels",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["block_size"])
      return DepthToSpace(blockSize: try attributes.int("block_size"))
    },
    read: DepthToSpace.read, cast: { $0 as? DepthToSpace })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [Attribute("block_size", .int(blockSize))] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    let input = try inferBlocks(operands, blockSize)
    let dimensions = input.shape.dimensions
    return [
      TensorType(
        input.element,
        Shape([
          dimensions[0], try dimensions[1].scaled(by: blockSize, name),
          try dimensions[2].scaled(by: blockSize, name),
          try dimensions[3].divided(by: blockSize * blockSize, name),
        ]))
    ]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "images are channels-last"),
      clamp: .none(because: "TFLite's DepthToSpace has no fused activation"), window: nil,
      identity: .sameShape, isView: false, copies: .items(core: 3), fusion: .none)
  }

  package var quantization: QuantizationRule { .int8(Int8Rule(output: .likeInput)) }
}
