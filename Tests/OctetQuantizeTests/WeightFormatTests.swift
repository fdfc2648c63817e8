import OctetDiagnostics
import OctetIR
import OctetOps
import OctetQuantize
import OctetRuntime
import Testing

/// Float models with weights of fewer bytes.
@Suite struct WeightFormatTests {
  let log = DiagnosticLog()

  func graph(_ text: String) throws -> Graph {
    try Graph(parsing: "octet-ir 1\n" + text, makeOp: OpCatalog.makeOp)
  }

  func run(_ graph: Graph, usesReference: Bool = false, _ value: (Int) -> Float) throws -> [UInt32]
  {
    let log = DiagnosticLog()
    try #require(graph.verify(into: log), "\(log.diagnostics)")
    let prepared = try PreparedGraph(graph, usesReference: usesReference, log: log)
    for i in 0..<prepared.inputs[0].count { prepared.inputs[0].float32[i] = value(i) }
    prepared.invoke()
    let output = prepared.outputs[0]
    return (0..<output.count).map { output.float32[$0].bitPattern }
  }

  func wave(_ i: Int) -> Float { Float(i * 7919 % 1000) / 300 - 1 }

  let dense = """
    graph @main(%x: f32[1,4]) -> (%y) {
      %w = const [1.0, 0.1, 65504.0, -0.0000001, 3.0, 4.0, 5.0, 6.0] : f32[2,4]
      %b = const [0.333, 70000.0] : f32[2]
      %one = const [0.1] : f32[1]
      %h = fully_connected(%x, %w, %b)
      %y = mul(%h, %one)
    }
    """

