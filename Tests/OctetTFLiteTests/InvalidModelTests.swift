import Foundation
import OctetDiagnostics
import OctetFiles
import OctetIR
import OctetOps
import OctetRuntime
import OctetSchema
import OctetTFLite
import OctetTestSupport
import Testing

/// A small model built by hand, so that a single thing can be wrong: `%y = relu(add(%x, %c))`.
struct HandMadeModel {
  var version: UInt32 = 3
  var codes: [FlatObject] = [
    OperatorCodeTable.object(resolvedCode: .add), OperatorCodeTable.object(resolvedCode: .relu),
  ]
  var tensors: [FlatObject] = ["x", "c", "s", "y"].map { Self.tensor($0) }
  var inputs: [Int32] = [0]
  var outputs: [Int32] = [3]
  var operators: [FlatObject] = [
    Self.add([0, 1], [2]), OperatorTable.object(opcodeIndex: 1, inputs: [2], outputs: [3]),
  ]
  var buffers: [FlatObject] = [
    BufferTable.object(), BufferTable.object(data: FlatBytes([1, 2, 3, 4] as [Float])),
  ]
  var subgraphs: [FlatObject]?
  var metadata: [FlatObject] = []
  var signatures: [FlatObject] = []
  /// Bytes behind the FlatBuffer.
  var tail: [UInt8] = []

  /// A float tensor of four numbers; `c` is the constant.
  static func tensor(
    _ name: String, shape: [Int32] = [4], type: StoredType = .float32, buffer: UInt32? = nil,
    quantization: FlatObject? = nil, signature: [Int32]? = nil, sparsity: FlatObject? = nil
  ) -> FlatObject {
    TensorTable.object(
      shape: shape, type: type, buffer: buffer ?? (name == "c" ? 1 : 0), name: name,
      quantization: quantization, sparsity: sparsity, shapeSignature: signature)
  }

  static func add(_ inputs: [Int32], _ outputs: [Int32]) -> FlatObject {
    OperatorTable.object(
      inputs: inputs, outputs: outputs, builtinOptionsType: AddOptionsTable.builtinOptionsType,
      builtinOptions: AddOptionsTable.object())
  }

  func bytes() throws -> [UInt8] {
    let graph = SubGraphTable.object(
      tensors: tensors, inputs: inputs, outputs: outputs, operators: operators, name: "main")
    return try serialize(
      ModelTable.object(
        version: version, operatorCodes: codes, subgraphs: subgraphs ?? [graph], buffers: buffers,
        metadata: metadata, signatureDefs: signatures)) + tail
  }

  func read(log: DiagnosticLog = DiagnosticLog()) throws -> TFLiteModel {
    let folder = try Sample.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "m.tflite")
    try Data(try bytes()).write(to: path)
    return try TFLiteReader.read(try MappedFile(path.path()), log: log)
  }

  /// Reads, verifies, prepares and runs the model on ones.
  ///
  /// - Returns: what was logged, and the outputs when it ran.
  func run() throws -> (log: DiagnosticLog, outputs: [[Float]]?) {
    let log = DiagnosticLog()
    guard
      let graph = try? read(log: log).graph,
      graph.verify(into: log),
      let prepared = try? PreparedGraph(graph, arenaLimit: 1 << 20, log: log)
    else {
      #expect(log.hasErrors, "a failure without a reason")
      return (log, nil)
    }
    for view in prepared.inputs where view.element == .float32 {
      for index in 0..<view.count { view.float32[index] = 1 }
    }
    prepared.invoke()
    return (log, prepared.outputs.map { view in (0..<view.count).map { view.real($0) } })
  }
}

/// Files that are sound FlatBuffers and no sound models, and some odd ones that are.
@Suite struct InvalidModelTests {
  /// The model's only error.
  func error(
    _ code: DiagnosticCode, _ message: String, sourceLocation: SourceLocation = #_sourceLocation,
    _ change: (inout HandMadeModel) -> Void
  ) throws {
    var model = HandMadeModel()
    change(&model)
    let (log, outputs) = try model.run()
    let errors = log.diagnostics.filter { $0.severity == .error }
    #expect(outputs == nil, sourceLocation: sourceLocation)
    #expect(errors.map { $0.code.id } == [code.id], sourceLocation: sourceLocation)
    #expect(errors.first?.message == message, sourceLocation: sourceLocation)
  }

