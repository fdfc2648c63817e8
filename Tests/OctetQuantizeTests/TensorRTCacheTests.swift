import OctetDiagnostics
import OctetIR
import OctetOps
import OctetQuantize
import Testing

@Suite struct TensorRTCacheTests {
  @Test(arguments: ["TRT-7000-EntropyCalibration2", "TRT-101401-MinMaxCalibration", "1"])
  func namesAndScalesReadBack(_ header: String) throws {
    let text = """
      \(header)
      data: 3c008912
      (Unnamed Layer* 5)_output: 3C010A14
      (Unnamed ITensor* 21) copy: 3d77a0de
      a:0: 800000

      """
    let cache = try TensorRTCache(parsing: text)
    #expect(
      cache.entries.map { $0.name } == [
        "data", "(Unnamed Layer* 5)_output", "(Unnamed ITensor* 21) copy", "a:0",
      ])
    // 1.00024 by 127, as TensorRT's sampleINT8API lists the range of this scale.
    #expect(cache.entries[1].scale == 0x1.021428p-7)
    #expect(cache.entries[3].scale == .leastNormalMagnitude)
    let again = try TensorRTCache(parsing: cache.text)
    #expect(again.header == header && again.text == cache.text)
  }

  @Test func allLinesThatAreWrongAreNamed() throws {
    let text = """
      TRT-7000-EntropyCalibration2
      zero: 00000000
      good: 3c010a14
      negative: bc010a14
      infinite: 7f800000
      nan: 7fc00000
      tiny: 00000001
      huge: 7e800000
      long: 3c010a140
      sign: +3c010a1
      word: scale
      nothing:
      no colon
      good: 3c010a14
      """
    let error = try #require(throws: Diagnostic.self) {
      _ = try TensorRTCache(parsing: text, file: "a.cache")
    }
    #expect(error.code == .invalidTable && error.message == "no tensor has a scale of 0.0")
    #expect(error.location?.line == 2 && error.location?.file == "a.cache")
    #expect(
      error.notes == [
        "line 4: no tensor has a scale of -0.007875938", "line 5: no tensor has a scale of inf",
        "line 6: no tensor has a scale of nan", "line 7: no tensor has a scale of 1e-45",
        "line 8: no tensor has a scale of 8.507059e+37",
        "line 9: expected the 8 hexadecimal digits of a float32, found ' 3c010a140'",
        "line 10: expected the 8 hexadecimal digits of a float32, found ' +3c010a1'",
        "line 11: expected the 8 hexadecimal digits of a float32, found ' scale'",
        "line 12: expected the 8 hexadecimal digits of a float32, found ''",
        "line 13: expected 'name: value', found 'no colon'",
        "line 14: tensor 'good' is listed twice, before in line 3",
      ])
  }

  @Test(arguments: ["", "2", "TRT-7000", "TRT-x-EntropyCalibration2", "octet-calibration 2"])
  func otherFilesAreRefused(_ header: String) throws {
    let error = try #require(throws: Diagnostic.self) {
      _ = try TensorRTCache(parsing: header + "\ndata: 3c008912")
    }
    #expect(error.location?.line == 1)
  }

  /// Values that hand on codes have the scale of what they read, softmax that of its codes.
  @Test func aTableBecomesTheLargestMagnitudes() throws {
    let graph = try graph(
      """
      graph @main(%above: f32[1,4,4,1]) -> (%soft, %all) {
        %below = leaky_relu(%above) {alpha = 0.5}
        %pool = max_pool_2d(%below) {filter = [2, 2], stride = [2, 2], padding = valid}
        %symmetric = leaky_relu(%pool) {alpha = 0.5}
        %nothing = leaky_relu(%symmetric) {alpha = 0.5}
        %all = leaky_relu(%nothing) {alpha = 0.5}
        %flat = reshape(%nothing) {shape = [1, 4]}
        %soft = softmax(%flat)
      }
      """)
    let table = CalibrationTable(
      algorithm: "entropy", model: GraphHash(), preprocessing: "", samples: 1,
      entries: [
        ("above", .init(low: -1, high: 254)), ("below", .init(low: -127, high: 1)),
        ("pool", .init(low: -50, high: 1)), ("symmetric", .symmetric(scale: 0.1)),
        ("nothing", .init(low: 0, high: 0)),
        ("all", .init(low: -.greatestFiniteMagnitude, high: .greatestFiniteMagnitude)),
        ("soft", .init(low: 0, high: 0.5)),
      ])
    let cache = try TensorRTCache(parsing: TensorRTCache(table, of: graph).text)
    #expect(cache.header == "TRT-7000-EntropyCalibration2")
    let scales = Dictionary(uniqueKeysWithValues: cache.entries.map { ($0.name, $0.scale) })
    #expect(
      scales == [
        "above": 2, "below": 1, "pool": 1, "symmetric": 0.1, "nothing": 1, "flat": 1,
        "all": 0x1.fffffep+120, "soft": 255 / 256 / 127,
      ])
  }

  func graph(_ body: String) throws -> Graph {
    try Graph(parsing: "octet-ir 1\n" + body, makeOp: OpCatalog.makeOp)
  }

  func quantized(
    _ graph: Graph, _ cache: String, _ names: [(name: String, own: String)] = [],
    _ log: DiagnosticLog
  ) throws -> Graph {
    let table = try CalibrationTable(
      try TensorRTCache(parsing: "1\n" + cache), names: names, of: graph, preprocessing: "",
      file: nil, log: log)
    return try Quantizer.quantize(
      graph, table, QuantizerOptions(inputType: .int8, outputType: .int8), log: log)
  }

  let net = """
    graph @main(%x: f32[1,4,4,1]) -> (%s) {
      %p = max_pool_2d(%x) {filter = [2, 2], stride = [2, 2], padding = valid}
      %r = relu(%p)
      %t = relu6(%r)
      %f = reshape(%t) {shape = [1, 4]}
      %s = softmax(%f)
    }
    """

  /// The scales of what pools, ReLU and softmax make follow from the others.
  @Test func whatIsExactIsDerived() throws {
    let log = DiagnosticLog()
    let result = try quantized(try graph(net), "x: 3e000000\nold: 3f800000", [], log)
    let scales = result.values.compactMap { $0.type.quantization }
    #expect(scales.dropLast().allSatisfy { $0 == Quantization(scale: 0.125, zeroPoint: 0) })
    #expect(scales.last == Quantization(scale: 1 / 256, zeroPoint: -128))
    #expect(log.diagnostics.map { $0.code } == [.unusedRanges])
    #expect(log.diagnostics[0].notes == ["old"])
    let own = try quantized(try graph(net), "x: 3e000000\nr: 3f800000", [], DiagnosticLog())
    #expect(
      own.values.compactMap { $0.type.quantization?.scale } == [0.125, 0.125, 1, 1, 1, 1 / 256])
  }

  @Test func namesOfTheCacheMayDiffer() throws {
    let log = DiagnosticLog()
    let names = [(name: "(Unnamed ITensor* 1)", own: "x")]
    let result = try quantized(
      try graph(net), "x: 3f800000\n(Unnamed ITensor* 1): 3e000000", names, log)
    #expect(result.values.first?.type.quantization?.scale == 0.125)
    #expect(throws: DiagnosticFailure.self) {
      _ = try self.quantized(
        try self.graph(self.net), "xx: 3e000000", [("x", "y"), ("xx", "ss")], log)
    }
    let errors = log.diagnostics.filter { $0.code == .unknownTensor }
    #expect(
      errors.map { $0.message } == [
        "the cache has no entry 'x'", "the model has no tensor 'y'", "the model has no tensor 'ss'",
      ])
    #expect(errors[0].helps.first?.text == "did you mean 'xx'?")
  }

  @Test func namesAreReadAsJSON() throws {
    let names = try TensorRTCache.names(parsing: #"{"(Unnamed ITensor* 1)": "x", "y": "z"}"#)
    #expect(names.map { $0.own } == ["x", "z"])
    let error = try #require(throws: Diagnostic.self) {
      _ = try TensorRTCache.names(parsing: #"{"a": 1, "b": "x", "b": "y", "c": "x"}"#)
    }
    #expect(error.message == "tensor 'a': expected the name of a tensor of the model")
    #expect(
      error.notes == ["tensor 'b': it is listed twice", "tensor 'c': 'x' has another name already"])
    #expect(throws: Diagnostic.self) { _ = try TensorRTCache.names(parsing: "[]") }
  }

  @Test func whatIsMissingIsListed() throws {
    let log = DiagnosticLog()
    let net = """
      graph @main(%x: f32[1,4]) -> (%last) {
        %conv1 = leaky_relu(%x) {alpha = 0.5} : f32[1,4]
        %last = leaky_relu(%conv1) {alpha = 0.5} : f32[1,4]
      }
      """
    #expect(throws: DiagnosticFailure.self) {
      _ = try self.quantized(try self.graph(net), "x: 3f800000\nconv_1: 3f800000", [], log)
    }
    let error = try #require(log.diagnostics.last)
    #expect(error.code == .missingRange)
    #expect(error.message == "2 tensors need a range and none is given")
    #expect(error.tensors == ["conv1: f32[1,4]", "last: f32[1,4]"])
    #expect(error.notes == ["the table's 'conv_1' may be the model's 'conv1'"])
  }

  /// Any bytes are a cache, a table and ranges, or a diagnostic.
  @Test func damagedFiles() throws {
    var generator = SplitMix64(seed: 61)
    let seeds = [
      "TRT-7000-EntropyCalibration2\ndata: 3c008912\nconv1: 3c88edfc\n",
      "octet-calibration 2\nalgorithm: entropy\ngraph: 0\nweights: 0\npreprocessing: \ndata: \nsamples: 7\n\na: 0x0p+0 0x1p+0\nb: -0x1p+7 0x1.fcp+6 symmetric\n",
      #"{"a": [-1, 2.5], "b": {"min": -1e3, "max": 4}, "\u00e9\ud83d\ude00": [0, 1]}"#,
      "a: 1\nb 2\n",
    ]
    for seed in seeds {
      for _ in 0..<2000 {
        var bytes = Array(seed.utf8)
        for _ in 0..<1 + Int(generator.next() % 4) {
          let place = Int(generator.next() % UInt64(bytes.count))
          switch generator.next() % 3 {
          case 0: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
          case 1: bytes.insert(bytes[Int(generator.next() % UInt64(bytes.count))], at: place)
          default: bytes.remove(at: place)
          }
        }
        let text = String(decoding: bytes, as: UTF8.self)
        _ = try? TensorRTCache(parsing: text)
        _ = try? CalibrationTable(parsing: text)
        _ = try? GivenRanges(parsing: text)
        _ = try? TensorRTCache.names(parsing: text)
      }
    }
  }
}
