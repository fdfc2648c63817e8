import OctetDiagnostics
import OctetIR
import OctetOps
import OctetRuntime
import Testing

/// Where tensors live, on small graphs with answers worked by hand and on random ones.
@Suite struct MemoryPlanTests {
  func parse(_ text: String) throws -> Graph {
    try Graph(parsing: "octet-ir 1\n" + text, makeOp: OpCatalog.makeOp)
  }

  func id(_ name: String, _ graph: Graph) throws -> ValueID {
    ValueID(try #require(graph.values.firstIndex { $0.name == name }))
  }

  @Test func aChainNeedsTwoTensorsAtOnce() throws {
    let graph = try parse(
      """
      graph @main(%x: f32[32]) -> (%c) {
        %a = relu(%x)
        %b = relu(%a)
        %c = relu(%b)
      }
      """)
    let plan = MemoryPlan(graph, Schedule(graph))
    #expect(plan.arenaBytes == 256)
    #expect(plan.offset(of: try id("x", graph)) == plan.offset(of: try id("b", graph)))
    #expect(plan.offset(of: try id("a", graph)) == plan.offset(of: try id("c", graph)))
  }

  @Test func smallTensorsAreAligned() throws {
    let graph = try parse("graph @main(%x: f32[1], %z: f32[1]) -> (%y) {\n %y = add(%x, %z)\n}")
    let plan = MemoryPlan(graph, Schedule(graph))
    #expect(Set(plan.allocations.map { $0.offset }) == [0, 64, 128])
    #expect(plan.arenaBytes == 132)
  }

  @Test func aReshapeSharesAndKeepsItsSourceAlive() throws {
    let graph = try parse(
      """
      graph @main(%x: f32[4,8]) -> (%y) {
        %a = relu(%x)
        %r = reshape(%a) {shape = [32]}
        %q = reshape(%r) {shape = [2, 16]}
        %b = relu(%x)
        %d = reshape(%b) {shape = [2, 16]}
        %y = add(%q, %d)
      }
      """)
    let plan = MemoryPlan(graph, Schedule(graph))
    let shared = try ["a", "r", "q"].map { plan.offset(of: try id($0, graph)) }
    #expect(Set(shared).count == 1)
    #expect(plan.offset(of: try id("b", graph)) == plan.offset(of: try id("d", graph)))
    #expect(plan.offset(of: try id("b", graph)) != shared[0])
    let prepared = try PreparedGraph(graph, log: DiagnosticLog())
    #expect(prepared.steps.filter { $0.kernel == "shared" }.count == 3)
    for i in 0..<32 { prepared.inputs[0].float32[i] = Float(i) - 10 }
    prepared.invoke()
    #expect((0..<32).allSatisfy { prepared.outputs[0].float32[$0] == max(0, Float($0) - 10) * 2 })
  }

  @Test func aReshapeOfAConstantIsCopied() throws {
    let graph = try parse(
      """
      graph @main(%x: f32[2]) -> (%r, %y) {
        %k = const [5, 6] : f32[1,2]
        %r = reshape(%k) {shape = [2]}
        %y = add(%x, %r)
      }
      """)
    let prepared = try PreparedGraph(graph, log: DiagnosticLog())
    prepared.inputs[0].float32[0] = 1
    prepared.inputs[0].float32[1] = 2
    prepared.invoke()
    #expect((0..<2).map { prepared.outputs[0].float32[$0] } == [5, 6])
    #expect((0..<2).map { prepared.outputs[1].float32[$0] } == [6, 8])
  }

  @Test func inputsAndConstantsMayBeOutputs() throws {
    let graph = try parse(
      """
      graph @main(%x: f32[2]) -> (%x, %k, %y) {
        %k = const [5, 6] : f32[2]
        %a = relu(%x)
        %b = relu(%a)
        %y = add(%b, %k)
      }
      """)
    let prepared = try PreparedGraph(graph, log: DiagnosticLog())
    prepared.inputs[0].float32[0] = -1
    prepared.inputs[0].float32[1] = 2
    prepared.invoke()
    let results = prepared.outputs.map { view in (0..<2).map { view.float32[$0] } }
    #expect(results == [[-1, 2], [5, 6], [5, 8]])
  }

  /// A graph of tensors of many sizes, with branches, reshapes, unused results and several outputs.
  func randomGraph(_ generator: inout SplitMix64) throws -> Graph {
    func pick(_ count: Int) -> Int { Int(generator.next() % UInt64(count)) }
    var lines: [String] = []
    var sizes = [1 + pick(70)]
    let first = sizes[0]
    for index in 1...(2 + pick(20)) {
      let source = pick(sizes.count)
      let size = sizes[source]
      switch pick(5) {
      case 0:
        let added = pick(50)
        lines.append("%p\(index) = const [0, \(added)] : i32[1,2]")
        lines.append("%v\(index) = pad(%v\(source), %p\(index))")
        sizes.append(size + added)
      case 1:
        let other = pick(sizes.count)
        lines.append("%v\(index) = concatenation(%v\(source), %v\(other)) {axis = 0}")
        sizes.append(size + sizes[other])
      case 2:
        lines.append("%v\(index) = reshape(%v\(source)) {shape = [\(size)]}")
        sizes.append(size)
      case 3:
        lines.append("%v\(index) = add(%v\(source), %v\(source))")
        sizes.append(size)
      default:
        lines.append("%v\(index) = tanh(%v\(source))")
        sizes.append(size)
      }
    }
    let outputs = Set([sizes.count - 1, pick(sizes.count), pick(sizes.count)]).sorted()
    return try parse(
      "graph @main(%v0: f32[\(first)]) -> (\(outputs.map { "%v\($0)" }.joined(separator: ", "))) {\n"
        + lines.joined(separator: "\n") + "\n}")
  }

  /// From what the graph says, not from what the plan noted: a value is alive from the step that makes
  /// it to the last that reads it or a reshape of it.
  @Test(arguments: 0..<300) func valuesThatAreAliveTogetherShareNoBytes(_ seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let graph = try randomGraph(&generator)
    let plan = MemoryPlan(graph, Schedule(graph))
    var root = Array(graph.values.indices)
    for node in graph.nodes where node.op is Reshape {
      if let source = node.inputs[0] { root[node.outputs[0].index] = root[source.index] }
    }
    var life: [Int: (first: Int, last: Int)] = [:]
    func touch(_ id: ValueID, _ step: Int) {
      guard graph[id].constant == nil else { return }
      let span = life[root[id.index]] ?? (step, step)
      life[root[id.index]] = (min(span.first, step), max(span.last, step))
    }
    for input in graph.inputs { touch(input, -1) }
    for (step, node) in graph.nodes.enumerated() {
      for id in node.inputs.compactMap({ $0 }) + node.outputs { touch(id, step) }
    }
    for output in graph.outputs { touch(output, graph.nodes.count) }
    for (a, spanA) in life {
      let startA = try #require(plan.offset(of: ValueID(a)))
      let endA = startA + (graph.values[a].type.byteCount ?? 0)
      #expect(endA <= plan.arenaBytes && startA % MemoryPlan.alignment == 0)
      for (b, spanB) in life where b > a {
        guard spanA.first <= spanB.last, spanB.first <= spanA.last else { continue }
        let startB = try #require(plan.offset(of: ValueID(b)))
        #expect(endA <= startB || startB + (graph.values[b].type.byteCount ?? 0) <= startA)
      }
    }
    for (index, source) in root.enumerated() where graph.values[index].constant == nil {
      #expect(plan.offset(of: ValueID(index)) == plan.offset(of: ValueID(source)))
    }
  }

  /// What an observer sees is what the same graph gives when every value is an output.
  @Test(arguments: 0..<40) func observersSeeEveryValueAsItIs(_ seed: UInt64) throws {
    var generator = SplitMix64(seed: 1000 + seed)
    let graph = try randomGraph(&generator)
    var open = graph
    open.outputs = graph.inputs + graph.nodes.flatMap { $0.outputs }
    let wanted = try PreparedGraph(open, log: DiagnosticLog())
    let watched = try PreparedGraph(graph, keepsAllTensors: true, log: DiagnosticLog())
    for i in 0..<watched.inputs[0].count {
      let value = generator.nextFloat()
      watched.inputs[0].float32[i] = value
      wanted.inputs[0].float32[i] = value
    }
    wanted.invoke()
    var seen: [(ValueID, [Float])] = []
    watched.invoke { id, view in seen.append((id, (0..<view.count).map { view.float32[$0] })) }
    #expect(seen.map { $0.0 } == open.outputs)
    for (value, view) in zip(seen, wanted.outputs) {
      #expect(value.1 == (0..<view.count).map { view.float32[$0] })
    }
  }
}

@Suite struct PreparationTests {
  func codes(_ text: String, arenaLimit: Int = 1 << 30) throws -> [DiagnosticCode] {
    let graph = try Graph(parsing: "octet-ir 1\n" + text, makeOp: OpCatalog.makeOp)
    let log = DiagnosticLog()
    _ = try? PreparedGraph(graph, arenaLimit: arenaLimit, log: log)
    return log.diagnostics.map { $0.code }
  }

