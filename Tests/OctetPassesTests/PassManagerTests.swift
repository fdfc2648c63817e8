import OctetDiagnostics
import OctetIR
import OctetOps
import OctetPasses
import OctetRuntime
import Testing

/// The whole pipeline on nets as importers of channels-first frameworks write them.
@Suite struct PassManagerTests {
  func parse(_ text: String) throws -> Graph {
    try Graph(parsing: "octet-ir 1\n" + text, makeOp: OpCatalog.makeOp)
  }

  /// A channels-first net in text IR: transposes around every layer whose operator is channels-last.
  struct Net {
    private(set) var lines: [String] = []
    private var generator: SplitMix64
    private var count = 0
    /// Channels, height and width of the values so far.
    private var images: [(name: String, extents: [Int])] = [("x", [3, 6, 6])]

    init(seed: UInt64) {
      generator = SplitMix64(seed: seed)
      for _ in 0..<pick(3...9) { addLayer() }
      addEnd()
    }

    var text: String {
      "graph @main(%x: f32[1,3,6,6]) -> (%y) {\n" + lines.joined(separator: "\n") + "\n}"
    }

    private mutating func pick(_ range: ClosedRange<Int>) -> Int {
      range.lowerBound + Int(generator.next() % UInt64(range.count))
    }

    private mutating func name() -> String {
      count += 1
      return "v\(count)"
    }

    private mutating func add(_ text: String) -> String {
      let result = name()
      lines.append("%\(result) = \(text) loc(node = \"\(result)\")")
      return result
    }

    private mutating func constant(_ type: String, _ contents: String? = nil) -> String {
      let result = name()
      let contents = contents ?? "random \(generator.next() % 1000)"
      lines.append("%\(result) = const \(contents) : \(type)")
      return result
    }

    /// Puts `make` between a transpose to channels-last and one back.
    private mutating func channelsLast(
      _ input: String, _ make: (inout Net, String) -> String
    ) -> String {
      let last = constant("i32[4]", "[0, 2, 3, 1]")
      let inner = add("transpose(%\(input), %\(last))")
      let result = make(&self, inner)
      let first = constant("i32[4]", "[0, 3, 1, 2]")
      return add("transpose(%\(result), %\(first))")
    }

    private mutating func addLayer() {
      let (input, extents) = images[pick(max(0, images.count - 2)...(images.count - 1))]
      let (channels, height, width) = (extents[0], extents[1], extents[2])
      switch pick(0...9) {
      case 0, 1:
        let output = pick(1...4)
        let padding = constant("i32[4,2]", "[0, 0, 1, 1, 1, 1, 0, 0]")
        let weights = constant("f32[\(output),3,3,\(channels)]")
        let bias = pick(0...1) == 0 ? "_" : "%" + constant("f32[\(output)]")
        let result = channelsLast(input) { net, inner in
          let padded = net.add("pad(%\(inner), %\(padding))")
          return net.add("conv_2d(%\(padded), %\(weights), \(bias)) {padding = valid}")
        }
        images.append((result, [output, height, width]))
      case 2:
        let weights = constant("f32[1,1,1,\(channels)]")
        let result = channelsLast(input) { net, inner in
          net.add(
            "depthwise_conv_2d(%\(inner), %\(weights), _) {depth_multiplier = 1, padding = same}")
        }
        images.append((result, extents))
      case 3 where height >= 2 && width >= 2:
        let result = channelsLast(input) { net, inner in
          net.add("max_pool_2d(%\(inner)) {filter = [2, 2], stride = [1, 1], padding = valid}")
        }
        images.append((result, [channels, height - 1, width - 1]))
      case 4, 5:
        let op = ["relu", "relu6", "tanh", "logistic"][pick(0...3)]
        images.append((add("\(op)(%\(input))"), extents))
      case 6:
        let factor = constant("f32[\(channels),1,1]")
        images.append((add("mul(%\(input), %\(factor))"), extents))
      case 7:
        let term = constant("f32[1,\(channels),1,1]")
        images.append((add("add(%\(term), %\(input))"), extents))
      case 8:
        guard let other = images.last(where: { $0.extents.dropFirst() == extents.dropFirst() })
        else { return }
        images.append(
          (
            add("concatenation(%\(input), %\(other.name)) {axis = 1}"),
            [channels + other.extents[0], height, width]
          ))
      default:
        guard let other = images.last(where: { $0.extents == extents }) else { return }
        images.append((add("add(%\(input), %\(other.name))"), extents))
      }
    }

    private mutating func addEnd() {
      let (input, extents) = images[images.count - 1]
      let size = extents.reduce(1, *)
      let shape = constant("i32[2]", "[1, \(size)]")
      let flat = add("reshape(%\(input), %\(shape)) {shape = [1, \(size)]}")
      let weights = constant("f32[4,\(size)]")
      let dense = add("fully_connected(%\(flat), %\(weights), _)")
      lines.append("%y = softmax(%\(dense))")
    }
  }

  func outputs(_ graph: Graph) throws -> [Float] {
    let prepared = try PreparedGraph(graph, log: DiagnosticLog())
    var generator = SplitMix64(seed: 52)
    for input in prepared.inputs {
      for i in 0..<input.count { input.float32[i] = generator.nextFloat() }
    }
    prepared.invoke()
    return prepared.outputs.flatMap { view in (0..<view.count).map { view.float32[$0] } }
  }