  /// What the model computes from ones.
  func outputs(
    sourceLocation: SourceLocation = #_sourceLocation, _ change: (inout HandMadeModel) -> Void
  ) throws -> [[Float]]? {
    var model = HandMadeModel()
    change(&model)
    let (log, outputs) = try model.run()
    #expect(!log.hasErrors, "\(log.diagnostics)", sourceLocation: sourceLocation)
    return outputs
  }

  @Test func theSoundModelRuns() throws {
    #expect(try outputs { _ in } == [[2, 3, 4, 5]])
  }

  @Test func tensorsThatDoNotExist() throws {
    try error(
      .invalidModel, "inputs of operator 0 (ADD) name tensor 9, which does not exist"
    ) { $0.operators[0] = HandMadeModel.add([0, 9], [2]) }
    try error(
      .invalidModel, "outputs of operator 0 (ADD) name tensor -2, which does not exist"
    ) { $0.operators[0] = HandMadeModel.add([0, 1], [-2]) }
    try error(.invalidModel, "graph inputs name tensor 4, which does not exist") {
      $0.inputs = [0, 4]
    }
    try error(.invalidModel, "graph outputs name tensor 2147483647, which does not exist") {
      $0.outputs = [.max]
    }
  }

  @Test func operatorCodesThatDoNotExist() throws {
    try error(.invalidModel, "operator 1 has no operator code") {
      $0.operators[1] = OperatorTable.object(opcodeIndex: 2, inputs: [2], outputs: [3])
    }
    try error(.invalidModel, "operator 1 has no operator code") {
      $0.operators[1] = OperatorTable.object(opcodeIndex: .max, inputs: [2], outputs: [3])
    }
    var model = HandMadeModel()
    model.codes = []
    #expect(try model.run().log.errorCount == 2)
  }

  @Test func operatorsThatOctetCannotRun() throws {
    try error(.noKernel, "operator 'Mine' cannot be run") {
      $0.codes[1] = OperatorCodeTable.object(resolvedCode: .custom, customCode: "Mine")
    }
    try error(.noKernel, "operator '40000' cannot be run") {
      $0.codes[1] = OperatorCodeTable.object(resolvedCode: BuiltinOperator(rawValue: 40_000))
    }
    try error(.invalidModel, "the operator has no options of the type it needs") {
      $0.operators[0] = OperatorTable.object(inputs: [0, 1], outputs: [2])
    }
  }

  @Test func buffers() throws {
    try error(.invalidModel, "buffer 7 does not exist") {
      $0.tensors[1] = HandMadeModel.tensor("c", buffer: 7)
    }
    try error(.invalidModel, "buffer 4294967295 does not exist") {
      $0.tensors[1] = HandMadeModel.tensor("c", buffer: .max)
    }
    try error(
      .invalidModel, "tensor 1 has 3 bytes of contents, its type f32[4] needs 16"
    ) { $0.buffers[1] = BufferTable.object(data: .owned([1, 2, 3])) }
    try error(
      .invalidModel, "tensor 1 has 16 bytes of contents, its type f32[2147483647] needs 8589934588"
    ) { $0.tensors[1] = HandMadeModel.tensor("c", shape: [.max]) }
  }

