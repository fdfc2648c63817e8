/// `'a', 'b' or 'c'`
public func alternatives(_ names: [String]) -> String {
  var list = ""
  for (index, name) in names.enumerated() {
    list += (index == 0 ? "" : index == names.count - 1 ? " or " : ", ") + "'\(name)'"
  }
  return list
}

/// `1 input`, `2 inputs`
public func counted(_ count: Int, _ noun: String) -> String {
  "\(count) \(noun)\(count == 1 ? "" : "s")"
}

/// The first of a list for people, and how many more there are.
package func bounded(_ list: [String], to limit: Int = 20) -> [String] {
  list.count <= limit ? list : list.prefix(limit) + ["and \(list.count - limit) more"]
}

/// The shortest decimal that reads back as `value`, without `.0`.
package func shortDecimal(_ value: some BinaryFloatingPoint & CustomStringConvertible) -> String {
  let text = "\(value)"
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
