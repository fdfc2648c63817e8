package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// A tensor cut into parts along one dimension: equal ones (SPLIT), of given extents (SPLIT_V), or of one element,
/// without the dimension (UNPACK).
///
/// Inputs: any type with elements of whole bytes, which SPLIT has behind the dimension; the dimension, one element of an
/// int32 constant, and for SPLIT_V before it the extents, a constant of one dimension, of which one may be -1: it
/// takes what is left. UNPACK has the dimension as its attribute. A negative one counts from the end.
/// Outputs: `count` parts; quantized ones share the input's scale.
package final class Split: BuiltinOp {
  package enum Kind: Sendable, Equatable {
    case equal
    case sized
    case single(axis: Int)
  }

  package let kind: Kind
  package let count: Int

  package init(_ kind: Kind, count: Int) {
    self.kind = kind
    self.count = count
  }

  private static let types: [ElementType] = [.float32, .int8, .int16, .uint8, .int32]

  package static let equal = OpEntry(
    "split", .split, types: types, "equal parts along a dimension",
    notImported: "slices stand for it",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["count"])
      return Split(.equal, count: try attributes.int("count"))
    },
    read: { reader throws(Diagnostic) in
      Split(.equal, count: Int(try reader.options(SplitOptionsTable.self).numSplits))
    }, cast: { cast($0) { $0 == .equal } })

  package static let sized = OpEntry(
    "split_v", .splitV, types: types, "parts of given extents along a dimension",
    notImported: "slices stand for it",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["count"])
      return Split(.sized, count: try attributes.int("count"))
    },
    read: { reader throws(Diagnostic) in
      Split(.sized, count: Int(try reader.options(SplitVOptionsTable.self).numSplits))
    }, cast: { cast($0) { $0 == .sized } })

  package static let single = OpEntry(
    "unpack", .unpack, types: types, "the elements of a dimension, each a tensor",
    notImported: "slices stand for it",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["axis", "count"])
      return Split(
        .single(axis: try attributes.int("axis", default: 0)), count: try attributes.int("count"))
    },
    read: { reader throws(Diagnostic) in
      let options = try reader.options(UnpackOptionsTable.self)
      return Split(.single(axis: Int(options.axis)), count: Int(options.num))
    }, cast: { cast($0) { $0 != .equal && $0 != .sized } })

  private static func cast(_ op: any Op, isOurs: (Kind) -> Bool) -> (any BuiltinOp)? {
    (op as? Split).flatMap { isOurs($0.kind) ? $0 : nil }
  }

  package var entry: OpEntry {
    switch kind {
    case .equal: Self.equal
    case .sized: Self.sized
    case .single: Self.single
    }
  }

  package var name: String { entry.name }

  package var attributes: [Attribute] {
    let count = Attribute("count", .int(count))
    if case .single(let axis) = kind { return [Attribute("axis", .int(axis)), count] }
    return [count]
  }

  /// The place of the tensor among the inputs.
  var data: Int { kind == .equal ? 1 : 0 }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    guard (1...4096).contains(count) else {
      throw Diagnostic(.invalidAttribute, "a tensor cannot be cut into \(count) parts")
    }
    let inputs = kind == .equal ? 2 : kind == .sized ? 3 : 1
    try operands.require(count: inputs...inputs)
    let input = try operands.movable(data)
    let axis = try OctetOps.axis(try axis(operands), of: input.shape.rank)
    let whole = input.shape.dimensions[axis]
    var parts: [Dimension]
    switch kind {
    case .equal:
      parts = [Dimension](repeating: try whole.divided(by: count, "split"), count: count)
    case .sized: parts = try extents(operands, of: whole)
    case .single:
      guard whole.value == nil || whole.value == count else {
        throw Diagnostic(
          .shapeMismatch, "an extent of \(whole.text) does not unpack into \(count) parts")
      }
      parts = [Dimension](repeating: .known(1), count: count)
    }
    return parts.map { part in
      var dimensions = input.shape.dimensions
      dimensions[axis] = part
      if case .single = kind { dimensions.remove(at: axis) }
      return TensorType(input.element, Shape(dimensions))
    }
  }

  private func axis(_ operands: Operands) throws(Diagnostic) -> Int {
    let place: Int
    switch kind {
    case .single(let axis): return axis
    case .equal: place = 0
    case .sized: place = 2
    }
    let axes = try operands.constantInts(place, rank: try operands.type(place).shape.rank)
    guard axes.count == 1 else {
      throw Diagnostic(.shapeMismatch, "a tensor is cut along one dimension, not \(axes.count)")
    }
    return axes[0]
  }

  /// The extents of SPLIT_V's parts, with what is left in the place of -1.
  private func extents(_ operands: Operands, of whole: Dimension) throws(Diagnostic) -> [Dimension]
  {
    let given = try operands.constantWholeNumbers(1)
    let open = given.indices.filter { given[$0] == -1 }
    var taken = 0
    for extent in given where extent >= 0 { taken += min(extent, 1 << 32) }
    guard given.count == count, open.count <= 1, given.allSatisfy({ $0 >= -1 }),
      whole.value.map({ open.isEmpty ? taken == $0 : taken <= $0 }) ?? true
    else {
      throw Diagnostic(
        .shapeMismatch,
        "an extent of \(whole.text) does not split into \(count) parts of \(Shape(given).text)")
    }
    return given.map { extent in
      if extent >= 0 { return .known(extent) }
      switch whole {
      case .known(let total): return .known(total - taken)
      case .unknown(let name, let origin): return .unknown(name: "\(name)/split", origin: origin)
      }
    }
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "it has several results"),
      clamp: .none(because: "TFLite's splits have no fused activation"), window: nil,
      identity: .never, isView: false, copies: .none(because: "it has several results"),
      fusion: .none)
  }

  package var quantization: QuantizationRule {
    let inputs: [Int8Rule.Input] =
      switch kind {
      case .equal: [.index, .activation]
      case .sized: [.activation, .index, .index]
      case .single: [.activation]
      }
    return .int8(Int8Rule(inputs: inputs, output: .likeInput, data: data))
  }
}
