extension While {
  /// - Parameter turn: gives whether there may be another.
  static func reference(isTrue: () -> Bool, turn: () -> Bool) {
    while isTrue() && turn() {}
  }
}