  @Test func constantsBecomeHalves() throws {
    let result = try graph(dense).withFloat16Weights(log: log)
    #expect(result.nodes.map { $0.op.name } == ["dequantize", "fully_connected", "mul"])
    let halves = result.values.filter { $0.type.element == .float16 }
    #expect(halves.map { $0.name } == ["w"], "70000 is beyond float16, and a single number stays")
    #expect(
      halves[0].constant?.array(of: UInt16.self) == [
        0x3C00, 0x2E66, 0x7BFF, 0x8002, 0x4200, 0x4400, 0x4500, 0x4600,
      ])
    let rounded = try graph(
      dense.split(separator: "0.1, 65504.0, -0.0000001", maxSplits: 1)
        .joined(separator: "0.0999755859375, 65504.0, -0.00000011920928955078125"))
    #expect(try run(result, wave) == run(rounded, wave))
    #expect(throws: DiagnosticFailure.self) { try result.withFloat16Weights(log: self.log) }
    #expect(log.diagnostics.map { $0.code } == [.alreadyQuantized])
  }

  /// A constant that two layers read is stored and dequantized once.
  @Test func sharedConstants() throws {
    let result = try graph(
      """
      graph @main(%x: f32[4,4]) -> (%z) {
        %w = const random 1 : f32[4,4]
        %y = fully_connected(%x, %w)
        %z = fully_connected(%y, %w)
      }
      """
    ).withFloat16Weights(log: log)
    #expect(
      result.nodes.map { $0.op.name } == ["dequantize", "fully_connected", "fully_connected"])
  }

  func layers(_ depth: Int) -> String {
    """
    graph @main(%x: f32[1,8,8,16]) -> (%y) {
      %w = const random 1 : f32[8,3,3,16]
      %b = const random 2 : f32[8]
      %c = conv_2d(%x, %w, %b) {padding = same, activation = relu}
      %d = const random 3 : f32[1,11,12,8]
      %e = depthwise_conv_2d(%c, %d, _) {padding = same, depth_multiplier = 1}
      %f = reshape(%e) {shape = [1, 512]}
      %g = const random 4 : f32[\(depth),512]
      %y = fully_connected(%f, %g)
    }
    """
  }

  /// Weights of 1152, 1056 and 1024 elements are quantized, those of 512 are not.
  @Test(arguments: [(1, [true, true, false]), (2, [true, true, true])])
  func weightsBecomeCodes(_ depth: Int, _ isHybrid: [Bool]) throws {
    let float = try graph(layers(depth))
    let result = try float.withDynamicRange(log: log)
    let layers = result.nodes.filter { $0.op.name != "reshape" }
    let types = layers.map { result[$0.inputs[1]!].type }
    #expect(types.map { $0.element == .int8 } == isHybrid)
    #expect(types.map { $0.quantization?.axis } == [0, 3, isHybrid[2] ? 0 : nil])
    #expect(result[layers[0].inputs[2]!].type.element == .float32)
    let (own, exact) = (try run(result, wave), try run(float, wave))
    let largest = exact.map { abs(Float(bitPattern: $0)) }.max() ?? 0
    for (a, b) in zip(own, exact) {
      #expect(abs(Float(bitPattern: a) - Float(bitPattern: b)) < 0.1 * largest)
    }
    #expect(throws: DiagnosticFailure.self) { try result.withDynamicRange(log: self.log) }
  }

  /// Filters that training has rounded with one scale get it once for each channel, as kernels read it.
  @Test func trainedWeights() throws {
    let result = try graph(
      """
      graph @main(%x: f32[1,8,8,8]) -> (%y) {
        %w = const splat 0.5 : f32[1,12,12,8]{0.25:0}
        %y = depthwise_conv_2d(%x, %w, _) {padding = same, depth_multiplier = 1}
      }
      """
    ).withDynamicRange(log: log)
    let weights = result[result.nodes[0].inputs[1]!]
    #expect(
      weights.type.quantization
        == Quantization(scales: [Float](repeating: 0.25, count: 8), axis: 3))
    #expect(weights.constant?.array(of: Int8.self).allSatisfy { $0 == 2 } == true)
  }

  /// Kernels for real numbers give the sums of codes exactly: in one part, in two, and where the definition is needed.
  @Test(arguments: [1, 33, 1000, 3000, 5000])
  func kernelsGiveTheDefinitionsBits(_ depth: Int) throws {
    let dense = try graph(
      """
      graph @main(%x: f32[3,\(depth)]) -> (%y) {
        %w = const random 1 : i8[5,\(depth)]{axis 0: 0.01:0, 0.02:0, 0.03:0, 0.04:0, 0.05:0}
        %b = const random 2 : f32[5]
        %y = fully_connected(%x, %w, %b) {activation = relu, asymmetric = true}
      }
      """)
    #expect(try run(dense, wave) == run(dense, usesReference: true, wave))
    let convolution = try graph(
      """
      graph @main(%x: f32[2,5,4,\(depth)]) -> (%z) {
        %w = const random 1 : i8[3,2,2,\(depth)]{axis 0: 0.01:0, 0.02:0, 0.03:0}
        %b = const random 2 : f32[3]
        %y = conv_2d(%x, %w, %b) {padding = same}
        %z = leaky_relu(%y) {alpha = 0.1}
      }
      """)
    #expect(try run(convolution, wave) == run(convolution, usesReference: true, wave))
    let scales = (0..<depth).map { "0.0\($0 % 9 + 1):0" }.joined(separator: ", ")
    let depthwise = try graph(
      """
      graph @main(%x: f32[2,5,4,\(depth)]) -> (%y) {
        %w = const random 1 : i8[1,3,2,\(depth)]{axis 3: \(scales)}
        %b = const random 2 : f32[\(depth)]
        %y = depthwise_conv_2d(%x, %w, %b) {padding = same, depth_multiplier = 1}
      }
      """)
    #expect(try run(depthwise, wave) == run(depthwise, usesReference: true, wave))
  }

  /// Numbers that are not finite reach the results without harm.
  @Test(arguments: [Float.nan, .infinity, -.infinity, .greatestFiniteMagnitude])
  func numbersWithoutCodes(_ number: Float) throws {
    for form in ["asymmetric = true", "activation = relu6"] {
      let dense = try graph(
        """
        graph @main(%x: f32[1,40]) -> (%y) {
          %w = const random 1 : i8[2,40]{0.01:0}
          %y = fully_connected(%x, %w) {\(form)}
        }
        """)
      #expect(try run(dense) { $0 == 7 ? number : self.wave($0) }.count == 2)
    }
  }
}