  static let chain = "graph @main(%x: f32[32]) -> (%y) {\n %y = relu(%x)\n}"

  @Test(arguments: [(256, false), (255, true)])
  func theArenaLimitIsTheMostThatIsTaken(_ limit: Int, _ isRefused: Bool) throws {
    #expect(try codes(Self.chain, arenaLimit: limit) == (isRefused ? [.arenaTooLarge] : []))
  }

  /// Sizes whose sum is beyond any memory.
  @Test func tensorsTooLargeForAnyArena() throws {
    let huge = "f32[2147483647,536870911]"
    let text = "graph @main(%x: \(huge)) -> (%b) {\n %a = relu(%x)\n %b = relu(%a)\n}"
    #expect(try codes(text) == [.arenaTooLarge, .arenaTooLarge, .arenaTooLarge])
  }

  @Test func everyNodeThatCannotRunIsListed() throws {
    let found = try codes(
      """
      graph @main(%x: f32[2]) -> (%c) {
        %a = foreign(%x) {framework = caffe, type = "A"} : f32[2]
        %b = relu(%a)
        %c = foreign(%b) {framework = caffe, type = "B"} : f32[2]
      }
      """)
    #expect(found == [.noKernel, .noKernel])
  }

  /// What a subgraph cannot run is told of the node that runs it.
  @Test func subgraphsArePreparedToo() throws {
    #expect(
      try codes(
        """
        graph @main(%x: f32[2]) -> (%y) {
          graph @test(%i: f32[2]) -> (%go) {
            %go = const hex "01" : bool[]
          }
          graph @step(%i: f32[2]) -> (%next) {
            %next = foreign(%i) {framework = caffe, type = "A"} : f32[2]
          }
          %y = while(%x) {condition = @test, body = @step} : f32[2]
        }
        """) == [.noKernel])
  }

