import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Elements in another order along a dimension.
  static let order = OpMapping(
    tensorFlow: [
      "ReverseV2": TensorFlowMapping(makes: ["reverse_v2"]) { node, builder throws(Diagnostic) in
        var result = try builder.input(node, 0)
        let rank = try builder.extents(result).count
        // TFLite reverses several dimensions only where they follow one another.
        for number in try node.integers(1, "axis") {
          let axis = Int32(try canonicalAxis(number, rank: rank))
          result = try builder.add(
            ReverseV2(), [result, builder.constant("axis", Tensor([1], int32: [axis]))])
        }
        return [.computed(result)]
      },
      "Roll": TensorFlowMapping(makes: ["slice", "concatenation"]) {
        node, builder throws(Diagnostic) in
        var result = try builder.input(node, 0)
        let extents = try builder.extents(result)
        let (shifts, axes) = (try node.integers(1, "shift"), try node.integers(2, "axis"))
        guard shifts.count == axes.count else {
          throw Diagnostic(.shapeMismatch, "the shifts \(shifts) do not fit the axes \(axes)")
        }
        for (shift, number) in zip(shifts, axes) {
          let axis = try canonicalAxis(number, rank: extents.count)
          let count = extents[axis]
          guard count > 0, shift % count != 0 else { continue }
          let first = count - (shift % count + count) % count
          var (begin, size) = ([Int](repeating: 0, count: extents.count), extents)
          size[axis] = first
          let head = try builder.slice(result, begin: begin, size: size)
          begin[axis] = first
          size[axis] = count - first
          let tail = try builder.slice(result, begin: begin, size: size)
          result = try builder.add(Concatenation(axis: axis), [tail, head])
        }
        return [.computed(result)]
      },
    ])
}
