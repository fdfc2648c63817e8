package import OctetDiagnostics

/// Makes the operator called `name` from its attributes; the catalogue provides it. Throws `OCT0206`
/// for a name it does not know and `OCT0205` for attributes that do not fit.
package typealias OpFactory =
  (_ name: String, _ attributes: [Attribute], _ results: [TensorType]) throws(Diagnostic) -> any Op

extension Graph {
  /// Reads the text IR (schemas/octet-ir.md). The graph is not verified.
  ///
  /// - Throws: `OCT0107` with the line at the first thing that cannot be read, or what `makeOp`
  ///   throws.
  package init(
    parsing text: String, file: String? = nil, makeOp: @escaping OpFactory
  ) throws(Diagnostic) {
    var parser = GraphParser(text, makeOp)
    do throws(Diagnostic) {
      self = try parser.parse()
    } catch {
      throw error.located(Location(file: file))
    }
  }
}

private struct GraphParser {
  private var lexer: TextLexer
  private var token: TextLexer.Token = .end
  private let makeOp: OpFactory
  private var depth = 0
  /// Bytes that the file's constants may still take: a line of text can ask for any number.
  private var constantBytesLeft = 1 << 30

  init(_ text: String, _ makeOp: @escaping OpFactory) {
    lexer = TextLexer(text)
    self.makeOp = makeOp
  }

  mutating func parse() throws(Diagnostic) -> Graph {
    try advance()
    try expect(word: "octet-ir")
    guard try number() == "1" else { throw lexer.problem("only version 1 can be read") }
    let graph = try parseGraph()
    if token != .end { throw unexpected("the end of the file") }
    return graph
  }

  private mutating func parseGraph() throws(Diagnostic) -> Graph {
    depth += 1
    defer { depth -= 1 }
    if depth > 16 { throw lexer.problem("subgraphs are nested more than 16 deep") }
    try expect(word: "graph")
    var graph = Graph(name: try graphName())
    var scope: [String: ValueID] = [:]
    try expect("(")
    while token != .symbol(")") {
      let name = try valueName()
      try expect(":")
      graph.inputs.append(
        try define(Value(name: name, type: try type()), &graph, &scope))
      if token == .symbol(",") { try advance() }
    }
    try expect(")")
    try expect("→")
    try expect("(")
    var outputs: [String] = []
    while token != .symbol(")") {
      outputs.append(try valueName())
      if token == .symbol(",") { try advance() }
    }
    try expect(")")
    try expect("{")
    while token != .symbol("}") {
      if token == .word("graph") {
        graph.subgraphs.append(try parseGraph())
      } else {
        try parseStatement(&graph, &scope)
      }
    }
    for name in outputs { graph.outputs.append(try lookUp(name, scope)) }
    try advance()
    return graph
  }

  private mutating func define(
    _ value: Value, _ graph: inout Graph, _ scope: inout [String: ValueID]
  ) throws(Diagnostic) -> ValueID {
    guard scope[value.name] == nil else { throw lexer.problem("'%\(value.name)' is made twice") }
    let id = graph.add(value)
    scope[value.name] = id
    return id
  }

  private func lookUp(
    _ name: String, _ scope: [String: ValueID]
  ) throws(Diagnostic) -> ValueID {
    if let id = scope[name] { return id }
    throw lexer.problem("there is no value '%\(name)' here")
      .suggesting(name, from: scope.keys.sorted())
  }

