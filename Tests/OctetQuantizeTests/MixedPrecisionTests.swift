import OctetDiagnostics
import OctetIR
import OctetOps
import OctetQuantize
import OctetRuntime
import Testing

/// Layers of several types in one graph: what they become and where their values are converted.
@Suite struct MixedPrecisionTests {
  let log = DiagnosticLog()
  let net = """
    graph @main(%x: f32[1,4,4,2]) -> (%y, %z) {
      %w = const random 1 : f32[3,3,3,2]
      %b = const random 2 : f32[3]
      %first = conv_2d(%x, %w, %b) {padding = same}
      %leaky = leaky_relu(%first) {alpha = 0.1}
      %v = const random 3 : f32[4,48]
      %pool = max_pool_2d(%leaky) {filter = [2, 2], stride = [1, 1], padding = same}
      %flat = reshape(%pool) {shape = [1, 48]}
      %dense = fully_connected(%flat, %v, _)
      %y = softmax(%dense)
      %z = tanh(%leaky)
    }
    """

  func quantized(
    _ text: String, ranges: [String: (Float, Float)] = [:],
    _ change: (inout QuantizerOptions) -> Void = { _ in }
  ) throws -> Graph {
    let graph = try Graph(parsing: "octet-ir 1\n" + text, makeOp: OpCatalog.makeOp)
    let entries = graph.values.filter { $0.constant == nil }.map { value in
      let (low, high) = ranges[value.name] ?? (-2, 1)
      return (name: value.name, range: CalibrationTable.Range(low: low, high: high))
    }
    let table = CalibrationTable(
      algorithm: "min-max", model: GraphHash(), preprocessing: "", samples: 1, entries: entries)
    var options = QuantizerOptions()
    change(&options)
    try options.layers.check(fits: graph, log)
    let result = try Quantizer.quantize(graph, table, options, log: log)
    _ = try PreparedGraph(result, log: log)
    return result
  }

  /// The operators with the types of what they give.
  func steps(_ graph: Graph) -> [String] {
    graph.nodes.map { "\($0.op.name) \(graph[$0.outputs[0]].type.element.name)" }
  }

  func type(_ name: String, _ graph: Graph) throws -> TensorType {
    try #require(graph.values.first { $0.name == name }, "no value \(name)").type
  }

