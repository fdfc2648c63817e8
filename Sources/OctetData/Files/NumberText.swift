/// A finite decimal number; unlike `Double.init`, neither hexadecimal nor words.
func finiteDecimal(_ text: some StringProtocol) -> Double? {
  guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), let value = Double(text),
    value.isFinite
  else { return nil }
  return value
}

/// `value` rounded half away from zero to `places` decimals.
func rounded(_ value: Double, _ places: Int) -> Double {
  var unit = 1.0
  for _ in 0..<places { unit *= 10 }
  let scaled = (value * unit).rounded(.toNearestOrAwayFromZero)
  return scaled.isFinite ? scaled / unit : value
}

/// `value` rounded half away from zero, with exactly `places` decimals.
package func decimals(_ value: Double, _ places: Int) -> String {
  // Adding 0 takes the sign off a zero.
  let text = "\(rounded(value, places) + 0)"
  guard !text.contains("e"), let point = text.firstIndex(of: ".") else { return text }
  if places == 0 { return String(text[..<point]) }
  let missing = places - text.distance(from: point, to: text.endIndex) + 1
  return text + String(repeating: "0", count: max(0, missing))
}
