import OctetDiagnostics
import OctetIR
import OctetOps
import OctetQuantize
import OctetRuntime
import Testing

/// What the quantizer makes of weights, joins, fixed scales and things that cannot become int8.
@Suite struct QuantizerEdgeTests {
  func parse(_ text: String) throws -> Graph {
    try Graph(parsing: "octet-ir 1\n" + text, makeOp: OpCatalog.makeOp)
  }

  /// Every float tensor that is not a constant gets the same range unless `ranges` names it.
  func quantized(
    _ graph: Graph, ranges: [String: (Float, Float)] = [:], _ log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Graph {
    let entries = graph.values.filter { $0.constant == nil }.map { value in
      let (low, high) = ranges[value.name] ?? (-1, 1)
      return (name: value.name, range: CalibrationTable.Range(low: low, high: high))
    }
    let table = CalibrationTable(
      algorithm: "min-max", model: GraphHash(), preprocessing: "", samples: 1, entries: entries)
    return try Quantizer.quantize(
      graph, table, QuantizerOptions(inputType: .int8, outputType: .int8), log: log)
  }

  func value(_ name: String, _ graph: Graph) throws -> Value {
    try #require(graph.values.first { $0.name == name }, "no value \(name)")
  }

  func names(_ graph: Graph) -> [String] { graph.nodes.map { $0.op.name } }

  @Test func weightsAreSymmetricWithOneScaleForEachChannel() throws {
    let result = try quantized(
      try parse(
        """
        graph @main(%x: f32[1,1,1,2]) -> (%y, %d) {
          %w = const [127, -63.5, 0, 0, -0.5, 0.1] : f32[3,1,1,2]
          %v = const [1, 2, -4, 0, 8, 0.5] : f32[1,1,3,2]
          %y = conv_2d(%x, %w, _) {padding = valid}
          %d = depthwise_conv_2d(%x, %v, _) {depth_multiplier = 1, padding = same}
        }
        """), DiagnosticLog())
    let weights = try value("w", result)
    #expect(weights.type.quantization == Quantization(scales: [1, 1, 0.5 / 127], axis: 0))
    // A tie is rounded away from zero; a channel of zeros has scale 1.
    #expect(weights.constant?.array(of: Int8.self) == [127, -64, 0, 0, -127, 25])
    let depthwise = try value("v", result)
    #expect(depthwise.type.quantization == Quantization(scales: [8 / 127, 2 / 127], axis: 3))
    #expect(depthwise.constant?.array(of: Int8.self) == [16, 127, -64, 0, 127, 32])
  }

  /// Parts have the scale of their tensor; one that is joined with others is requantized, so that the rest stay.
  @Test func partsHaveTheirTensorsScale() throws {
    let result = try quantized(
      try parse(
        """
        graph @main(%x: f32[1,4], %z: f32[1,2]) -> (%y, %b, %d, %f) {
          %axis = const [1] : i32[]
          %sizes = const [3, -1] : i32[2]
          %a, %b = split(%axis, %x) {count = 2}
          %c, %d = split_v(%x, %sizes, %axis) {count = 2}
          %e, %f = unpack(%a) {axis = 1, count = 2}
          %y = concatenation(%a, %z, %c) {axis = 1}
        }
        """), ranges: ["x": (-1, 1), "z": (-4, 4), "y": (-4, 4)], DiagnosticLog())
    let own = try value("x", result).type.quantization
    for name in ["a", "b", "c", "d", "f"] {
      #expect(try value(name, result).type.quantization == own, "\(name)")
      #expect(try value(name, result).type.element == .int8)
    }
    #expect(try value("y", result).type.quantization != own)
    #expect(names(result).filter { $0 == "quantize" }.count == 2)
  }

  /// Conditions stay bools and places whole numbers; what is chosen, and the largest, have one scale.
  @Test func conditionsAndPlacesHaveNoScale() throws {
    let result = try quantized(
      try parse(
        """
        graph @main(%x: f32[1,4]) -> (%y, %p) {
          %c = const hex "00010001" : bool[4]
          %k = const [0.25] : f32[1]
          %d = const [1] : i32[1]
          %a = abs(%x)
          %s = select_v2(%c, %a, %k)
          %y = reduce_max(%s, %d)
          %p = arg_max(%s, %d)
        }
        """), ranges: ["a": (0, 1), "s": (0, 2)], DiagnosticLog())
    let joint = Quantization.asymmetricInt8(low: 0, high: 2)
    for name in ["a", "s", "y", "k"] {
      #expect(try value(name, result).type.quantization == joint, "\(name)")
    }
    #expect(try value("k", result).constant?.array(of: Int8.self) == [-96])
    #expect(try value("c", result).type == TensorType(.bool, [4]))
    #expect(try value("p", result).type == TensorType(.int32, [1]))
    #expect(names(result) == ["abs", "select_v2", "reduce_max", "arg_max"])
  }

  @Test func randomWeightsStayWithin127() throws {
    for seed in 0..<30 {
      let result = try quantized(
        try parse(
          """
          graph @main(%x: f32[1,5]) -> (%y) {
            %w = const random \(seed) : f32[7,5]
            %b = const random \(seed + 100) : f32[7]
            %y = fully_connected(%x, %w, %b)
          }
          """), DiagnosticLog())
      let weights = try value("w", result)
      let codes = try #require(weights.constant).array(of: Int8.self)
      let scales = try #require(weights.type.quantization).scales
      #expect(codes.allSatisfy { $0 != -128 })
      for channel in 0..<7 {
        #expect(codes[channel * 5..<channel * 5 + 5].contains { abs(Int32($0)) == 127 })
      }
      let bias = try #require(try value("b", result).type.quantization).scales
      let input = try #require(try value("x", result).type.quantization).scale
      #expect(bias == scales.map { input * $0 })
    }
  }

  /// A channel of zero weights keeps its bias; a bias that would not fit raises the weights' scale.
  @Test func biasesSurviveOddWeights() throws {
    let log = DiagnosticLog()
    let result = try quantized(
      try parse(
        """
        graph @main(%x: f32[1,2]) -> (%y) {
          %w = const [0, 0, 1e-30, 0] : f32[2,2]
          %b = const [0.37, 300] : f32[2]
          %y = fully_connected(%x, %w, %b)
        }
        """), ranges: ["x": (-300, 300), "y": (-300, 300)], log)
    let bias = try value("b", result)
    let scales = try #require(bias.type.quantization).scales
    let codes = try #require(bias.constant).array(of: Int32.self)
    #expect(abs(Float(codes[0]) * scales[0] - 0.37) < 1e-6)
    #expect(abs(Float(codes[1]) * scales[1] - 300) < 1e-3)
    #expect(log.diagnostics.map { $0.code } == [.weightScaleRaised])
  }

  @Test(arguments: [
    "%y = fully_connected(%x, %z, _)",
    "%w = const splat 1 : f32[2,2]\n%b = reshape(%s) {shape = [2]}\n%y = fully_connected(%x, %w, %b)",
  ])
  func computedWeightsAreRefused(_ body: String) throws {
    let log = DiagnosticLog()
    let graph = try parse(
      "graph @main(%x: f32[1,2], %z: f32[2,2], %s: f32[1,2]) -> (%y) {\n\(body)\n}")
    #expect(throws: DiagnosticFailure.self) { try quantized(graph, log) }
    #expect(log.diagnostics.map { $0.code } == [.noInt8Form])
    #expect(log.diagnostics.first?.notes.first?.contains("is computed") == true)
  }

  @Test func constantsThatAreOutputsStay() throws {
    let result = try quantized(
      try parse(
        """
        graph @main(%x: f32[1,2]) -> (%y, %k, %x) {
          %k = const [0, 255] : f32[2]
          %y = relu(%x)
        }
        """), DiagnosticLog())
    #expect(result.outputs.map { result[$0].name } == ["y", "k", "x"])
    #expect(result[result.outputs[1]].constant?.array(of: Int8.self) == [-128, 127])
  }

  /// A pool passes the scale of its input on, so the scale of a join reaches the layer before it.
  @Test func aJoinSetsTheScaleBehindAPool() throws {
    let result = try quantized(
      try parse(
        """
        graph @main(%x: f32[1,2,2,1], %z: f32[1,1,1,1]) -> (%y) {
          %a = leaky_relu(%x) {alpha = 0.5}
          %p = max_pool_2d(%a) {filter = [2, 2], stride = [2, 2], padding = valid}
          %t = tanh(%z)
          %y = concatenation(%p, %t) {axis = 3}
        }
        """), ranges: ["y": (-2, 2), "a": (-0.25, 1)], DiagnosticLog())
    let joint = try value("y", result).type.quantization
    #expect(joint == Quantization.asymmetricInt8(low: -2, high: 2))
    #expect(try value("a", result).type.quantization == joint)
    #expect(try value("p", result).type.quantization == joint)
    // The scale of tanh is fixed, so its result is requantized.
    #expect(try value("t", result).type.quantization == Quantization(scale: 1 / 128, zeroPoint: 0))
    #expect(names(result) == ["leaky_relu", "max_pool_2d", "tanh", "quantize", "concatenation"])
  }

  @Test func whatOthersReadKeepsItsScale() throws {
    let result = try quantized(
      try parse(
        """
        graph @main(%x: f32[1,2]) -> (%y, %s) {
          %a = relu(%x)
          %s = tanh(%a)
          %y = concatenation(%a, %a, %x) {axis = 1}
        }
        """), ranges: ["a": (0, 1), "y": (-3, 1), "x": (-3, 1)], DiagnosticLog())
    // %x has the joint scale already, and %a is requantized once.
    #expect(names(result).filter { $0 == "quantize" }.count == 1)
    #expect(
      try value("a", result).type.quantization == Quantization.asymmetricInt8(low: 0, high: 1))
    _ = try PreparedGraph(result, log: DiagnosticLog())
  }