  /// The arena's limit holds for the arenas of subgraphs too.
  @Test(arguments: [(768, false), (767, true)])
  func subgraphsShareTheLimit(_ limit: Int, _ isRefused: Bool) throws {
    let text = """
      graph @main(%x: f32[64]) -> (%y) {
        graph @test(%i: f32[64]) -> (%go) {
          %go = const hex "00" : bool[]
        }
        graph @step(%i: f32[64]) -> (%next) {
          %axis = const [0] : i32[1]
          %next = reverse_v2(%i, %axis)
        }
        %y = while(%x) {condition = @test, body = @step}
      }
      """
    #expect(try codes(text, arenaLimit: limit) == (isRefused ? [.arenaTooLarge] : []))
  }

  @Test(arguments: [
    // Scales that an operator must have, or must have in common.
    "%y = relu(%x) : i8[4]",
    "%y = relu(%x) : i8[4]{axis 0: 0.5:0, 0.5:0, 0.5:0, 0.5:0}",
    "%y = concatenation(%x, %x) {axis = 0} : i8[8]{0.5:1}",
    "%y = maximum(%x, %x) : i8[4]{0.25:3}",
    "%y = softmax(%x) : i8[4]{0.5:3}",
    "%y = hard_swish(%x) : i8[4]{0.00390625:3}",
    "%y = minimum(%x, %x) : i8[4]{0.25:3}",
    "%y = sub(%x, %x) : i8[4]",
    "%c = const hex \"00000101\" : bool[4]\n%y = select_v2(%c, %x, %x) : i8[4]{0.5:2}",
    "%a = const [0] : i32[1]\n%y = reduce_max(%x, %a) : i8[]{0.5:2}",
    "%y = abs(%x) : i8[4]",
    "%y = gelu(%x) : i8[4]",
    "%a = const [0] : i32[1]\n%y = mean(%x, %a) : i8[]",
    // Weights with their scales along another dimension, or off centre.
    "%w = const random 1 : i8[2,4]{axis 1: 0.5:0, 0.5:0, 0.5:0, 0.5:0}\n%y = fully_connected(%x, %w) : i8[1,2]{0.5:3}",
    "%w = const random 1 : i8[2,4]{axis 0: 0.5:0, 0.5:1}\n%y = fully_connected(%x, %w) : i8[1,2]{0.5:3}",
    "%w = const random 1 : i8[2,4]\n%y = fully_connected(%x, %w) : i8[1,2]{0.5:3}",
  ])
  func scalesWithoutAKernel(_ body: String) throws {
    #expect(try codes("graph @main(%x: i8[4]{0.5:3}) -> (%y) {\n\(body)\n}") == [.noKernel])
  }

