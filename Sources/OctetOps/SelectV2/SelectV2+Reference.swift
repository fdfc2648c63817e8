extension SelectV2 {
  /// - Parameter walk: over the condition, the left operand and the right one.
  static func reference<Element: BitwiseCopyable>(
    _ walk: BroadcastWalk, _ condition: UnsafePointer<UInt8>, _ left: UnsafePointer<Element>,
    _ right: UnsafePointer<Element>, _ output: UnsafeMutablePointer<Element>
  ) {
    walk.forEach { offsets, position in
      output[position] = condition[offsets[0]] != 0 ? left[offsets[1]] : right[offsets[2]]
    }
  }
}