  @Test(
    arguments: [
      ("logistic", 1.0 / 256, -128), ("softmax", 1.0 / 256, -128), ("tanh", 1.0 / 128, 0),
    ]
      as [(String, Float, Int32)])
  func scalesTheSpecificationFixes(_ op: String, _ scale: Float, _ zeroPoint: Int32) throws {
    let result = try quantized(
      try parse("graph @main(%x: f32[1,4]) -> (%y) {\n %y = \(op)(%x)\n}"),
      ranges: ["y": (-50, 50)], DiagnosticLog())
    #expect(
      try value("y", result).type.quantization == Quantization(scale: scale, zeroPoint: zeroPoint))
  }

  /// LiteRT refuses a hard swish whose output scale is 1/128 of its input's or less. So a finer joint scale is
  /// not taken up either.
  @Test func aHardSwishOfLargeNegativeNumbersKeepsACoarseScale() throws {
    let result = try quantized(
      try parse(
        """
        graph @main(%x: f32[1,2], %z: f32[1,2]) -> (%y) {
          %h = hard_swish(%x)
          %y = concatenation(%h, %z) {axis = 1}
        }
        """), ranges: ["x": (-255, 0), "h": (-0.375, 0), "z": (0, 1), "y": (-0.375, 1)],
      DiagnosticLog())
    #expect(
      try value("h", result).type.quantization == Quantization(scale: 1 / 64, zeroPoint: 127))
    #expect(names(result).sorted() == ["concatenation", "hard_swish", "quantize", "quantize"])
    _ = try PreparedGraph(result, log: DiagnosticLog())
  }

  @Test func aPaddingValueBeyondItsInputIsRefused() throws {
    let log = DiagnosticLog()
    let graph = try parse(
      """
      graph @main(%x: f32[1,2]) -> (%y) {
        %p = const [0, 0, 1, 1] : i32[2,2]
        %v = const [7] : f32[]
        %y = padv2(%x, %p, %v)
      }
      """)
    #expect(throws: DiagnosticFailure.self) { try quantized(graph, log) }
    #expect(log.diagnostics.map { $0.code } == [.noInt8Form])
  }

  @Test func theLowestPaddingValueSaturates() throws {
    let result = try quantized(
      try parse(
        """
        graph @main(%x: f32[1,2]) -> (%y, %z) {
          %p = const [0, 0, 1, 1] : i32[2,2]
          %low = const [-3.4028235e+38] : f32[]
          %high = const [0.5] : f32[]
          %y = padv2(%x, %p, %low)
          %z = padv2(%x, %p, %high)
        }
        """), DiagnosticLog())
    #expect(try value("low", result).constant?.array(of: Int8.self) == [-128])
    #expect(try value("high", result).constant?.array(of: Int8.self) == [63])
    let input = try value("x", result).type.quantization
    #expect(try value("low", result).type.quantization == input)
    #expect(try value("y", result).type.quantization == input)
  }

  @Test func constantOperandsHaveTheirOwnRange() throws {
    let result = try quantized(
      try parse(
        """
        graph @main(%x: f32[1,2]) -> (%y) {
          %k = const [0, 255] : f32[2]
          %y = mul(%x, %k)
        }
        """), DiagnosticLog())
    #expect(try value("k", result).type.quantization == Quantization(scale: 1, zeroPoint: -128))
    #expect(try value("k", result).constant?.array(of: Int8.self) == [-128, 127])
  }

  @Test(arguments: [
    (
      "graph @main(%x: i8[4]{0.5:0}) -> (%y) {\n %y = relu(%x) : i8[4]{0.5:0}\n}",
      [OctetDiagnostics.DiagnosticCode.alreadyQuantized]
    ),
    (
      "graph @main(%x: f32[4]) -> (%y) {\n %q = quantize(%x) : i8[4]{0.5:0}\n %y = dequantize(%q)\n}",
      [.alreadyQuantized]
    ),
    (
      """
      graph @main(%x: f32[4]) -> (%y) {
        %a = foreign(%x) {framework = caffe, type = "LRN"} : f32[4]
        %y = foreign(%a) {framework = caffe, type = "LRN"} : f32[4]
      }
      """, [.noInt8Form, .noInt8Form]
    ),
  ])
  func whatHasNoInt8FormIsListed(_ text: String, _ codes: [DiagnosticCode]) throws {
    let log = DiagnosticLog()
    let graph = try parse(text)
    #expect(throws: DiagnosticFailure.self) { try quantized(graph, log) }
    #expect(log.diagnostics.map { $0.code } == codes)
  }

  private final class OneBatch: Calibrator {
    let algorithm = CalibrationAlgorithm.minMax
    let batchSize = 2
    private var batches: [[Tensor]]

    init(_ batches: [[Tensor]]) { self.batches = batches }

    func nextBatch(_ names: [String]) throws(Diagnostic) -> [Tensor]? {
      batches.isEmpty ? nil : batches.removeFirst()
    }

    func readCache() throws(Diagnostic) -> CalibrationTable? { nil }

    func writeCache(_ table: CalibrationTable) throws(Diagnostic) {
      throw Diagnostic(.unwritableFile, "the cache is full")
    }
  }

  @Test func theFirstTensorThatIsNotFiniteIsNamed() throws {
    let graph = try parse(
      """
      graph @main(%x: f32[1,2]) -> (%z) {
        %w = const [1, 2, nan, 4] : f32[2,2]
        %a = tanh(%x) loc(node = "first")
        %b = fully_connected(%a, %w, _) loc(node = "dense")
        %z = softmax(%b) loc(node = "last")
      }
      """)
    let log = DiagnosticLog()
    _ = try? Calibration(graph, log: log).run(
      OneBatch([[Tensor([1, 2], [1, 1])]]), preprocessing: ""
    ) { _ in }
    #expect(log.diagnostics.map { $0.code } == [.notFinite])
    #expect(log.diagnostics.first?.tensors == ["b: f32[1,2]"])
    #expect(log.diagnostics.first?.location?.node == "dense")
  }

  /// A table made elsewhere does not hide weights that cannot be quantized.
  @Test func weightsThatAreNotFiniteAreRefused() throws {
    for bad in ["nan", "inf", "-inf"] {
      let log = DiagnosticLog()
      let graph = try parse(
        """
        graph @main(%x: f32[1,2]) -> (%y) {
          %w = const [1, \(bad), 3, 4] : f32[2,2]
          %y = fully_connected(%x, %w, _)
        }
        """)
      #expect(throws: DiagnosticFailure.self) { try quantized(graph, log) }
      #expect(log.diagnostics.map { $0.code } == [.notFinite])
      #expect(log.diagnostics.first?.tensors == ["w: f32[2,2]"])
    }
  }

  @Test func aCacheThatCannotBeWrittenIsAnError() throws {
    let log = DiagnosticLog()
    let graph = try parse("graph @main(%x: f32[1,2]) -> (%y) {\n %y = relu(%x)\n}")
    _ = try? Calibration(graph, log: log).run(
      OneBatch([[Tensor([2, 2], [1, 2, 3, 4])]]), preprocessing: ""
    ) { _ in }
    #expect(log.diagnostics.map { $0.code } == [.unwritableFile])
  }

  /// Batches of any size fill a graph of batch 2; what fills it up is no sample.
  @Test func aGraphWithABatchOfItsOwnSeesEverySample() throws {
    let log = DiagnosticLog()
    let graph = try parse("graph @main(%x: f32[2,1]) -> (%y) {\n %y = relu(%x)\n}")
    let calibrator = Samples((0..<5).map { Tensor([1, 1], [Float($0)]) })
    let table = try Calibration(graph, log: log).run(calibrator, preprocessing: "p") { _ in }
    #expect(table.samples == 5)
    #expect(table.range(of: "x") == .init(low: 0, high: 4))
    #expect(table.preprocessing == "p")
  }
}