  @Test func allInt16() throws {
    let result = try quantized(net) { $0.layers.setPrecision(.int16, of: "*") }
    #expect(
      steps(result) == [
        "conv_2d int16", "leaky_relu int16", "max_pool_2d int16", "reshape int16",
        "fully_connected int16", "softmax int16", "tanh int16",
      ])
    let scale: Float = 2 / 32767
    #expect(try type("x", result).quantization == Quantization(scale: scale, zeroPoint: 0))
    #expect(try type("w", result).element == .int8)
    let bias = try type("b", result)
    let weights = try #require(try type("w", result).quantization)
    #expect(bias.element == .int64)
    #expect(bias.quantization == Quantization(scales: weights.scales.map { scale * $0 }, axis: 0))
    // The specification gives the range of these.
    for name in ["y", "z"] {
      #expect(try type(name, result).quantization == Quantization(scale: 1 / 32768, zeroPoint: 0))
    }
    // A result like its input has its scale.
    #expect(try type("pool", result).quantization == type("leaky", result).quantization)
  }

  /// %leaky is converted once for the two that read it.
  @Test func valuesAreConvertedWhereTheirTypeChanges() throws {
    let result = try quantized(net) {
      $0.layers.setPrecision(.int16, of: "first")
      $0.layers.setPrecision(.int16, of: "le?ky")
    }
    #expect(
      steps(result) == [
        "conv_2d int16", "leaky_relu int16", "quantize int8", "max_pool_2d int8", "reshape int8",
        "fully_connected int8", "softmax int8", "tanh int8",
      ])
    #expect(try type("x", result).element == .int16)
    #expect(try type("leaky/int8", result).quantization == .asymmetricInt8(low: -2, high: 1))
    #expect(result.outputs.map { result[$0].name } == ["y", "z"])
  }

  @Test func floatLayersKeepTheirConstants() throws {
    let result = try quantized(net) {
      $0.layers.setPrecision(.float32, of: "*")
      $0.layers.setPrecision(.int8, of: "pool")
      $0.layers.setPrecision(.int16, of: "z")
      $0.outputType = .float32
    }
    #expect(
      steps(result) == [
        "conv_2d float32", "leaky_relu float32", "quantize int8", "max_pool_2d int8",
        "dequantize float32", "reshape float32", "fully_connected float32", "softmax float32",
        "quantize int16", "tanh int16", "dequantize float32",
      ])
    #expect(try type("w", result) == TensorType(.float32, [3, 3, 3, 2]))
    #expect(try type("b", result).element == .float32)
    #expect(result.outputs.map { result[$0].name } == ["y", "z"])
  }

  /// A layer's result is stored as what is asked for, and read as that.
  @Test func resultsOfAnotherType() throws {
    let result = try quantized(net) {
      $0.layers.setOutputType(.int16, of: "first")
      $0.layers.setOutputType(.float32, of: "y")
    }
    #expect(
      steps(result) == [
        "conv_2d int8", "quantize int16", "quantize int8", "leaky_relu int8", "max_pool_2d int8",
        "reshape int8", "fully_connected int8", "softmax int8", "dequantize float32", "tanh int8",
      ])
    #expect(try type("first", result).element == .int16)
    #expect(try type("y", result).element == .float32)
    #expect(
      try type("y/int8", result).quantization == Quantization(scale: 1 / 256, zeroPoint: -128))
  }

  @Test(arguments: InterfaceType.allCases) func ends(_ end: InterfaceType) throws {
    for precision in LayerPrecision.allCases {
      let result = try quantized(net) {
        $0.layers.setPrecision(precision, of: "*")
        $0.inputType = end
        $0.outputType = end
      }
      for id in result.inputs + result.outputs {
        #expect(result[id].type.element.name == end.rawValue, "\(precision)")
      }
      #expect(result.inputs.map { result[$0].name } == ["x"])
      #expect(result.outputs.map { result[$0].name } == ["y", "z"])
    }
  }

  /// What is converted for a reader serves an output of that type too.
  @Test func anOutputSharesAForm() throws {
    let result = try quantized(
      "graph @main(%x: f32[1,4]) -> (%a, %y) {\n%a = relu(%x)\n%y = tanh(%a)\n}"
    ) {
      $0.layers.setPrecision(.float32, of: "y")
      $0.outputType = .float32
    }
    #expect(steps(result) == ["relu int8", "dequantize float32", "tanh float32"])
    #expect(result.outputs.map { result[$0].name } == ["a", "y"])
  }

  /// Values that are joined take the joint scale right where they change their type.
  @Test func joinsConvertOnce() throws {
    let result = try quantized(
      """
      graph @main(%x: f32[1,4]) -> (%y) {
        %a = relu(%x)
        %b = tanh(%x)
        %y = concatenation(%a, %b) {axis = 1}
      }
      """, ranges: ["a": (0, 1), "y": (-3, 1)]
    ) {
      $0.layers.setPrecision(.int16, of: "a")
      $0.layers.setPrecision(.float32, of: "b")
    }
    #expect(
      steps(result) == [
        "quantize int16", "relu int16", "tanh float32", "quantize int8", "quantize int8",
        "concatenation int8",
      ])
  }

  @Test func namesThatFitNothingAreAllReported() throws {
    #expect(throws: DiagnosticFailure.self) {
      try quantized(net) {
        $0.layers.setPrecision(.int16, of: "firts")
        $0.layers.setPrecision(.int16, of: "conv*")
        $0.layers.setOutputType(.int16, of: "x")
        $0.layers.setOutputType(.int16, of: "*o*l")
      }
    }
    #expect(
      log.diagnostics.map { $0.message } == [
        "no layer is called 'firts'", "no layer is called 'conv*'", "no layer is called 'x'",
      ])
    #expect(log.diagnostics.allSatisfy { $0.code == .unmatchedLayer })
    #expect(log.diagnostics[0].helps.map { $0.text } == ["did you mean 'first'?"])
  }

  @Test func layersWithoutTheFormCanStayFloat() throws {
    let body = """
      graph @main(%x: f32[1,4]) -> (%y) {
        %a = log_softmax(%x)
        %b = gelu(%a)
        %y = relu(%b)
      }
      """
    #expect(throws: DiagnosticFailure.self) {
      try quantized(body) { $0.layers.setPrecision(.int16, of: "*") }
    }
    #expect(
      log.diagnostics.map { $0.message } == [
        "'log_softmax' has no int16 form", "'gelu' has no int16 form",
      ])
    let help = try #require(log.diagnostics[0].helps.first)
    #expect(help.arguments == ["--precision", "a=float32"])
    #expect(help.result == "leaves 1 cause")
    let result = try MixedPrecisionTests().quantized(body) {
      $0.layers.setPrecision(.float32, of: "a")
    }
    #expect(
      steps(result) == [
        "log_softmax float32", "quantize int8", "gelu int8", "relu int8",
      ])
  }

  /// One scale holds the weights of all channels, and the bias has one.
  @Test func weightsOfOneScale() throws {
    let result = try quantized(
      """
      graph @main(%x: f32[1,1,1,2]) -> (%y) {
        %w = const [127, -63.5, 0, 0, -0.5, 0.1] : f32[3,1,1,2]
        %b = const [1, 2, 3] : f32[3]
        %y = conv_2d(%x, %w, %b) {padding = valid}
      }
      """
    ) { $0.weightScales = .perTensor }
    let weights = try #require(result.values.first { $0.name == "w" })
    #expect(weights.type.quantization == Quantization(scale: 1, zeroPoint: 0))
    #expect(weights.constant?.array(of: Int8.self) == [127, -64, 0, 0, -1, 0])
    #expect(try type("b", result).quantization?.axis == nil)
  }

  /// Rounding that training has found is int16's range too, and goes where nothing is rounded.
  @Test(arguments: [LayerPrecision.int16, .float32]) func trainedRanges(
    _ precision: LayerPrecision
  ) throws {
    let result = try quantized(
      """
      graph @main(%x: f32[1,4]) -> (%y) {
        %a = relu(%x)
        %q = fake_quant(%a) {low = 0, high = 2.55}
        %y = tanh(%q)
      }
      """
    ) { $0.layers.setPrecision(precision, of: "*") }
    #expect(steps(result) == ["relu \(precision.rawValue)", "tanh \(precision.rawValue)"])
    if precision == .int16 {
      let scale = try #require(try type("a", result).quantization).scale
      #expect(abs(scale * 32767 - 2.55) < 1e-5)
    }
  }
}
