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

  /// The elements of an input that must be a constant int32 or int64 tensor of the rank.
  func constantWholeNumbers(_ index: Int, rank: Int = 1) throws(Diagnostic) -> [Int] {
    let type = try type(index, among: [.int32, .int64], rank: rank)
    return type.element == .int64
      ? try contents(index, of: Int64.self).map { Int($0) }
      : try contents(index, of: Int32.self).map { Int($0) }
  }

  /// The one element of a constant int32 or int64 tensor of any rank.
  func constantWholeNumber(_ index: Int) throws(Diagnostic) -> Int {
    let numbers = try constantWholeNumbers(index, rank: try type(index).shape.rank)
    guard numbers.count == 1 else {
      throw Diagnostic(.shapeMismatch, "input \(index) has \(numbers.count) elements, not one")
    }
    return numbers[0]
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
