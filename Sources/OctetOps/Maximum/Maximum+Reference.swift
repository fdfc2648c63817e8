extension Maximum {
  static func reference<Element: Comparable>(_ a: Element, _ b: Element) -> Element {
    a > b ? a : b
  }
}

extension Minimum {
  static func reference<Element: Comparable>(_ a: Element, _ b: Element) -> Element {
    a < b ? a : b
  }
}
