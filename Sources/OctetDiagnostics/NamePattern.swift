/// A name, or a pattern of names: `*` stands for any number of characters, also none, `?` for one.
public struct NamePattern: Sendable, Hashable {
  public let text: String

  public init(_ text: String) {
    self.text = text
  }

  /// O(n·m) in the lengths of the name and the pattern.
  public func matches(_ name: String) -> Bool {
    let (pattern, name) = (Array(text.unicodeScalars), Array(name.unicodeScalars))
    var (i, j) = (0, 0)
    // Where to go on when what follows the last star did not fit: the star, and the name after what it took.
    var retry: (star: Int, next: Int)?
    while j < name.count {
      if i < pattern.count, pattern[i] == "*" {
        retry = (i, j)
        i += 1
      } else if i < pattern.count, pattern[i] == "?" || pattern[i] == name[j] {
        i += 1
        j += 1
      } else if let (star, next) = retry {
        retry = (star, next + 1)
        (i, j) = (star + 1, next + 1)
      } else {
        return false
      }
    }
    return pattern[i...].allSatisfy { $0 == "*" }
  }

  /// Whether it names more than one thing by its form.
  public var isPattern: Bool { text.contains("*") || text.contains("?") }
}
