/// One extent of a tensor.
public enum Dimension: Sendable, Equatable, Hashable {
  case known(Int)
  /// An extent the model leaves open. `name` is unique to its origin, for example `image.batch`;
  /// `origin` says where it came from, in words for the user.
  case unknown(name: String, origin: String)

  public var value: Int? {
    if case .known(let value) = self { return value }
    return nil
  }

  public var text: String {
    switch self {
    case .known(let value): "\(value)"
    case .unknown(let name, _): "?" + name
    }
  }
}

/// The extents of a tensor, outermost first. A scalar has none.
public struct Shape: Sendable, Equatable, Hashable {
  public var dimensions: [Dimension]

  public init(_ dimensions: [Dimension]) {
    self.dimensions = dimensions
  }

  public init(_ extents: [Int]) {
    self.dimensions = extents.map { .known($0) }
  }

  public var rank: Int { dimensions.count }

  /// The extents when all are known.
  public var extents: [Int]? {
    var result: [Int] = []
    for dimension in dimensions {
      guard let value = dimension.value else { return nil }
      result.append(value)
    }
    return result
  }

  /// The number of elements; nil when an extent is unknown or the product overflows `Int`.
  public var elementCount: Int? {
    guard let extents else { return nil }
    return Shape.elementCount(extents)
  }

  /// The product of `extents`; nil when it overflows or an extent is negative.
  public static func elementCount(_ extents: [Int]) -> Int? {
    var count = 1
    for extent in extents {
      if extent < 0 { return nil }
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      if overflow { return nil }
      count = product
    }
    return count
  }

  /// `1,28,28,1`
  public var text: String {
    var result = ""
    for (index, dimension) in dimensions.enumerated() {
      result += (index == 0 ? "" : ",") + dimension.text
    }
    return result
  }
}