/// One sample a batch.
private final class Samples: Calibrator {
  let algorithm = CalibrationAlgorithm.minMax
  let batchSize = 1
  private var samples: [Tensor]

  init(_ samples: [Tensor]) { self.samples = samples }

  func nextBatch(_ names: [String]) throws(Diagnostic) -> [Tensor]? {
    samples.isEmpty ? nil : [samples.removeFirst()]
  }

  func readCache() throws(Diagnostic) -> CalibrationTable? { nil }

  func writeCache(_ table: CalibrationTable) throws(Diagnostic) {}
}

/// Small nets of random weights, calibrated and quantized as users do it.
@Suite struct QuantizedNetTests {
  static let net = """
    octet-ir 1
    graph @main(%x: f32[1,12,12,3]) -> (%y) {
      %w1 = const random SEED1 : f32[8,3,3,3]
      %b1 = const random SEED2 : f32[8]
      %w2 = const random SEED3 : f32[1,3,3,8]
      %w3 = const random SEED4 : f32[6,1,1,8]
      %c1 = conv_2d(%x, %w1, %b1) {padding = same, activation = relu}
      %p1 = max_pool_2d(%c1) {filter = [2, 2], stride = [2, 2], padding = valid}
      %c2 = depthwise_conv_2d(%p1, %w2, _) {depth_multiplier = 1, padding = same}
      %c3 = conv_2d(%c2, %w3, _) {padding = valid}
      %l3 = leaky_relu(%c3) {alpha = 0.1}
      %j = concatenation(%l3, %p1) {axis = 3}
      %a = average_pool_2d(%j) {filter = [2, 2], stride = [2, 2], padding = same}
      %f = reshape(%a) {shape = [1, 126]}
      %w4 = const random SEED5 : f32[10,126]
      %y = fully_connected(%f, %w4, _)
    }
    """