  private mutating func parseStatement(
    _ graph: inout Graph, _ scope: inout [String: ValueID]
  ) throws(Diagnostic) {
    let line = lexer.line
    var names: [String] = []
    if case .word = token {
      // An operator without results.
    } else {
      names.append(try valueName())
      while token == .symbol(",") {
        try advance()
        names.append(try valueName())
      }
      try expect("=")
    }
    guard case .word(let name) = token else { throw unexpected("an operator") }
    try advance()
    if name == "const", !names.isEmpty {
      let contents = try constantContents()
      try expect(":")
      let type = try type()
      let storage: Storage
      do throws(Diagnostic) {
        constantBytesLeft -= min(type.byteCount ?? 0, constantBytesLeft + 1)
        guard constantBytesLeft >= 0 else {
          throw Diagnostic(.irSyntax, "the constants are larger than 1 GiB together")
        }
        storage = try contents.storage(for: type)
      } catch {
        throw error.located(Location(format: "octet-ir", node: names[0], line: line))
      }
      _ = try define(Value(name: names[0], type: type, constant: storage), &graph, &scope)
      return
    }
    var inputs: [ValueID?] = []
    try expect("(")
    while token != .symbol(")") {
      if token == .word("_") {
        try advance()
        inputs.append(nil)
      } else {
        inputs.append(try lookUp(try valueName(), scope))
      }
      if token == .symbol(",") { try advance() }
    }
    try expect(")")
    let attributes = try parseAttributes()
    var types: [TensorType] = []
    if token == .symbol(":") {
      repeat {
        try advance()
        types.append(try type())
      } while token == .symbol(",")
    }
    let provenance = try parseLocations()
    do throws(Diagnostic) {
      let op = try makeOp(name, attributes, types)
      if types.isEmpty { types = try graph.inferTypes(op, inputs: inputs) }
      guard types.count == names.count else {
        throw lexer.problem("\(names.count) results are named but \(types.count) have types")
      }
      var outputs: [ValueID] = []
      for (name, type) in zip(names, types) {
        outputs.append(try define(Value(name: name, type: type), &graph, &scope))
      }
      graph.nodes.append(Node(op, inputs: inputs, outputs: outputs, provenance: provenance))
    } catch {
      throw error.located(Location(format: "octet-ir", op: name, node: names.first, line: line))
    }
  }

  private mutating func parseAttributes() throws(Diagnostic) -> [Attribute] {
    guard token == .symbol("{") else { return [] }
    try advance()
    var result: [Attribute] = []
    while token != .symbol("}") {
      let name: String
      switch token {
      case .word(let text), .string(let text): name = text
      default: throw unexpected("an attribute's name")
      }
      try advance()
      try expect("=")
      result.append(Attribute(name, try attributeValue()))
      if token == .symbol(",") { try advance() }
    }
    try advance()
    return result
  }

  private mutating func attributeValue() throws(Diagnostic) -> AttributeValue {
    switch token {
    case .word("true"), .word("false"):
      let isTrue = token == .word("true")
      try advance()
      return .bool(isTrue)
    case .word("inf"), .word("nan"): return .float(try float(try numberText()))
    case .word(let text):
      try advance()
      return .symbol(text)
    case .string(let text):
      try advance()
      return .string(text)
    case .graph: return .graph(try graphName())
    case .number(let text):
      try advance()
      if let value = Int(text) { return .int(value) }
      return .float(try float(text))
    case .symbol("["): return try list()
    default: throw unexpected("an attribute's value")
    }
  }

  private mutating func list() throws(Diagnostic) -> AttributeValue {
    try advance()
    if case .string = token {
      var strings: [String] = []
      while case .string(let text) = token {
        strings.append(text)
        try advance()
        if token == .symbol(",") { try advance() }
      }
      try expect("]")
      return .strings(strings)
    }
    let texts = try numbersUntilBracket()
    let ints = texts.compactMap { Int($0) }
    if ints.count == texts.count { return .ints(ints) }
    var floats: [Float] = []
    for text in texts { floats.append(try float(text)) }
    return .floats(floats)
  }

  private mutating func numbersUntilBracket() throws(Diagnostic) -> [String] {
    var texts: [String] = []
    while token != .symbol("]") {
      texts.append(try numberText())
      if token == .symbol(",") { try advance() }
    }
    try advance()
    return texts
  }

  private mutating func constantContents() throws(Diagnostic) -> ConstantText {
    switch token {
    case .symbol("["):
      try advance()
      return .list(try numbersUntilBracket())
    case .word("splat"):
      try advance()
      return .splat(try numberText())
    case .word("random"):
      try advance()
      return .random(seed: try number())
    case .word("hex"):
      try advance()
      guard case .string(let digits) = token else { throw unexpected("hexadecimal digits") }
      try advance()
      return .hex(digits)
    case .word("elided"):
      throw lexer.problem("the contents of this constant were left out when it was printed")
    default: throw unexpected("a constant's contents: [...], splat, random or hex")
    }
  }

