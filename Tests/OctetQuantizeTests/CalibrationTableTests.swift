import OctetDiagnostics
import OctetIR
import OctetOps
import OctetQuantize
import Testing

@Suite struct CalibrationTableTests {
  let table = CalibrationTable(
    algorithm: "entropy", model: GraphHash(structure: "0123456789abcdef", weights: "0"),
    preprocessing: "scale=1/256", samples: 7,
    entries: [
      ("data", .init(low: 0, high: 0.99609375)), ("a: b c", .init(low: -1.1754944e-38, high: 3)),
      ("symmetric", .symmetric(scale: 0.1)),
    ])

  func table(_ entries: [(String, CalibrationTable.Range)]) -> CalibrationTable {
    CalibrationTable(
      algorithm: "min-max", model: GraphHash(), preprocessing: "", samples: 0,
      entries: entries.map { (name: $0.0, range: $0.1) })
  }

  @Test func theTextForm() throws {
    #expect(
      table.text == """
        octet-calibration 2
        algorithm: entropy
        graph: 0123456789abcdef
        weights: 0
        preprocessing: scale=1/256
        data: 
        samples: 7

        data: 0x0p+0 0x1.fep-1
        a: b c: -0x1p-126 0x1.8p+1
        symmetric: -0x1.99999ap+3 0x1.966666p+3 symmetric

        """)
    let again = try CalibrationTable(parsing: table.text)
    #expect(again == table && again.model == table.model)
    #expect(again.range(of: "symmetric")?.quantization == Quantization(scale: 0.1, zeroPoint: 0))
  }

  @Test func linesOfWindowsAndDecimalNumbers() throws {
    var lines = table.text.split(separator: "\n", omittingEmptySubsequences: false)
    lines[8] = "data: 0 0.99609375"
    #expect(try CalibrationTable(parsing: lines.joined(separator: "\r\n")) == table)
  }

  @Test(arguments: [
    "plain", "a:b", "a: b", " spaces ", "conv/1:0", "ends:", "with\ttab", "ünï/код", "1.0 2.0",
    "octet-calibration 2", "", ":\u{301}",
  ])
  func namesReadBack(_ name: String) throws {
    let again = try CalibrationTable(parsing: table([(name, .init(low: -1.5, high: 2))]).text)
    #expect(again.entries.map { $0.name } == [name])
    #expect(again.range(of: name) == .init(low: -1.5, high: 2))
  }

  @Test func floatsReadBackExactly() throws {
    var generator = SplitMix64(seed: 45)
    let edges: [UInt32] = [0, 1, 0x7F_FFFF, 0x80_0000, 0x7F7F_FFFF, 0x8000_0000, 0x8000_0001]
    for bits in edges + (0..<500).map({ _ in UInt32(truncatingIfNeeded: generator.next()) }) {
      let value = Float(bitPattern: bits)
      guard value.isFinite else { continue }
      let (low, high) = (min(value, 0), max(value, 0))
      let again = try CalibrationTable(parsing: table([("x", .init(low: low, high: high))]).text)
      #expect(again.range(of: "x")?.low.bitPattern == low.bitPattern)
      #expect(again.range(of: "x")?.high.bitPattern == high.bitPattern)
    }
  }

  @Test func symmetricScalesReadBackExactly() throws {
    var generator = SplitMix64(seed: 46)
    for _ in 0..<500 {
      let scale = Float(bitPattern: UInt32(truncatingIfNeeded: generator.next()) & 0x7B7F_FFFF)
      let range = CalibrationTable.Range.symmetric(scale: scale)
      let again = try #require(
        try CalibrationTable(parsing: table([("x", range)]).text).entries.first)
      #expect(again.range == range)
      #expect(again.range.quantization.scale == (scale.isNormal ? scale : 1))
      #expect(again.range.quantization.zeroPoint == 0)
    }
  }

  @Test(arguments: [
    ("octet-calibration 2", "octet-calibration 1", 1), ("algorithm:", "algoritm:", 2),
    ("graph", "model", 3), ("samples: 7", "samples: x", 7), ("samples: 7", "samples: -1", 7),
    ("\n\n", "\nx: 0 1\n", 8), ("0x0p+0 ", "", 9), ("0x0p+0 0x1.fep-1", "2 1", 9),
    ("0x0p+0", "nan", 9), ("0x0p+0", "-inf", 9), ("0x1.fep-1", "1 2", 9), ("data: 0", "data 0", 9),
    ("a: b c:", "data:", 10), ("3 symmetric", "3 symetric", 11),
    ("0x1.966666p+3 s", "0x1.966668p+3 s", 11),
  ])
  func syntaxErrorsNameTheLine(_ old: String, _ new: String, _ line: Int) throws {
    let text = table.text.split(separator: old, omittingEmptySubsequences: false)
      .joined(separator: new)
    let error = try #require(throws: Diagnostic.self) {
      _ = try CalibrationTable(parsing: text, file: "t.txt")
    }
    #expect(error.code == .invalidTable)
    #expect(error.location?.line == line && error.location?.file == "t.txt")
  }

  @Test func tablesThatEndEarly() throws {
    let lines = table.text.split(separator: "\n", omittingEmptySubsequences: false)
    for count in 0...7 {
      let text = lines.prefix(count).joined(separator: "\n")
      let error = try #require(throws: Diagnostic.self) { _ = try CalibrationTable(parsing: text) }
      #expect(error.location?.line == max(1, count == 0 ? 1 : count + 1))
    }
  }

  @Test func allLinesThatAreWrongAreNamed() throws {
    let bad = (0..<30).map { "x\($0): 1\n" }.joined()
    let error = try #require(throws: Diagnostic.self) {
      _ = try CalibrationTable(parsing: table.text + "data: 0 1\n" + bad)
    }
    #expect(error.message == "tensor 'data' is listed twice, before in line 9")
    #expect(error.location?.line == 12)
    #expect(error.notes.first == "line 13: expected two numbers after the tensor's name")
    #expect(error.notes.count == 21 && error.notes.last == "and 10 more")
  }

  func graph(_ names: [String], _ slope: String = "0.5") throws -> Graph {
    var (body, last) = ("", "x")
    for name in names {
      body += " %\(name) = leaky_relu(%\(last)) {alpha = \(slope)} : f32[1,4]\n"
      last = name
    }
    return try Graph(
      parsing: "octet-ir 1\ngraph @main(%x: f32[1,4]) -> (%\(last)) {\n\(body)}",
      makeOp: OpCatalog.makeOp)
  }

  func table(of graph: Graph) -> CalibrationTable {
    CalibrationTable(
      algorithm: "min-max", model: graph.contentHash, preprocessing: "", samples: 1,
      entries: graph.activations.map { (graph[$0].name, .init(low: -1, high: 1)) })
  }

  @Test(arguments: [
    // In its place.
    (["a", "conv", "c"], ["a", "relu", "c"], ["the table's 'conv' may be the model's 'relu'"]),
    // By its name.
    (
      ["conv1", "z", "b"], ["b", "conv_1"],
      ["the table's 'conv1' may be the model's 'conv_1'", "only in the table: z"]
    ),
    (["a", "b"], ["a", "b", "cccc"], ["only in the model: cccc"]),
    (["a", "b", "cccc"], ["a", "b"], ["only in the table: cccc"]),
    (
      ["a", "b"], ["b", "a"],
      ["the tensors have the same names, so their shapes or the operators differ"]
    ),
    (
      (0..<30).map { "listed\($0)" }, [],
      [
        "only in the table: " + (0..<20).map { "listed\($0)" }.joined(separator: ", ")
          + ", and 10 more"
      ]
    ),
  ])
  func tensorsThatDifferAreNamed(
    _ listed: [String], _ own: [String], _ notes: [String]
  ) throws {
    let table = table(of: try graph(listed))
    let error = try #require(throws: Diagnostic.self) { try table.check(fits: try graph(own)) }
    #expect(error.code == .tableMismatch && error.notes == notes)
    try table.check(fits: try graph(listed))
  }

  @Test func otherWeightsAreToldFromOtherStructure() throws {
    func graph(_ weight: String) throws -> Graph {
      try Graph(
        parsing: """
          octet-ir 1
          graph @main(%x: f32[1,1]) -> (%y) {
            %w = const [\(weight)] : f32[1,1]
            %b = const [0.0] : f32[1]
            %y = fully_connected(%x, %w, %b)
          }
          """, makeOp: OpCatalog.makeOp)
    }
    let table = table(of: try graph("1.0"))
    let error = try #require(throws: Diagnostic.self) { try table.check(fits: try graph("2.0")) }
    #expect(error.notes == ["the operators and the tensors are the same, the weights are not"])
  }
}