  @Test(arguments: [0, 1, 2, 3, 4, 5], [InterfaceType.int8, .uint8, .float32])
  func int8FollowsFloat(_ seed: Int, _ type: InterfaceType) throws {
    var text = Self.net
    for i in 1...5 {
      text = text.split(separator: "SEED\(i)", omittingEmptySubsequences: false)
        .joined(separator: "\(100 * seed + i)")
    }
    let graph = try Graph(parsing: text, makeOp: OpCatalog.makeOp)
    let log = DiagnosticLog()
    try #require(graph.verify(into: log), "\(log.diagnostics)")
    var generator = SplitMix64(seed: UInt64(seed))
    let images = (0..<12).map { _ in
      Tensor([1, 12, 12, 3], (0..<432).map { _ in generator.nextFloat() })
    }
    let table = try Calibration(graph, log: log).run(
      Samples(Array(images.prefix(8))), preprocessing: ""
    ) { _ in }
    let result = try Quantizer.quantize(
      graph, table, QuantizerOptions(inputType: type, outputType: type), log: log)
    #expect(log.diagnostics.allSatisfy { $0.code == .scalesJoined })
    let element = try #require(ElementType(named: type.rawValue))
    let float = try PreparedGraph(graph, log: log)
    let int8 = try PreparedGraph(result, log: log)
    #expect(int8.inputs[0].element == element && int8.outputs[0].element == element)
    var (signal, noise) = (0.0, 0.0)
    for image in images {
      for prepared in [float, int8] {
        image.storage.array(of: Float.self).withUnsafeBufferPointer { prepared.inputs[0].write($0) }
        prepared.invoke()
      }
      for i in 0..<10 {
        let wanted = Double(float.outputs[0].real(i))
        let error = wanted - Double(int8.outputs[0].real(i))
        signal += wanted * wanted
        noise += error * error
      }
    }
    // 25 dB: the noise has at most 10^-2.5 of the signal's energy.
    #expect(noise <= signal * 0.00316, "signal \(signal), noise \(noise)")
  }
}
