package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// Elements of a box in a tensor, some apart, forwards or backwards.
///
/// Inputs: any type with elements of whole bytes, at most 5 dimensions; where each entry begins, where it ends (the element
/// there is left out) and how far its elements are apart, each an int32 constant [entries]; negative places
/// count from the end. Masks change what an entry means (`SliceMasks`).
package final class StridedSlice: BuiltinOp {
  package let masks: SliceMasks

  package init(_ masks: SliceMasks = SliceMasks()) {
    self.masks = masks
  }

  package static let entry = OpEntry(
    "strided_slice", .stridedSlice, types: [.float32, .int8, .int16, .int32],
    "elements of a box, some apart",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(names)
      var masks = SliceMasks()
      masks.begin = try attributes.int(names[0], default: 0)
      masks.end = try attributes.int(names[1], default: 0)
      masks.ellipsis = try attributes.int(names[2], default: 0)
      masks.newAxis = try attributes.int(names[3], default: 0)
      masks.shrinkAxis = try attributes.int(names[4], default: 0)
      return StridedSlice(masks)
    },
    read: StridedSlice.read, cast: { $0 as? StridedSlice })

  private static let names = [
    "begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask",
  ]

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] {
    let values = [masks.begin, masks.end, masks.ellipsis, masks.newAxis, masks.shrinkAxis]
    return values.indices.map { Attribute(Self.names[$0], .int(values[$0])) }
  }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 4...4)
    let input = try operands.movable(0)
    guard input.shape.rank <= 5 else {
      throw Diagnostic(
        .shapeMismatch, "TFLite slices at most 5 dimensions, not \(input.shape.rank)")
    }
    // Of an unknown extent only the whole is known to be there.
    let open = 1 << 40
    let specification = try SliceSpecification(
      input.shape.dimensions.map { $0.value ?? open }, begin: try operands.constantInts(1),
      end: try operands.constantInts(2), strides: try operands.constantInts(3), masks)
    var dimensions: [Dimension] = []
    for (axis, extent) in zip(specification.axes, specification.extents) {
      guard let axis, case .unknown(let name, let origin) = input.shape.dimensions[axis] else {
        dimensions.append(.known(extent))
        continue
      }
      let isWhole =
        specification.spans[axis] == SliceSpecification.Span(start: 0, stride: 1, count: open)
      dimensions.append(
        isWhole
          ? input.shape.dimensions[axis] : .unknown(name: "\(name)/strided_slice", origin: origin))
    }
    return [TensorType(input.element, Shape(dimensions))]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "its entries are a constant in the order of its dimensions"),
      clamp: .none(because: "TFLite's StridedSlice has no fused activation"), window: nil,
      identity: .never, isView: false,
      copies: .dimensions([
        .init([.operand, .row([0]), .row([nil]), .row([1])]) { [masks] in
          masks.below($0).map { StridedSlice($0) }
        }
      ]), fusion: .none)
  }

  package var quantization: QuantizationRule {
    .int8(Int8Rule(inputs: [.activation, .index, .index, .index], output: .likeInput))
  }
}
