import OctetDiagnostics
import OctetIR
import OctetOps
import OctetRuntime
import Testing

/// Steps that join nodes, and tensors made in place, give what single nodes give.
@Suite struct JoinedStepsTests {
  func graph(_ body: String) throws -> Graph {
    try Graph(parsing: "octet-ir 1\n" + body, makeOp: OpCatalog.makeOp)
  }

  /// The bytes of the outputs on pseudo-random inputs.
  func outputs(_ prepared: PreparedGraph) -> [[UInt8]] {
    var generator = SplitMix64(seed: 5)
    for view in prepared.inputs {
      for i in 0..<view.count {
        if view.element == .float32 {
          view.float32[i] = Float.random(in: -1...1, using: &generator)
        } else {
          view.uint8[i] = UInt8.random(in: 0...255, using: &generator)
        }
      }
    }
    prepared.invoke()
    return prepared.outputs.map { $0.copy().storage.array(of: UInt8.self) }
  }

  /// - Parameters:
  ///   - steps: Those of the joined graph.
  ///   - inPlace: Tensors that are made in another one.
  func check(_ body: String, steps: Int, inPlace: Int = 0) throws {
    let graph = try graph(body)
    let log = DiagnosticLog()
    let single = try PreparedGraph(graph, keepsAllTensors: true, log: log)
    let expected = outputs(single)
    #expect(single.steps.count == graph.nodes.count)
    for threads in [1, 2] {
      let joined = try PreparedGraph(graph, threads: threads, log: log)
      #expect(joined.steps.count == steps)
      #expect(joined.plan.allocations.filter { $0.sharedWith != nil }.count == inPlace)
      #expect(outputs(joined) == expected)
    }
  }

  @Test func elementwiseOperatorsJoinTheLayerBeforeThem() throws {
    for op in [
      "leaky_relu(%c) {alpha = 0.1}", "logistic(%c)", "tanh(%c)", "relu(%c)", "relu6(%c)",
      "hard_swish(%c)", "exp(%c)", "abs(%c)", "elu(%c)", "gelu(%c)", "quantize(%c)",
    ] {
      let scale = op.hasPrefix("logistic") ? "0.00390625:-128" : "0.05:4"
      try check(
        """
        graph @main(%x: i8[1,9,8,3]{0.05:-7}) -> (%y) {
          %w = const random 2 : i8[17,3,3,3]{0.01:0}
          %c = conv_2d(%x, %w, _) {padding = same} : i8[1,9,8,17]{0.1:3}
          %y = \(op) : i8[1,9,8,17]{\(scale)}
        }
        """, steps: 1)
    }
    try check(
      """
      graph @main(%x: f32[1,9,8,3]) -> (%y, %z) {
        %w = const random 2 : f32[17,3,3,3]
        %c = conv_2d(%x, %w, _) {padding = same}
        %y = leaky_relu(%c) {alpha = 0.1}
        %d = conv_2d(%x, %w, _) {padding = same}
        %z = leaky_relu(%d) {alpha = 2.0}
      }
      """, steps: 3)
  }

  /// A tensor that somebody else reads, or that is an output, is made.
  @Test func whatOthersReadIsMade() throws {
    try check(
      """
      graph @main(%x: i8[1,4,4,3]{0.05:-7}) -> (%y, %c, %z) {
        %w = const random 2 : i8[5,3,3,3]{0.01:0}
        %c = conv_2d(%x, %w, _) {padding = same} : i8[1,4,4,5]{0.1:3}
        %y = leaky_relu(%c) {alpha = 0.1} : i8[1,4,4,5]{0.1:3}
        %d = conv_2d(%x, %w, _) {padding = same} : i8[1,4,4,5]{0.1:3}
        %e = leaky_relu(%d) {alpha = 0.1} : i8[1,4,4,5]{0.1:3}
        %z = add(%d, %e) : i8[1,4,4,5]{0.2:3}
      }
      """, steps: 5)
  }

