package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Pads an image with zeros and takes it apart into smaller ones, each of every b-th pixel, which become a batch.
///
/// Inputs: float32, int8 or int16 [N,H,W,C] or [N,W,C]; the block's extents as an int32 constant, one for each spatial
/// dimension; the numbers of zeros before and after each of them as an int32 constant [spatial,2]. Output: N times the
/// block's pixels as the batch, of which the images of one pixel of the block are together; in int8 a zero is
/// the zero point.
package final class SpaceToBatchND: BuiltinOp {
  package init() {}

  package static let entry = OpEntry(
    "space_to_batch_nd", .spaceToBatchND, types: [.float32, .int8, .int16],
    "every b-th pixel as an image of its own",
    make: { SpaceToBatchND() }, cast: { $0 as? SpaceToBatchND })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] { [] }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    let (input, block, paddings) = try inferBatchBlocks(operands)
    var dimensions = input.shape.dimensions
    for (axis, extent) in block.enumerated() {
      let added = paddings[2 * axis] + paddings[2 * axis + 1]
      dimensions[0] = try dimensions[0].scaled(by: extent, name)
      if let spatial = dimensions[axis + 1].value {
        guard spatial < 1 << 28 else {
          throw Diagnostic(.tensorTooLarge, "an extent of \(spatial) cannot be padded")
        }
        dimensions[axis + 1] = .known(spatial + added)
      }
      dimensions[axis + 1] = try dimensions[axis + 1].divided(by: extent, name)
    }
    return [TensorType(input.element, Shape(dimensions))]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "its images are channels-last"),
      clamp: .none(because: "TFLite's SpaceToBatchND has no fused activation"), window: nil,
      identity: .sameShape, isView: false,
      copies: .none(because: "its batches are parts of images"), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .int8(Int8Rule(inputs: [.activation, .index, .index], output: .likeInput))
  }
}

/// The image of an operator between pixels and batches, the extents of its block, and two numbers for each spatial
/// dimension.
func inferBatchBlocks(
  _ operands: Operands
) throws(Diagnostic) -> (input: TensorType, block: [Int], borders: [Int]) {
  try operands.require(count: 3...3)
  let input = try operands.type(0, among: [.float32, .int8, .int16])
  let block = try operands.constantInts(1)
  let borders = try operands.constantInts(2, rank: 2)
  guard (3...4).contains(input.shape.rank), block.count == input.shape.rank - 2,
    borders.count == 2 * block.count
  else {
    throw Diagnostic(
      .shapeMismatch,
      "a block of \(block.count) dimensions does not fit a tensor of \(input.shape.rank)")
  }
  guard block.allSatisfy({ (1..<1 << 15).contains($0) }),
    borders.allSatisfy({ (0..<1 << 28).contains($0) })
  else {
    throw Diagnostic(
      .invalidAttribute, "a block's extents must be positive, and borders not negative")
  }
  return (input, block, borders)
}
