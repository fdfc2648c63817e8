import OctetDiagnostics
import OctetIR

extension Operands {
  /// The type of an input whose elements are only moved: any with elements of whole bytes.
  func movable(_ index: Int) throws(Diagnostic) -> TensorType {
    let type = try type(index)
    guard type.element.byteCount != nil else {
      throw Diagnostic(
        .typeMismatch, "input \(index) is \(type.element.name), whose elements are no whole bytes")
    }
    return type
  }

  /// The elements of an input that must be a constant int32 or int64 tensor of one dimension.
  func constantWholeNumbers(_ index: Int) throws(Diagnostic) -> [Int] {
    guard try type(index, among: [.int32, .int64]).element == .int64 else {
      return try constantInts(index)
    }
    let type = try type(index, among: [.int64], rank: 1)
    guard let storage = constants[index] else {
      throw Diagnostic(
        .unknownDimension, "input \(index) decides the output's shape but is not a constant")
    }
    guard type.byteCount == storage.bytes.count else {
      throw Diagnostic(.invalidGraph, "input \(index) has contents of another size")
    }
    return storage.array(of: Int64.self).map { Int($0) }
  }
}

extension Dimension {
  /// `times` as many; what an operator makes of an unknown extent is called after it. Throws `OCT0209` for more than
  /// a tensor can have.
  func scaled(by times: Int, _ op: String) throws(Diagnostic) -> Dimension {
    switch self {
    case .known(let extent):
      let (product, overflow) = extent.multipliedReportingOverflow(by: times)
      guard !overflow, product < 1 << 31 else {
        throw Diagnostic(.tensorTooLarge, "an extent of \(times) times \(extent) is too large")
      }
      return .known(product)
    case .unknown(let name, let origin):
      return times == 1 ? self : .unknown(name: "\(name)/\(op)", origin: origin)
    }
  }

  /// One part of `parts` equal ones. Throws `OCT0201` for an extent that has no such parts.
  func divided(by parts: Int, _ op: String) throws(Diagnostic) -> Dimension {
    switch self {
    case .known(let extent):
      guard extent % parts == 0 else {
        throw Diagnostic(.shapeMismatch, "an extent of \(extent) is no multiple of \(parts)")
      }
      return .known(extent / parts)
    case .unknown(let name, let origin):
      return parts == 1 ? self : .unknown(name: "\(name)/\(op)", origin: origin)
    }
  }
}

/// An axis counted from the front; throws `OCT0205` when it is none of `rank` dimensions.
func axis(_ axis: Int, of rank: Int) throws(Diagnostic) -> Int {
  guard (-rank..<rank).contains(axis) else {
    throw Diagnostic(.invalidAttribute, "axis \(axis) is none of \(rank) dimensions")
  }
  return axis < 0 ? axis + rank : axis
}
