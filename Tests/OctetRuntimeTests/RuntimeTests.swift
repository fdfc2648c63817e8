import COctetTestSupport
import OctetDiagnostics
import OctetIR
import OctetOps
import OctetRuntime
import Testing

@Suite struct RuntimeTests {
  func graph(_ body: String) throws -> Graph {
    try Graph(parsing: "octet-ir 1\n" + body, makeOp: OpCatalog.makeOp)
  }

  @Test(arguments: [
    (
      "graph @main(%x: f32[1,?w(\"here\")]) -> (%y) {\n %y = relu(%x)\n}",
      OctetDiagnostics.DiagnosticCode.unknownDimension
    ),
    ("graph @main(%x: f32[1,90000,90000]) -> (%y) {\n %y = relu(%x)\n}", .arenaTooLarge),
    ("graph @main(%x: f32[1,0]) -> (%y) {\n %y = relu(%x)\n}", .noKernel),
    ("graph @main(%x: i8[1,4]) -> (%y) {\n %y = relu(%x)\n}", .noKernel),
    (
      "graph @main(%x: f32[1]) -> (%y) {\n %y = foreign(%x) {framework = a, type = \"B\"} : f32[1]\n}",
      .noKernel
    ),
    ("graph @main(%x: string[1]) -> (%x) {\n}", .noKernel),
  ])
  func whatCannotRunIsDiagnosed(_ text: String, _ code: DiagnosticCode) throws {
    let log = DiagnosticLog()
    #expect(throws: DiagnosticFailure.self) { _ = try PreparedGraph(try graph(text), log: log) }
    #expect(Set(log.diagnostics.map { $0.code }) == [code])
  }

  @Test(arguments: [1, 2]) func invokeAllocatesNothing(threads: Int) throws {
    let graph = try graph(
      """
      graph @main(%x: i8[1,16,16,3]{0.05:-7}, %z: f32[1,12,12,3]) -> (%y, %v) {
        %w = const random 2 : i8[16,3,3,3]{0.01:0}
        %b = const random 3 : i32[16]{0.0005:0}
        %c0 = conv_2d(%x, %w, %b) {padding = same} : i8[1,16,16,16]{0.1:3}
        %c1 = leaky_relu(%c0) {alpha = 0.1} : i8[1,16,16,16]{0.1:3}
        %w2 = const random 5 : i8[16,3,3,16]{0.01:0}
        %c2 = conv_2d(%c1, %w2, %b) {padding = same} : i8[1,16,16,16]{0.1:3}
        %wd = const random 6 : i8[1,3,3,16]{0.01:0}
        %c = depthwise_conv_2d(%c2, %wd, %b) {depth_multiplier = 1, padding = same} : i8[1,16,16,16]{0.1:3}
        %m = max_pool_2d(%c) {filter = [2, 2], stride = [2, 2], padding = valid} : i8[1,8,8,16]{0.1:3}
        %p = average_pool_2d(%m) {filter = [2, 2], stride = [2, 2], padding = valid} : i8[1,4,4,16]{0.1:3}
        %a = add(%p, %p) : i8[1,4,4,16]{0.2:3}
        %s = const [1, 256] : i32[2]
        %r = reshape(%a, %s) {shape = [1, 256]} : i8[1,256]{0.2:3}
        %f = const random 4 : i8[5,256]{0.02:0}
        %d = fully_connected(%r, %f, _) : i8[1,5]{0.2:0}
        %l = leaky_relu(%d) {alpha = 0.1} : i8[1,5]{0.2:0}
        %y = softmax(%l) {beta = 1.0} : i8[1,5]{0.00390625:-128}
        %u = const random 7 : f32[16,3,3,3]
        %u2 = const random 8 : f32[8,3,3,16]
        %v0 = conv_2d(%z, %u, _) {padding = same}
        %v = conv_2d(%v0, %u2, _) {padding = same}
      }
      """)
    let prepared = try PreparedGraph(graph, threads: threads, log: DiagnosticLog())
    prepared.invoke()
    let before = octet_test_allocations()
    for _ in 0..<100 { prepared.invoke() }
    let after = octet_test_allocations()
    #expect(after == before)
    _ = Storage(byteCount: 64)
    #expect(octet_test_allocations() > after, "allocations are not counted")
  }

  /// Loop variables are written where they lie, with a list that is updated in place.
  @Test(arguments: [1, 2]) func loopsAllocateNothing(threads: Int) throws {
    let graph = try graph(
      """
      graph @main(%x: f32[1,16], %l: f32[100,16], %i: i32[]) -> (%z, %m, %j) {
        graph @isLess(%x: f32[1,16], %l: f32[100,16], %i: i32[]) -> (%t) {
          %n = const [100] : i32[]
          %t = less(%i, %n)
        }
        graph @turn(%x: f32[1,16], %l: f32[100,16], %i: i32[]) -> (%y, %m, %j) {
          %w = const random 2 : f32[16,16]
          %y = fully_connected(%x, %w, _)
          %s = const [1] : i32[1]
          %r = reshape(%i, %s) {shape = [1]}
          %o = const [0] : i32[1]
          %p = concatenation(%r, %o) {axis = 0}
          %m = dynamic_update_slice(%l, %y, %p)
          %one = const [1] : i32[]
          %j = add(%i, %one)
        }
        %z, %m, %j = while(%x, %l, %i) {condition = @isLess, body = @turn} : f32[1,16], f32[100,16], i32[]
      }
      """)
    let log = DiagnosticLog()
    try #require(graph.verify(into: log), "\(log.diagnostics)")
    let prepared = try PreparedGraph(graph, threads: threads, log: log)
    #expect(prepared.arenaBytes < 2 * 6400 + 1024, "the body has no list of its own")
    func run() {
      for i in 0..<16 { prepared.inputs[0].float32[i] = 1 }
      prepared.inputs[2].int32[0] = 0
      prepared.invoke()
    }
    run()
    let before = octet_test_allocations()
    for _ in 0..<100 { run() }
    #expect(octet_test_allocations() == before)
    #expect(prepared.outputs[2].int32[0] == 100)
    let list = prepared.outputs[1].float32
    #expect((0..<16).allSatisfy { list[99 * 16 + $0] == prepared.outputs[0].float32[$0] })
  }

