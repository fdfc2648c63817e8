package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Lays the pixels of each block of an image one after the other as the channels of one pixel.
///
/// Input: [N,H,W,C], any type with elements of whole bytes. Output: [N,H/b,W/b,b*b*C]; the pixels of a block come row
/// by row.
package final class SpaceToDepth: BuiltinOp {
  package let blockSize: Int

  package init(blockSize: Int) {
    self.blockSize = blockSize
  }

  package static let entry = OpEntry(
    "space_to_depth", .spaceToDepth, types: [.float32, .int8],
    "blocks of pixels to channels",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["block_size"])
      return SpaceToDepth(blockSize: try attributes.int("block_size"))
    },
    read: SpaceToDepth.read, cast: { $0 as? SpaceToDepth })

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
          dimensions[0], try dimensions[1].divided(by: blockSize, name),
          try dimensions[2].divided(by: blockSize, name),
          try dimensions[3].scaled(by: blockSize * blockSize, name),
        ]))
    ]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "images are channels-last"),
      clamp: .none(because: "TFLite's SpaceToDepth has no fused activation"), window: nil,
      identity: .sameShape, isView: false, copies: .items(core: 3), fusion: .none)
  }

  package var quantization: QuantizationRule { .int8(Int8Rule(output: .likeInput)) }
}

/// The type of an image whose blocks are moved.
func inferBlocks(_ operands: Operands, _ blockSize: Int) throws(Diagnostic) -> TensorType {
  try operands.require(count: 1...1)
  let input = try operands.movable(0)
  guard input.shape.rank == 4 else {
    throw Diagnostic(
      .shapeMismatch, "input 0 has \(input.shape.rank) dimensions, expected 4")
  }
  guard (1..<1 << 15).contains(blockSize) else {
    throw Diagnostic(.invalidAttribute, "a block of \(blockSize) pixels is none of 1 to 2^15 - 1")
  }
  return input
}