  /// Samples are read from a model that gives places and bools, and not fed to one that takes places.
  @Test func samplesOfPlacesAndBools() throws {
    let graph = try Graph(
      parsing: """
        octet-ir 1
        graph @main(%x: f32[1,3]) -> (%p, %q, %b) {
          %a = const [1] : i32[]
          %k = const [0] : f32[]
          %p = arg_max(%x, %a)
          %q = arg_min(%x, %a) {type = int64}
          %b = less(%x, %k)
        }
        """, makeOp: OpCatalog.makeOp)
    var results: [[[Float]]] = []
    let loop = try SampleLoop(try PreparedGraph(graph, log: DiagnosticLog()))
    try loop.run([Tensor([2, 3], [5, -1, 2, -7, 1, 8])], log: DiagnosticLog()) { _, outputs in
      results.append(outputs)
    }
    #expect(results == [[[0], [1], [0, 1, 0]], [[2], [0], [1, 0, 0]]])
    let ofTruth = try Graph(
      parsing: "octet-ir 1\ngraph @main(%x: bool[1]) -> (%y) {\n %y = logical_not(%x)\n}",
      makeOp: OpCatalog.makeOp)
    #expect(throws: Diagnostic.self) {
      try SampleLoop(try PreparedGraph(ofTruth, log: DiagnosticLog()))
    }
  }

  /// Whole numbers are rounded, and end where float32 has the last ones that int32 holds too.
  @Test(arguments: ["i32", "i64"]) func samplesOfWholeNumbers(_ type: String) throws {
    let graph = try Graph(
      parsing: "octet-ir 1\ngraph @main(%x: \(type)[1,4]) -> (%y) {\n %k = const [1] : \(type)[]\n"
        + " %y = mul(%x, %k)\n}", makeOp: OpCatalog.makeOp)
    let loop = try SampleLoop(try PreparedGraph(graph, log: DiagnosticLog()))
    var results: [[[Float]]] = []
    try loop.run([Tensor([1, 4], [-7, 2.5, .infinity, .nan])], log: DiagnosticLog()) { _, outputs in
      results.append(outputs)
    }
    #expect(results == [[[-7, 3, 0x1p31 - 128, 0]]])
  }

  /// Contents that begin at an odd address, as in a mapped file.
  @Test func unalignedConstantsAreRead() throws {
    let bytes = Storage([UInt8](repeating: 0, count: 1 + 8))
    let values = Storage([Float(2), 3])
    UnsafeMutableRawBufferPointer(rebasing: bytes.mutableBytes[1...])
      .copyMemory(from: values.bytes)
    var graph = try Graph(
      parsing: """
        octet-ir 1
        graph @main(%x: f32[2]) -> (%y) {
          %k = const [0, 0] : f32[2]
          %y = add(%x, %k)
        }
        """, makeOp: OpCatalog.makeOp)
    let constant = ValueID(try #require(graph.values.firstIndex { $0.name == "k" }))
    graph[constant].constant = Storage(
      borrowing: UnsafeRawBufferPointer(rebasing: bytes.bytes[1...]), owner: bytes)
    let prepared = try PreparedGraph(graph, log: DiagnosticLog())
    for i in 0..<2 { prepared.inputs[0].float32[i] = 10 }
    prepared.invoke()
    #expect((0..<2).map { prepared.outputs[0].float32[$0] } == [12, 13])
  }

  @Test(arguments: [
    (
      ElementType.int8, [Float(-128), 0.2, 0.25, -0.25, 100, -100],
      [Int32(-128), 3, 4, 2, 127, -128]
    ),
    (.uint8, [-128, 0.2, 0.25, -0.25, 100, -100], [0, 3, 4, 2, 203, 0]),
  ])
  func writingQuantizes(_ element: ElementType, _ values: [Float], _ codes: [Int32]) throws {
    let name = element.shortName
    let graph = try Graph(
      parsing: "octet-ir 1\ngraph @main(%x: \(name)[6]{0.5:3}) -> (%x) {\n}",
      makeOp: OpCatalog.makeOp)
    let prepared = try PreparedGraph(graph, log: DiagnosticLog())
    let view = prepared.inputs[0]
    values.withUnsafeBufferPointer { view.write($0) }
    let found = (0..<6).map {
      element == .int8 ? Int32(view.int8[$0]) : Int32(view.uint8[$0])
    }
    #expect(found == codes)
    #expect(view.real(4) == Float(codes[4] - 3) * 0.5)
    withExtendedLifetime(prepared) {}
  }
}
