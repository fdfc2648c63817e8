extension While {
  static func reference(isTrue: () -> Bool, turn: () -> Void) {
    while isTrue() { turn() }
  }
}
