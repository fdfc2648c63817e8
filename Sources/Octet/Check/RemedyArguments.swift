/// Arguments as diagnostics propose them.
enum RemedyArguments {
  /// Extents to try where a diagnostic leaves them open, and channels where even those are.
  private static let sizes = [416, 224, 320, 256, 128, 64, 32, 28, 16, 8]
  private static let channels = [3, 1, 2, 4, 8, 16, 32, 64]

  /// The arguments with each open extent filled in; themselves when there is none.
  ///
  /// - Parameter first: extents to try before all others.
  static func forms(of arguments: [String], first: [Int] = []) -> [[String]] {
    let open = arguments.indices.dropFirst().first {
      arguments[$0 - 1] == "--input-shape" && isOpen(arguments[$0])
    }
    guard let open else { return [arguments] }
    var result: [[String]] = []
    for text in fillings(of: arguments[open], first) {
      var filled = arguments
      filled[open] = text
      result += forms(of: filled, first: first)
    }
    return result
  }

  private static func isOpen(_ text: String) -> Bool {
    shape(text)?.extents.contains { Int($0) == nil } ?? false
  }

  private static func shape(_ text: String) -> (name: Substring, extents: [Substring])? {
    guard let equals = text.lastIndex(of: "=") else { return nil }
    return (
      text[..<equals],
      text[text.index(after: equals)...].split(separator: ",", omittingEmptySubsequences: false)
    )
  }

  private static func fillings(of text: String, _ first: [Int]) -> [String] {
    guard let (name, extents) = shape(text) else { return [] }
    if extents.contains("EXTENT") {
      return channels.map { "\(name)=1,224,224,\($0)" } + ["\(name)=1,224"]
    }
    return (first + sizes.filter { !first.contains($0) }).map { size in
      "\(name)=" + extents.map { Int($0) == nil ? "\(size)" : String($0) }.joined(separator: ",")
    }
  }

  /// The options with the arguments; nil for arguments that are no options of a conversion.
  static func apply(_ arguments: [String], to options: ModelOptions) -> ModelOptions? {
    var result = options
    var index = 0
    func value() -> String? {
      guard index < arguments.count, !arguments[index].hasPrefix("--") else { return nil }
      defer { index += 1 }
      return arguments[index]
    }
    while index < arguments.count {
      let option = arguments[index]
      index += 1
      guard let first = value() else { return nil }
      switch option {
      case "--input-shape":
        guard let (name, extents) = shape(first) else { return nil }
        let numbers = extents.compactMap { Int($0) }
        guard numbers.count == extents.count else { return nil }
        result.inputShapes[String(name)] = numbers
      case "--fix":
        guard !result.fixes.contains(first) else { return nil }
        result.fixes.append(first)
      case "--outputs": result.outputs = [first]
      case "--inputs": result.inputs = [first]
      default: return nil
      }
      while let next = value() {
        switch option {
        case "--outputs": result.outputs.append(next)
        case "--inputs": result.inputs.append(next)
        default: return nil
        }
      }
    }
    return result
  }

  static func cost(of arguments: [String]) -> Int {
    var cost = 0
    for argument in arguments {
      switch argument {
      case "--input-shape": cost += 1
      case "--fix": cost += 3
      case "--outputs", "--inputs": cost += 10
      default: break
      }
    }
    return cost
  }
}
