import OctetDiagnostics
import OctetIR
import OctetOps

extension OpMapping {
  /// Reshaping and flattening.
  static let reshape = OpMapping(
    caffe: [
      // Source: FlattenParameter of caffe.proto.
      "Flatten": CaffeMapping(
        makes: ["reshape"], fields: .init("flatten_param", ["axis", "end_axis"])
      ) { node, builder throws(Diagnostic) in
        let settings = try node.attributes.message("flatten_param")
        let input = try builder.input(0)
        let extents = try builder.extents(input)
        let first = try canonicalAxis(try settings.int("axis", default: 1), rank: extents.count)
        let last = try canonicalAxis(
          try settings.int("end_axis", default: -1), rank: extents.count)
        guard first <= last else {
          throw Diagnostic(.unsupportedParameter, "end_axis comes before axis")
        }
        let shape =
          extents[..<first] + [extents[first...last].reduce(1, *)] + extents[(last + 1)...]
        return [try builder.reshape(input, Array(shape))]
      },
      // Source: ReshapeParameter of caffe.proto: 0 keeps an extent, -1 takes what is left.
      "Reshape": CaffeMapping(
        makes: ["reshape"], fields: .init("reshape_param", ["shape", "axis", "num_axes"])
      ) { node, builder throws(Diagnostic) in
        let settings = try node.attributes.message("reshape_param")
        let input = try builder.input(0)
        let extents = try builder.extents(input)
        let start = try settings.int("axis", default: 0)
        let axis = start < 0 ? start + extents.count + 1 : start
        let count = try settings.int("num_axes", default: -1)
        guard (0...extents.count).contains(axis), (-1...(extents.count - axis)).contains(count)
        else {
          throw Diagnostic(.unsupportedParameter, "axis and num_axes reach beyond the blob")
        }
        let end = count == -1 ? extents.count : axis + count
        var middle: [Int] = []
        for (index, extent) in try settings.message("shape").ints("dim").enumerated() {
          if extent == 0 {
            guard axis + index < extents.count else {
              throw Diagnostic(.unsupportedParameter, "dim 0 has no extent to keep")
            }
            middle.append(extents[axis + index])
          } else {
            middle.append(extent)
          }
        }
        let total = extents.reduce(1, *)
        let known = Shape.elementCount(
          extents[..<axis] + middle.filter { $0 != -1 } + extents[end...])
        if let hole = middle.firstIndex(of: -1), let known, known > 0 {
          middle[hole] = total / known
        }
        let shape = Array(extents[..<axis] + middle + extents[end...])
        guard Shape.elementCount(shape) == total else {
          throw Diagnostic(
            .shapeMismatch, "a blob of shape \(extents) cannot take the shape \(shape)")
        }
        return [try builder.reshape(input, shape)]
      },
    ],
    tensorFlow: [
      "Reshape": TensorFlowMapping(makes: ["reshape"]) { node, builder throws(Diagnostic) in
        let input = try builder.input(node, 0)
        let count = try builder.extents(input).reduce(1, *)
        let shape = try filled(try node.integers(1, "shape"), count: count)
        guard Shape.elementCount(shape) == count, shape.allSatisfy({ $0 < 1 << 31 }) else {
          throw Diagnostic(.shapeMismatch, "\(count) elements do not fit the shape \(shape)")
        }
        return [.computed(try builder.reshape(input, shape))]
      },
      "Squeeze": TensorFlowMapping(makes: ["reshape"]) { node, builder throws(Diagnostic) in
        let input = try builder.input(node, 0)
        let extents = try node.squeezed(try builder.extents(input))
        return [.computed(try builder.reshape(input, extents))]
      },
      "ExpandDims": TensorFlowMapping(makes: ["reshape"]) { node, builder throws(Diagnostic) in
        let input = try builder.input(node, 0)
        var extents = try builder.extents(input)
        let axes = try node.integers(1, "axis")
        extents.insert(1, at: try canonicalAxis(axes.first ?? 0, rank: extents.count + 1))
        return [.computed(try builder.reshape(input, extents))]
      },
    ])
}