  /// Contents behind the FlatBuffer, as files over 2 GB have them.
  @Test func buffersBehindTheModel() throws {
    var model = HandMadeModel()
    model.buffers[1] = BufferTable.object(offset: 4096, size: 16)
    model.tail = [UInt8](repeating: 0, count: 4096 - (try model.bytes().count))
    model.tail += [3, 3, 3, 3].flatMap { (value: Float) in
      (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
    }
    #expect(try model.run().outputs == [[4, 4, 4, 4]])
    for (offset, size) in [
      (4097, 16), (4096, 17), (1 << 40, 16), (UInt64.max, 16), (16, .max), (.max, .max),
    ] as [(UInt64, UInt64)] {
      model.buffers[1] = BufferTable.object(offset: offset, size: size)
      let (log, outputs) = try model.run()
      #expect(outputs == nil)
      #expect(log.diagnostics.map { $0.message } == ["buffer 1 lies beyond the end of the file"])
    }
  }

  @Test func tensorsThatMakeNoSense() throws {
    try error(.invalidModel, "tensor 0 has a negative extent") {
      $0.tensors[0] = HandMadeModel.tensor("x", shape: [-4])
    }
    try error(.invalidModel, "tensor 0 has the unknown type 99") {
      $0.tensors[0] = HandMadeModel.tensor("x", type: StoredType(rawValue: 99))
    }
    try error(.invalidModel, "a sparse tensor has no known size or no contents") {
      $0.tensors[0] = HandMadeModel.tensor("x", sparsity: SparsityParametersTable.object())
    }
    try error(.tensorTooLarge, "tensor 'z' has more elements than can be counted") {
      $0.tensors.append(HandMadeModel.tensor("z", shape: [.max, .max, .max]))
    }
    try error(.shapeMismatch, "'add' gives [4] for 's', declared [5]") {
      $0.tensors[2] = HandMadeModel.tensor("s", shape: [5])
      $0.tensors[3] = HandMadeModel.tensor("y", shape: [5])
    }
    try error(.typeMismatch, "'relu' gives float32 for 'y', declared int32") {
      $0.tensors[3] = HandMadeModel.tensor("y", type: .int32)
    }
  }

  @Test(
    arguments: [
      ([Float.nan], [0], 0, "a scale is not finite and positive"),
      ([0], [0], 0, "a scale is not finite and positive"),
      ([-1], [0], 0, "a scale is not finite and positive"),
      ([1, 1, 1], [0, 0, 0], 0, "it has 3 scales for an extent of 4"),
      ([1, 1, 1, 1], [0, 0, 0, 0], 5, "axis 5 is not one of its dimensions"),
      ([1, 1, 1, 1], [0, 0, 0, 0], -1, "axis -1 is not one of its dimensions"),
    ] as [([Float], [Int64], Int32, String)])
  func quantization(
    _ scales: [Float], _ zeroPoints: [Int64], _ axis: Int32, _ reason: String
  ) throws {
    try error(.invalidGraph, "quantization of 'z' is invalid: " + reason) {
      $0.tensors.append(
        HandMadeModel.tensor(
          "z", type: .int8,
          quantization: QuantizationParametersTable.object(
            scale: scales, zeroPoint: zeroPoints, quantizedDimension: axis)))
    }
  }

  @Test func orderOfOperators() throws {
    try error(.invalidGraph, "'add' reads 's' before anything makes it") {
      $0.operators[0] = HandMadeModel.add([0, 2], [2])
    }
    try error(.invalidGraph, "'relu' reads 's' before anything makes it") {
      $0.operators.reverse()
    }
    try error(.invalidGraph, "'add' reads 'y' before anything makes it") {
      $0.operators[0] = HandMadeModel.add([0, 3], [2])
    }
    try error(.invalidGraph, "'c' is made twice") {
      $0.operators.append(OperatorTable.object(opcodeIndex: 1, inputs: [0], outputs: [1]))
    }
    try error(.invalidGraph, "'x' is made twice") {
      $0.operators.append(OperatorTable.object(opcodeIndex: 1, inputs: [0], outputs: [0]))
    }
    try error(.invalidGraph, "a graph output is not made by anything") { $0.operators = [] }
    try error(.invalidGraph, "input 'c' is a constant or listed twice") { $0.inputs = [0, 1] }
  }

  @Test func operandsThatAreLeftOut() throws {
    for inputs in [[-1, 1], [0, -1], [0], []] as [[Int32]] {
      var model = HandMadeModel()
      model.operators[0] = HandMadeModel.add(inputs, [2])
      let (log, outputs) = try model.run()
      #expect(outputs == nil)
      #expect(log.errorCount == 1)
    }
    var model = HandMadeModel()
    model.operators[0] = HandMadeModel.add([0, 1], [])
    #expect(try model.run().outputs == nil)
    model.operators[0] = HandMadeModel.add([0, 1], [2, 3])
    #expect(try model.run().outputs == nil)
  }

  @Test func wholeModels() throws {
    try error(.invalidModel, "schema version 2 is not 3") { $0.version = 2 }
    var model = HandMadeModel()
    model.subgraphs = []
    #expect(try model.run().log.diagnostics.map { $0.message } == ["the file has no subgraph"])
    model.subgraphs = Array(repeating: SubGraphTable.object(), count: 1001)
    #expect(try model.run().log.diagnostics.map { $0.code.id } == ["OCT0104"])
    // A model without tensors does nothing, and does it.
    model.subgraphs = [SubGraphTable.object()]
    #expect(try model.run().outputs == [])
  }

  /// Bodies that name no subgraph, or themselves.
  @Test(arguments: [-1, 0, 1, 2, .max] as [Int32])
  func loops(_ body: Int32) throws {
    var model = HandMadeModel()
    model.codes[1] = OperatorCodeTable.object(resolvedCode: .while)
    let loop = OperatorTable.object(
      opcodeIndex: 1, inputs: [0], outputs: [1],
      builtinOptionsType: WhileOptionsTable.builtinOptionsType,
      builtinOptions: WhileOptionsTable.object(condSubgraphIndex: body, bodySubgraphIndex: body))
    model.subgraphs = ["main", "body"].map { name in
      SubGraphTable.object(
        tensors: [HandMadeModel.tensor("a"), HandMadeModel.tensor("b")], inputs: [0],
        outputs: [1], operators: [loop], name: name)
    }
    let (log, outputs) = try model.run()
    #expect(outputs == nil)
    #expect(log.hasErrors)
  }

  @Test func signaturesGiveNames() throws {
    var model = HandMadeModel()
    model.signatures = [
      SignatureDefTable.object(
        inputs: [TensorMapTable.object(name: "image", tensorIndex: 0)],
        outputs: [
          TensorMapTable.object(name: "scores", tensorIndex: 3),
          // Entries that no input or output answers to are passed over.
          TensorMapTable.object(name: "inner", tensorIndex: 2),
          TensorMapTable.object(name: "none", tensorIndex: .max),
          TensorMapTable.object(tensorIndex: 3),
        ], signatureKey: "serving_default", subgraphIndex: 0)
    ]
    let folder = try Sample.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "m.tflite")
    try Data(try model.bytes()).write(to: path)
    let graph = try TFLiteReader.read(try MappedFile(path.path()), log: DiagnosticLog()).graph
    #expect(graph.values.map { $0.name } == ["image", "c", "s", "scores"])
  }

