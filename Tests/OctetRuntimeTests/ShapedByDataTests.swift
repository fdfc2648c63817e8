import OctetDiagnostics
import OctetIR
import OctetOps
import OctetRuntime
import Testing

/// Graphs in which the data decide shapes: each run has the results of its own data.
@Suite struct ShapedByDataTests {
  func graph(_ text: String) throws -> Graph {
    let graph = try Graph(parsing: "octet-ir 1\n" + text, makeOp: OpCatalog.makeOp)
    let log = DiagnosticLog()
    try #require(graph.verify(into: log), "\(log.diagnostics)")
    return graph
  }

  func run(_ prepared: PreparedGraph, _ inputs: [Tensor]) throws -> [Tensor] {
    for (view, tensor) in zip(prepared.inputs, inputs) {
      view.base.copyMemory(
        from: try #require(tensor.storage.bytes.baseAddress),
        byteCount: tensor.storage.bytes.count)
    }
    prepared.invoke()
    try prepared.requireSoundRun()
    return prepared.outputs.map { $0.copy() }
  }

  func ints(_ numbers: [Int32]) -> Tensor {
    Tensor(TensorType(.int32, Shape([numbers.count])), Storage(numbers))
  }

  /// What is chosen, summed and counted, then none of it, then as much again.
  @Test func placesAreFoundAnewInEachRun() throws {
    let prepared = try PreparedGraph(
      graph(
        """
        graph @main(%x: f32[4]) -> (%y, %t, %s) {
          %zero = const [0] : f32[]
          %axis = const [0] : i32[1]
          %m = greater(%x, %zero) : bool[4]
          %p = where(%m) : i64[?n("the data"),1]
          %y = gather_nd(%x, %p) : f32[?n("the data")]
          %t = sum(%y, %axis) : f32[]
          %s = shape(%y) : i32[1]
        }
        """), log: DiagnosticLog())
    #expect(prepared.isShapedByData && prepared.outputs.allSatisfy { $0.count == 0 })
    for (x, chosen) in [
      ([1, -1, 2, 0], [1, 2]), ([-1, -1, -2, 0], []), ([3, -1, 4, 0], [3, 4]),
      ([1, 2, 3, 4], [1, 2, 3, 4]),
    ] as [([Float], [Float])] {
      let results = try run(prepared, [Tensor([4], x)])
      #expect(results[0].extents == [chosen.count])
      #expect(results[0].storage.array(of: Float.self) == chosen)
      #expect(results[1].storage.array(of: Float.self) == [chosen.reduce(0, +)])
      #expect(results[2].storage.array(of: Int32.self) == [Int32(chosen.count)])
    }
  }

  /// A shape that takes two stages, and a layer behind it.
  @Test func stagesFollowOnEachOther() throws {
    let prepared = try PreparedGraph(
      graph(
        """
        graph @main(%x: f32[2,6], %n: i32[2]) -> (%y, %z) {
          %w = const [1, 2] : f32[1,2]
          %a = reshape(%x, %n) {shape = []} : f32[?a("the data"),?b("the data")]
          %b = slice(%a, %z0, %n) : f32[?c("the data"),?d("the data")]
          %s = shape(%b) : i32[2]
          %z = fill(%s, %five) : f32[?e("the data"),?f("the data")]
          %y = fully_connected(%a, %w, _) : f32[?a("the data"),1]
        }
        """.replacing(
          "%w = const",
          with: "%z0 = const [0, 0] : i32[2]\n%five = const [5] : f32[]\n%w = const")),
      log: DiagnosticLog())
    let x = Tensor([2, 6], (0..<12).map { Float($0) })
    let results = try run(prepared, [x, ints([6, 2])])
    #expect(results[0].extents == [6, 1])
    #expect(results[0].storage.array(of: Float.self) == [2, 8, 14, 20, 26, 32])
    #expect(results[1].storage.array(of: Float.self) == [Float](repeating: 5, count: 12))
    #expect(throws: Diagnostic.self) { try run(prepared, [x, ints([5, 2])]) }
    #expect(throws: Diagnostic.self) { try run(prepared, [x, ints([7, -1])]) }
    #expect(try run(prepared, [x, ints([6, 2])])[0].extents == [6, 1])
  }

  @Test func memoryHasABound() throws {
    let prepared = try PreparedGraph(
      graph(
        """
        graph @main(%n: i32[1]) -> (%y) {
          %one = const [1] : f32[]
          %y = fill(%n, %one) : f32[?n("the data")]
        }
        """), arenaLimit: 1 << 20, log: DiagnosticLog())
    #expect(try run(prepared, [ints([1 << 17])])[0].extents == [1 << 17])
    for count in [1 << 19, Int32.max] {
      let problem = try #require(throws: Diagnostic.self) { try run(prepared, [ints([count])]) }
      #expect(problem.code == .arenaTooLarge)
    }
    // What a run before has taken is given back.
    for count in 1..<100 as Range<Int32> {
      #expect(try run(prepared, [ints([(1 << 17) - count])])[0].extents == [(1 << 17) - Int(count)])
    }
  }

  /// A loop's body may compute shapes, if its variables keep theirs.
  @Test func loopsComputeShapes() throws {
    func loop(_ update: String) throws -> PreparedGraph {
      try PreparedGraph(
        graph(
          """
          graph @main(%x: f32[4]) -> (%y) {
            graph @less(%i: i32[1], %a: f32[4]) -> (%t) {
              %four = const [4] : i32[1]
              %t = less(%i, %four)
            }
            graph @body(%i: i32[1], %a: f32[4]) -> (%j, %b) {
              %one = const [1] : i32[1]
              %axis = const [0] : i32[1]
              %shape = const [4] : i32[1]
              %step = const [1] : i32[1]
              %j = add(%i, %one)
              %head = strided_slice(%a, %i, %j, %step) {begin_mask = 1} : f32[?n("the turn")]
              %t = sum(%head, %axis) {keep_dims = true} : f32[1]
              \(update)
            }
            %zero = const [0] : i32[1]
            %i, %y = while(%zero, %x) {condition = @less, body = @body} : i32[1], f32[4]
          }
          """), log: DiagnosticLog())
    }
    // The elements so far are added up to each: a is 1, 2, 3, 4 and gains 1; 2 + 3; ...
    let prepared = try loop("%b = add(%a, %t)")
    var wanted: [Float] = [1, 2, 3, 4]
    for turn in 1...4 { let sum = wanted[..<turn].reduce(0, +); wanted = wanted.map { $0 + sum } }
    #expect(
      try run(prepared, [Tensor([4], [1, 2, 3, 4])])[0].storage.array(of: Float.self) == wanted)
    let problem = try #require(throws: Diagnostic.self) {
      try run(try loop("%b = mul(%head, %t) : f32[?n(\"the turn\")]"), [Tensor([4], [1, 2, 3, 4])])
    }
    #expect(problem.code == .shapedByData)
  }

  @Test func calibrationNeedsShapesBefore() throws {
    let graph = try graph(
      """
      graph @main(%x: f32[4]) -> (%p) {
        %r = relu(%x)
        %p = where(%r) : i64[?n("the data"),1]
      }
      """)
    let log = DiagnosticLog()
    #expect(throws: DiagnosticFailure.self) {
      try PreparedGraph(graph, keepsAllTensors: true, log: log)
    }
    #expect(log.diagnostics.map { $0.code } == [.shapedByData])
    #expect(log.diagnostics.first?.helps.first?.arguments == ["--outputs", "r"])
  }
}