  private mutating func parseLocations() throws(Diagnostic) -> [Location] {
    var result: [Location] = []
    while token == .word("loc") {
      try advance()
      try expect("(")
      var place = Location()
      while token != .symbol(")") {
        guard case .word(let key) = token else { throw unexpected("a location's field") }
        try advance()
        try expect("=")
        if case .string(let text) = token {
          switch key {
          case "file": place.file = text
          case "format": place.format = text
          case "op": place.op = text
          case "node": place.node = text
          case "scope": place.scope = text
          case "function": place.function = text
          default: throw lexer.problem("a location has no text field '\(key)'")
          }
          try advance()
        } else {
          let value = Int(try number())
          switch key {
          case "line": place.line = value
          case "offset": place.offset = value
          case "index": place.index = value
          default: throw lexer.problem("a location has no number field '\(key)'")
          }
        }
        if token == .symbol(",") { try advance() }
      }
      try advance()
      result.append(place)
    }
    return result
  }

  /// `i8[1,?batch("origin"),4]{0.5:3}`
  private mutating func type() throws(Diagnostic) -> TensorType {
    guard case .word(let name) = token else { throw unexpected("a type") }
    guard let element = ElementType(named: name) else {
      throw lexer.problem("there is no element type '\(name)'")
        .suggesting(name, from: ElementType.allCases.map { $0.shortName })
    }
    try advance()
    try expect("[")
    var dimensions: [Dimension] = []
    while token != .symbol("]") {
      if token == .symbol("?") {
        try advance()
        var name = ""
        switch token {
        case .word(let text), .string(let text): name = text
        default: throw unexpected("the name of an unknown dimension")
        }
        try advance()
        var origin = ""
        if token == .symbol("(") {
          try advance()
          guard case .string(let text) = token else { throw unexpected("a quoted origin") }
          origin = text
          try advance()
          try expect(")")
        }
        dimensions.append(.unknown(name: name, origin: origin))
      } else {
        let text = try number()
        guard let extent = Int(text), extent >= 0 else {
          throw lexer.problem("'\(text)' is not an extent")
        }
        dimensions.append(.known(extent))
      }
      if token == .symbol(",") { try advance() }
    }
    try advance()
    return TensorType(element, Shape(dimensions), quantization: try parseQuantization())
  }

  private mutating func parseQuantization() throws(Diagnostic) -> Quantization? {
    guard token == .symbol("{") else { return nil }
    try advance()
    var axis: Int?
    if token == .word("axis") {
      try advance()
      axis = Int(try number())
      try expect(":")
    }
    var scales: [Float] = []
    var zeroPoints: [Int32] = []
    while token != .symbol("}") {
      scales.append(try float(try numberText()))
      try expect(":")
      let text = try number()
      guard let zeroPoint = Int32(text) else {
        throw lexer.problem("'\(text)' is not a zero point")
      }
      zeroPoints.append(zeroPoint)
      if token == .symbol(",") { try advance() }
    }
    try advance()
    guard !scales.isEmpty else { throw lexer.problem("a quantization has no scale") }
    return Quantization(scales: scales, zeroPoints: zeroPoints, axis: axis)
  }

  private mutating func advance() throws(Diagnostic) { token = try lexer.next() }

  private mutating func expect(_ symbol: Character) throws(Diagnostic) {
    guard token == .symbol(symbol) else {
      throw unexpected(symbol == "→" ? "'->'" : "'\(symbol)'")
    }
    try advance()
  }

  private mutating func expect(word: String) throws(Diagnostic) {
    guard token == .word(word) else { throw unexpected("'\(word)'") }
    try advance()
  }

  private mutating func valueName() throws(Diagnostic) -> String {
    guard case .value(let name) = token else { throw unexpected("a value such as %x") }
    try advance()
    return name
  }

  private mutating func graphName() throws(Diagnostic) -> String {
    guard case .graph(let name) = token else { throw unexpected("a graph such as @main") }
    try advance()
    return name
  }

  private mutating func number() throws(Diagnostic) -> String {
    guard case .number(let text) = token else { throw unexpected("a number") }
    try advance()
    return text
  }

  private mutating func numberText() throws(Diagnostic) -> String {
    if case .word(let text) = token, text == "inf" || text == "nan" {
      try advance()
      return text
    }
    return try number()
  }

  private func float(_ text: String) throws(Diagnostic) -> Float {
    guard let value = Float(text) else { throw lexer.problem("'\(text)' is not a number") }
    return value
  }

  private func unexpected(_ wanted: String) -> Diagnostic {
    lexer.problem("expected \(wanted), found \(token.text)")
  }
}