  @Test(
    arguments: [
      ("octet 2\n", "the 'octet' metadata is of an unknown version"),
      ("", "the 'octet' metadata is of an unknown version"),
      ("octet 1\nnode\t0\t9\tfile=a\n", "a line of the 'octet' metadata is not understood"),
      ("octet 1\nnode\t7\t0\n", "a line of the 'octet' metadata is not understood"),
      ("octet 1\nnode\t-1\t-1\n", "a line of the 'octet' metadata is not understood"),
      ("octet 1\nnonsense\n", "a line of the 'octet' metadata is not understood"),
      ("octet 1\npreprocess\n", "a line of the 'octet' metadata is not understood"),
      ("octet 1\nnode\t0\t0\tline=many\tcolour=red\tfile\n", nil),
    ] as [(String, String?)])
  func metadata(_ text: String, _ warning: String?) throws {
    var model = HandMadeModel()
    model.buffers.append(BufferTable.object(data: .owned(Array(text.utf8))))
    model.metadata = [MetadataTable.object(name: "octet", buffer: 2)]
    let (log, outputs) = try model.run()
    #expect(outputs == [[2, 3, 4, 5]])
    #expect(log.diagnostics.map { $0.message } == (warning.map { [$0] } ?? []))
    #expect(log.diagnostics.allSatisfy { $0.code == .invalidMetadata })
  }

  @Test func unknownDimensionsCannotRun() throws {
    try error(.unknownDimension, "dimension 'x.0' of 'x' is unknown") {
      $0.tensors[0] = HandMadeModel.tensor("x", shape: [1], signature: [-1])
      $0.tensors[2] = HandMadeModel.tensor("s", shape: [4], signature: [4])
    }
    try error(.noKernel, "tensor 'x' has no elements the runtime can hold") {
      $0.tensors[0] = HandMadeModel.tensor("x", shape: [0])
      $0.operators = [OperatorTable.object(opcodeIndex: 1, inputs: [2], outputs: [3])]
      $0.inputs = [0, 2]
    }
  }