  /// A loop without end is ended, also where each of its turns has a loop without end.
  @Test func variablesBeginAnewUnlessKept() throws {
    let graph = try Graph(
      parsing: """
        octet-ir 1
        graph @main(%x: f32[1]) -> (%y) {
          graph @first() -> () {
            %v = var_handle() {container = "", variable = "sum"}
            %c = const [10] : f32[1]
            assign_variable(%v, %c)
          }
          call_once() {graph = @first}
          %h = var_handle() {container = "", variable = "sum"}
          %before = read_variable(%h) {type = f32, extents = [1]}
          %y = add(%before, %x)
          assign_variable(%h, %y)
        }
        """, makeOp: OpCatalog.makeOp)
    let prepared = try PreparedGraph(graph, log: DiagnosticLog())
    func run() -> Float {
      prepared.inputs[0].float32[0] = 1
      prepared.invoke()
      return prepared.outputs[0].float32[0]
    }
    #expect([run(), run()] == [11, 11])
    prepared.keepsVariables = true
    #expect([run(), run()] == [12, 13])
    prepared.keepsVariables = false
    #expect(run() == 11)
  }

  /// What a layer keeps counts from run to run in the same way: here its last three inputs, as digits of a number.
  @Test func statesGoOnWhereVariablesAreKept() throws {
    let graph = try graph(
      """
      graph @main(%x: f32[1,1], %q: i8[1,1]{1.0:0}) -> (%y, %z) {
        %w = const [1] : f32[1,1]
        %t = const [100, 10, 1] : f32[1,3]
        %y = svdf(%x, %w, %t) {rank = 1}
        %v = const [1] : i8[1,1]{1.0:0}
        %u = const [100, 10, 1] : i16[1,3]{1.0:0}
        %z = svdf(%q, %v, %u) {rank = 1, activation = relu, state_scale = 1} : i8[1,1]{2.0:-128}
      }
      """)
    let prepared = try PreparedGraph(graph, log: DiagnosticLog())
    func run(_ digit: Int8) -> [Float] {
      prepared.inputs[0].float32[0] = Float(digit)
      prepared.inputs[1].int8[0] = digit
      prepared.invoke()
      return [prepared.outputs[0].float32[0], Float(prepared.outputs[1].int8[0]) + 128]
    }
    #expect([run(1), run(2)] == [[1, 1], [2, 1]])
    prepared.keepsVariables = true
    #expect([run(3), run(4), run(5)] == [[23, 12], [234, 117], [345, 173]])
    prepared.keepsVariables = false
    #expect(run(6) == [6, 3])
  }

  /// Small tensors can have a layer keep a number for each row and each weight.
  @Test func whatALayerKeepsIsBounded() throws {
    let graph = try graph(
      """
      graph @main(%x: f32[65536,1]) -> (%y) {
        %w = const splat 1 : f32[1,1]
        %t = const splat 1 : f32[1,65536]
        %y = svdf(%x, %w, %t) {rank = 1}
      }
      """)
    let log = DiagnosticLog()
    #expect(throws: DiagnosticFailure.self) { try PreparedGraph(graph, log: log) }
    #expect(log.diagnostics.map { $0.code } == [.arenaTooLarge])
  }

  @Test func endlessLoopsEnd() throws {
    let graph = try graph(
      """
      graph @main(%x: bool[]) -> (%y) {
        graph @go(%a: bool[]) -> (%a) {
        }
        graph @outer(%a: bool[]) -> (%b) {
          graph @go(%a: bool[]) -> (%a) {
          }
          %b = while(%a) {condition = @go, body = @go} : bool[]
        }
        %y = while(%x) {condition = @go, body = @outer} : bool[]
      }
      """)
    let prepared = try PreparedGraph(graph, log: DiagnosticLog())
    prepared.inputs[0].uint8[0] = 1
    prepared.invoke()
    #expect(throws: Diagnostic.self) { try prepared.requireSoundRun() }
    prepared.inputs[0].uint8[0] = 0
    prepared.invoke()
    try prepared.requireSoundRun()
  }

  /// Subgraphs are prepared for each node that runs them, which a small file could make very many.
  @Test func subgraphsAreCounted() throws {
    var text = "graph @g(%a: bool[]) -> (%a) {\n}\n"
    for _ in 0..<4 {
      var calls = ""
      for node in 0..<40 {
        calls += "%v\(node + 1) = while(%v\(node)) {condition = @g, body = @g} : bool[]\n"
      }
      text = "graph @g(%v0: bool[]) -> (%v39) {\n\(text)\(calls)}\n"
    }
    let deep = text.replacing("-> (%v39)", with: "-> (%v40)")
    let log = DiagnosticLog()
    #expect(throws: DiagnosticFailure.self) {
      _ = try PreparedGraph(try graph(deep), log: log)
    }
    #expect(log.diagnostics.last?.code == .noKernel)
  }
}
