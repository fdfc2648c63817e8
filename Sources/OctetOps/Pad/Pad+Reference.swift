extension Pad {
  /// Fills the output with `value`, then copies the input's rows into it.
  static func reference<Element: BitwiseCopyable>(
    _ input: UnsafePointer<Element>, _ output: UnsafeMutablePointer<Element>, _ rows: BoxRows,
    count: Int, value: Element
  ) {
    output.update(repeating: value, count: count)
    rows.forEach { source, target in
      (output + target).update(from: input + source, count: rows.width)
    }
  }
}
