extension Comparison {
  @inline(__always)
  static func reference<Element: Comparable>(
    _ kind: Kind
  ) -> (Element, Element) -> UInt8 {
    switch kind {
    case .equal: { $0 == $1 ? 1 : 0 }
    case .greater: { $0 > $1 ? 1 : 0 }
    case .greaterEqual: { $0 >= $1 ? 1 : 0 }
    case .less: { $0 < $1 ? 1 : 0 }
    case .lessEqual: { $0 <= $1 ? 1 : 0 }
    case .notEqual: { $0 != $1 ? 1 : 0 }
    }
  }

  /// For bools, which only an equality compares.
  static func referenceOfBools(_ kind: Kind) -> (UInt8, UInt8) -> UInt8 {
    let wanted = kind == .equal
    return { (($0 != 0) == ($1 != 0)) == wanted ? 1 : 0 }
  }
}
