package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// The extents of a tensor (SHAPE), or how many dimensions it has (RANK).
///
/// Input: any type. Output: of SHAPE one number for each dimension, int32 or int64; of RANK an int32 without dimensions.
package final class ShapeOf: BuiltinOp {
  package enum Kind: Sendable, Equatable {
    case extents(ElementType)
    case rank
  }

  package let kind: Kind

  package init(_ kind: Kind) {
    self.kind = kind
  }

  private static let inputs: [ElementType] = [.float32, .int8]

  package static let extents = OpEntry(
    "shape", .shape, types: inputs + [.int32, .int64], "the extents of a tensor",
    takesEmpty: true,
    notImported: "importers compute shapes",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["type"])
      let type = try attributes.symbol("type", among: ["i32", "i64"], default: "i32")
      return ShapeOf(.extents(type == "i64" ? .int64 : .int32))
    },
    read: { reader throws(Diagnostic) in
      ShapeOf(.extents(reader.results.first?.element == .int64 ? .int64 : .int32))
    }, cast: { cast($0) { $0 != .rank } })

  package static let rank = OpEntry(
    "rank", .rank, types: inputs + [.int32], "the number of a tensor's dimensions",
    takesEmpty: true,
    notImported: "importers compute shapes",
    make: { ShapeOf(.rank) }, cast: { cast($0) { $0 == .rank } })

  private static func cast(_ op: any Op, isOurs: (Kind) -> Bool) -> (any BuiltinOp)? {
    (op as? ShapeOf).flatMap { isOurs($0.kind) ? $0 : nil }
  }

  package var entry: OpEntry { kind == .rank ? Self.rank : Self.extents }

  package var name: String { entry.name }

  package var attributes: [Attribute] {
    if case .extents(let type) = kind { return [Attribute("type", .symbol(type.shortName))] }
    return []
  }

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 1...1)
    let rank = try operands.type(0).shape.rank
    switch kind {
    case .extents(let type): return [TensorType(type, Shape([rank]))]
    case .rank: return [TensorType(.int32, Shape([Int]()))]
    }
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "the order of dimensions is its result"),
      clamp: .none(because: "its result is no activation"), window: nil, identity: .never,
      isView: false, copies: .none(because: "shapes are computed before there are copies"),
      fusion: .none)
  }

  package var quantization: QuantizationRule {
    .floatOnly(because: "extents are whole numbers, which int8 models do not have")
  }
}