  @Test func zerosAroundAnImageAreTheLayersBorder() throws {
    for padding in ["same", "valid"] {
      try check(
        """
        graph @main(%x: i8[1,7,6,16]{0.05:-7}, %v: f32[1,7,6,4]) -> (%y, %z, %u) {
          %p = const [0, 0, 1, 2, 0, 3, 0, 0] : i32[4,2]
          %w = const random 2 : i8[5,3,3,16]{0.01:0}
          %a = pad(%x, %p) : i8[1,10,9,16]{0.05:-7}
          %y = conv_2d(%a, %w, _) {padding = \(padding), stride = [2, 1]} : i8[1,HEIGHT,WIDTH,5]{0.1:3}
          %d = const random 3 : i8[1,3,3,16]{0.01:0}
          %b = pad(%x, %p) : i8[1,10,9,16]{0.05:-7}
          %z = depthwise_conv_2d(%b, %d, _) {depth_multiplier = 1, padding = \(padding)} : i8[1,HEIGHT,WIDTH,16]{0.1:3}
          %f = const random 4 : f32[5,3,3,4]
          %c = pad(%v, %p)
          %u = conv_2d(%c, %f, _) {padding = \(padding)}
        }
        """
        .fittingExtents(isSame: padding == "same"), steps: 3)
    }
  }

  @Test func joinedTensorsAreMadeInPlace() throws {
    try check(
      """
      graph @main(%x: i8[1,4,4,3]{0.05:-7}, %r: i8[1,4,4,2]{0.1:3}) -> (%y) {
        %w = const random 2 : i8[21,3,3,3]{0.01:0}
        %c = conv_2d(%x, %w, _) {padding = same} : i8[1,4,4,21]{0.1:3}
        %d = const random 3 : i8[1,3,3,3]{0.01:0}
        %e = depthwise_conv_2d(%x, %d, _) {depth_multiplier = 1, padding = same} : i8[1,4,4,3]{0.1:3}
        %m = max_pool_2d(%r) {filter = [2, 2], stride = [2, 2], padding = valid} : i8[1,2,2,2]{0.1:3}
        %n = const [4, 4] : i32[2]
        %u = resize_nearest_neighbor(%m, %n) : i8[1,4,4,2]{0.1:3}
        %y = concatenation(%c, %r, %e, %u) {axis = -1} : i8[1,4,4,28]{0.1:3}
      }
      """, steps: 5, inPlace: 3)
    // Along the first dimension that is not 1 bytes lie together, whoever makes them.
    try check(
      """
      graph @main(%x: f32[1,4,4,3], %z: f32[1,4,4,3]) -> (%y) {
        %a = add(%x, %z)
        %b = relu(%x)
        %y = concatenation(%a, %b, %z) {axis = 1}
      }
      """, steps: 3, inPlace: 2)
  }

  /// More items than the pool shares: one for each of many small images.
  @Test func manyImages() throws {
    let graph = try graph(
      """
      graph @main(%x: i8[8388609,1,1,1]{1.0:0}) -> (%y) {
        %y = max_pool_2d(%x) {filter = [1, 1], stride = [1, 1], padding = valid} : i8[8388609,1,1,1]{1.0:0}
      }
      """)
    let prepared = try PreparedGraph(graph, threads: 2, log: DiagnosticLog())
    let count = prepared.inputs[0].count
    for i in 0..<count { prepared.inputs[0].int8[i] = Int8(truncatingIfNeeded: i) }
    prepared.invoke()
    #expect((0..<count).allSatisfy { prepared.outputs[0].int8[$0] == Int8(truncatingIfNeeded: $0) })
  }

  /// A filter that is computed has no fast kernel; its results are copied to where they belong.
  @Test func theReferenceWritesApartToo() throws {
    try check(
      """
      graph @main(%x: f32[1,4,4,3], %w: f32[5,3,3,3], %d: f32[1,3,3,3]) -> (%y) {
        %a = conv_2d(%x, %w, _) {padding = same}
        %b = depthwise_conv_2d(%x, %d, _) {depth_multiplier = 1, padding = same}
        %y = concatenation(%a, %b) {axis = 3}
      }
      """, steps: 3, inPlace: 2)
  }
}

extension String {
  /// Puts in the extents of three by three windows over 10 x 9 pixels: the first of stride 2 and 1.
  fileprivate func fittingExtents(isSame: Bool) -> String {
    let first = replacing("i8[1,HEIGHT,WIDTH,5]", with: isSame ? "i8[1,5,9,5]" : "i8[1,4,7,5]")
    return first.replacing("i8[1,HEIGHT,WIDTH,16]", with: isSame ? "i8[1,10,9,16]" : "i8[1,8,7,16]")
  }
}