  /// A FlatBuffer may refer to one name, shape or list from many places.
  @Test func sharedPiecesAreNotCopiedWithoutEnd() throws {
    var model = HandMadeModel()
    // Shapes of 20,000 dimensions: more in memory than the budget, which grows with the file.
    model.tensors += (0..<400).map { _ in
      HandMadeModel.tensor("z", shape: [Int32](repeating: 1, count: 20_000))
    }
    let (log, outputs) = try model.run()
    #expect(outputs == nil)
    #expect(
      log.diagnostics.map { $0.message }
        == ["the file refers to its names and shapes more often than Octet reads"])
    model.tensors = [FlatObject](repeating: HandMadeModel.tensor("x"), count: 20_001)
    #expect(
      try model.run().log.diagnostics.map { $0.message }
        == ["'main' has 20001 tensors, more than the 20000 Octet reads"])
  }

  @Test func piecesThatContradictEachOther() throws {
    try error(.invalidModel, "graph inputs name tensor -1, which does not exist") {
      $0.inputs = [0, -1]
    }
    try error(.invalidModel, "tensor 1 has contents, but no known size") {
      $0.tensors[1] = HandMadeModel.tensor("c", signature: [-1])
    }
    try error(
      .invalidGraph,
      "quantization of 'z' is invalid: the numbers of scales and zero points differ"
    ) {
      $0.tensors.append(
        HandMadeModel.tensor(
          "z", type: .int8,
          quantization: QuantizationParametersTable.object(scale: [1], zeroPoint: [0, 0])))
    }
  }

  /// Each of these tensors alone can be counted, their sum cannot.
  @Test func arenasThatCannotBeCounted() throws {
    let (log, outputs) = try {
      var model = HandMadeModel()
      model.codes = [OperatorCodeTable.object(resolvedCode: .maximum)]
      model.tensors = (0..<6).map {
        HandMadeModel.tensor(
          "t\($0)", shape: [.max, .max], type: .int8,
          quantization: QuantizationParametersTable.object(scale: [1], zeroPoint: [0]))
      }
      model.inputs = [0, 1, 2, 3, 4]
      model.operators = [
        OperatorTable.object(
          inputs: [0, 1], outputs: [5],
          builtinOptionsType: MaximumMinimumOptionsTable.builtinOptionsType,
          builtinOptions: MaximumMinimumOptionsTable.object())
      ]
      model.outputs = [0, 1, 2, 3, 4, 5]
      return try model.run()
    }()
    #expect(outputs == nil)
    #expect(
      log.diagnostics.map { $0.code } == [DiagnosticCode](repeating: .arenaTooLarge, count: 6))
  }

  /// Damage in a file whose graph has a loop and unknown dimensions.
  @Test(arguments: [1, 2] as [UInt64])
  func damagedLoops(seed: UInt64) throws {
    let text = """
      octet-ir 1
      graph @main(%x: f32[?x.0("given"),4], %go: bool[], %i: f32[1,4]) -> (%y, %r) {
        graph @test(%a: f32[?x.0("given"),4], %b: bool[]) -> (%b) {
        }
        graph @step(%a: f32[?x.0("given"),4], %b: bool[]) -> (%r, %b) {
          %r = relu(%a) : f32[?x.0("given"),4]
        }
        %y, %end = while(%x, %go) {condition = @test, body = @step} : f32[?x.0("given"),4], bool[]
        %c = const [1, 2, 3, 4] : f32[1,4]
        %s = add(%i, %c) : f32[1,4]
        %r = softmax(%s) {beta = 1.0} : f32[1,4]
      }
      """
    let graph = try Graph(parsing: text, makeOp: OpCatalog.makeOp)
    let sound = try TFLiteWriter.write(TFLiteModel(graph: graph), log: DiagnosticLog())
      .withUnsafeBytes { Array($0) }
    let folder = try Sample.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "m.tflite")
    var refused = 0
    for round in 0..<2000 {
      var random = SplitMix64(seed: seed << 32 + UInt64(round))
      var bytes = sound
      for _ in 0..<Int.random(in: 1...4, using: &random) where bytes.count > 8 {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        let end = min(bytes.count, place + Int.random(in: 1...16, using: &random))
        switch Int.random(in: 0..<6, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: for index in place..<end { bytes[index] = 0 }
        case 3:
          for index in place..<end { bytes[index] = UInt8.random(in: 0...255, using: &random) }
        case 4: bytes[place] &+= Bool.random(using: &random) ? 1 : 255
        default:
          if Int.random(in: 0..<8, using: &random) == 0 { bytes.removeSubrange(place...) }
        }
      }
      try Data(bytes).write(to: path)
      let log = DiagnosticLog()
      let model = try? TFLiteReader.read(try MappedFile(path.path()), log: log)
      #expect((model == nil) == log.hasErrors, "seed \(seed), round \(round)")
      guard let model, model.graph.verify(into: log),
        let prepared = try? PreparedGraph(model.graph, arenaLimit: 1 << 16, log: log)
      else {
        #expect(log.hasErrors, "seed \(seed), round \(round)")
        refused += 1
        continue
      }
      prepared.invoke()
    }
    #expect(refused > 500)
  }
}