  @Test(arguments: 0..<120) func everyPatchKeepsTheResult(_ seed: UInt64) throws {
    let graph = try parse(Net(seed: seed).text)
    let log = DiagnosticLog()
    try #require(graph.verify(into: log), "\(log.diagnostics)")
    let wanted = try outputs(graph)
    var stages: [(PassManager.Step, Graph)] = []
    let result = try PassManager(Pipeline.conversion) { stages.append(($0, $1)) }
      .run(graph, log: log)
    #expect(log.diagnostics.isEmpty)
    for (step, stage) in stages {
      let found = try outputs(stage)
      try #require(found.count == wanted.count)
      for (a, b) in zip(found, wanted) {
        try #require(
          abs(a - b) <= 1e-5, "after patch \(step.number), \(step.pass): \(step.summary)")
      }
    }
    // The record counts every patch, and nothing is left to do.
    #expect(stages.map { $0.0.number } == stages.indices.map { $0 + 1 })
    for (before, after) in zip([graph.nodes.count] + stages.map { $0.0.nodesAfter }, stages) {
      #expect(after.0.nodesBefore == before)
      #expect(after.0.nodesAfter == after.1.nodes.count)
    }
    var again: [String] = []
    _ = try PassManager(Pipeline.conversion) { step, _ in again.append(step.summary) }
      .run(result, log: log)
    #expect(again.isEmpty)
    #expect(result[result.outputs[0]].name == "y")
  }

  @Test func stoppingAfterEachPatchGivesTheGraphOfThatPatch() throws {
    let graph = try parse(Net(seed: 7).text)
    var stages: [String] = []
    _ = try PassManager(Pipeline.conversion) { stages.append(GraphPrinter().print($1)) }
      .run(graph, log: DiagnosticLog())
    try #require(stages.count > 2)
    for count in 0...stages.count {
      let stopped = try PassManager(Pipeline.conversion, stopAfter: count)
        .run(graph, log: DiagnosticLog())
      #expect(
        GraphPrinter().print(stopped)
          == (count == 0 ? GraphPrinter().print(graph) : stages[count - 1]))
    }
  }

  @Test func aFusedNodeKeepsThePlacesOfAllItReplaces() throws {
    let result = try PassManager(Pipeline.conversion).run(
      try parse(
        """
        graph @main(%x: f32[1,4,4,2]) -> (%y) {
          %w = const splat 0.5 : f32[3,3,3,2]
          %p = const [0, 0, 1, 1, 1, 1, 0, 0] : i32[4,2]
          %s = const [1, 2, 3] : f32[3]
          %z = pad(%x, %p) loc(node = "pad")
          %c = conv_2d(%z, %w, _) {padding = valid} loc(node = "conv")
          %m = mul(%c, %s) loc(node = "scale", line = 3)
          %a = add(%m, %s) loc(node = "shift")
          %y = relu(%a) loc(node = "relu")
        }
        """), log: DiagnosticLog())
    #expect(result.nodes.count == 1)
    #expect(
      Set(result.nodes[0].provenance.compactMap { $0.node })
        == ["pad", "conv", "scale", "shift", "relu"])
    #expect(result.nodes[0].location.node == "relu")
  }

  /// What a batch normalization tells of its result is true of the layer that takes it up, but not with more behind it.
  @Test(arguments: [
    (["norm", "norm"], true), (["norm", "later"], false), (["later", "norm"], true),
  ])
  func aNormalizationTellsOfItsOwnResult(_ places: [String], isKept: Bool) throws {
    var graph = try parse(
      """
      graph @main(%x: f32[1,4,4,2]) -> (%y) {
        %w = const splat 0.5 : f32[3,1,1,2]
        %s = const [1, 2, 3] : f32[3]
        %c = conv_2d(%x, %w, _) {padding = valid} loc(node = "conv")
        %m = mul(%c, %s) loc(node = "\(places[0])")
        %y = add(%m, %s) loc(node = "\(places[1])")
      }
      """)
    let norm = try #require(graph.nodes.first { $0.location.node == "norm" }).location
    graph.distributions = [
      (norm, ChannelDistribution(means: [1, 2, 3], deviations: [1, 2, 3]))
    ]
    let result = try PassManager(Pipeline.conversion).run(graph, log: DiagnosticLog())
    #expect(result.nodes.count == 1 && result.distributions.isEmpty == !isKept)
  }

  private struct Endless: GraphPass {
    let name = "Endless"
    let summary = "replaces a node by itself"

    func patch(at index: Int, in view: GraphView) throws(Diagnostic) -> GraphPatch? {
      let node = view.graph.nodes[index]
      var patch = GraphPatch(view.graph, "again", replacing: [node])
      patch.replace(
        node.outputs[0], with: try patch.add(node.op, inputs: node.inputs, name: "again"))
      return patch
    }
  }

  private struct Refusing: GraphPass {
    let name = "Refusing"
    let summary = "wants a shape that is not there"

    func patch(at index: Int, in view: GraphView) throws(Diagnostic) -> GraphPatch? {
      throw Diagnostic(.shapeMismatch, "not this one")
    }
  }

  @Test(arguments: [
    (
      true, OctetDiagnostics.DiagnosticCode.passBrokeGraph, "pass 'Endless' does not come to an end"
    ),
    (false, .shapeMismatch, "not this one"),
  ])
  func failingPasses(_ isEndless: Bool, _ code: DiagnosticCode, _ message: String) throws {
    let pass: any GraphPass = isEndless ? Endless() : Refusing()
    let log = DiagnosticLog()
    let graph = try parse(
      "graph @main(%x: f32[2]) -> (%y) {\n %y = relu(%x) loc(node = \"r\", line = 4)\n}")
    #expect(throws: DiagnosticFailure.self) { try PassManager([pass]).run(graph, log: log) }
    #expect(log.diagnostics.map { $0.code } == [code])
    #expect(log.diagnostics.first?.message == message)
    if !isEndless { #expect(log.diagnostics.first?.location?.node == "r") }
  }
}
