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

@Suite final class TFLiteFileTests {
  let path: String

  private let folder: URL

  init() throws {
    folder = try Sample.temporaryFolder()
    path = folder.appending(path: "m.tflite").path()
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  static let text = """
    octet-ir 1
    graph @main(%image: i8[1,6,6,2]{0.05:-7}) -> (%scores) {
      %w = const random 2 : i8[4,3,3,2]{axis 0: 0.01:0, 0.02:0, 0.03:0, 0.04:0}
      %b = const random 3 : i32[4]{axis 0: 0.0005:0, 0.001:0, 0.0015:0, 0.002:0}
      %c = conv_2d(%image, %w, %b) {padding = same} : i8[1,6,6,4]{0.1:3} loc(file = "n.prototxt", op = "Convolution", node = "c", line = 7) loc(file = "n.prototxt", node = "bn\\n\\t")
      %p = max_pool_2d(%c) {filter = [2, 2], stride = [2, 2], padding = valid} : i8[1,3,3,4]{0.1:3}
      %s = const [1, 36] : i32[2]
      %r = reshape(%p, %s) {shape = [1, 36]} : i8[1,36]{0.1:3}
      %f = const random 4 : i8[5,36]{0.02:0}
      %d = fully_connected(%r, %f, _) : i8[1,5]{0.2:0}
      %scores = softmax(%d) {beta = 1.0} : i8[1,5]{0.00390625:-128}
    }
    """

  /// Two heads; the tab in a name is written as an escape.
  static let detector =
    "yolo classes=2 anchors=1x2 output=a\tb\nregion classes=2 anchors=1x2 output=c"

  func written(_ graph: Graph) throws -> [UInt8] {
    let metadata = ModelMetadata(preprocessing: "scale=1/256", detector: Self.detector)
    let model = TFLiteModel(graph: graph, metadata: metadata)
    return try TFLiteWriter.write(model, log: DiagnosticLog()).withUnsafeBytes { Array($0) }
  }

  @Test func everythingComesBack() throws {
    let graph = try Graph(parsing: Self.text, makeOp: OpCatalog.makeOp)
    try writeFile(path, try written(graph))
    let log = DiagnosticLog()
    let model = try TFLiteReader.read(try MappedFile(path), log: log)
    #expect(log.diagnostics.isEmpty)
    #expect(model.metadata.preprocessing == "scale=1/256")
    #expect(model.metadata.detector == Self.detector)
    #expect(model.graph.nodes[0].provenance.map { $0.source } == graph.nodes[0].provenance)
    // The operator in the file, and the layer that it was made from.
    let place = model.graph.nodes[1].location.completed(by: Location(file: path))
    #expect(place.index == 1 && place.text == "\(path) operator 1: 'p' (MAX_POOL_2D)")
    let layer = model.graph.nodes[0].provenance[0]
    #expect(layer.text == "n.prototxt:7: 'c' (Convolution), operator 0 of \(path)")
    var expected = graph
    // A left-out input at the end is not stored.
    for index in expected.nodes.indices {
      while expected.nodes[index].inputs.last == .some(nil) {
        expected.nodes[index].inputs.removeLast()
      }
    }
    let printer = GraphPrinter(showsLocations: false)
    #expect(printer.print(model.graph) == printer.print(expected))
  }

  @Test func loopsAndUnknownDimensionsComeBack() throws {
    let graph = try Graph(
      parsing: """
        octet-ir 1
        graph @main(%x: f32[?x.0("the shape signature of tensor 'x'"),4], %go: bool[]) -> (%y) {
          graph @test(%a: f32[?x.0(""),4], %b: bool[]) -> (%b) {
          }
          graph @step(%a: f32[?x.0(""),4], %b: bool[]) -> (%r, %b) {
            %r = relu(%a) : f32[?x.0(""),4]
          }
          %y, %end = while(%x, %go) {condition = @test, body = @step} : f32[?x.0(""),4], bool[]
        }
        """, makeOp: OpCatalog.makeOp)
    try writeFile(path, try written(graph))
    let log = DiagnosticLog()
    let model = try TFLiteReader.read(try MappedFile(path), log: log)
    #expect(model.graph.subgraphs.map { $0.name } == ["test", "step"])
    #expect((model.graph.nodes[0].op as? While)?.body == "step")
    guard case .unknown(let name, _) = model.graph[model.graph.inputs[0]].type.shape.dimensions[0]
    else {
      Issue.record("the dimension became known")
      return
    }
    #expect(name == "x.0")
    #expect(model.graph.verify(into: log))
  }

  /// A loop in the body of a loop, and a body that two loops share.
  @Test func nestedLoopsComeBack() throws {
    let graph = try Graph(
      parsing: """
        octet-ir 1
        graph @main(%x: f32[4], %go: bool[]) -> (%y) {
          graph @test(%a: f32[4], %b: bool[]) -> (%b) {
          }
          graph @outer(%a: f32[4], %b: bool[]) -> (%r, %b) {
            graph @test(%c: f32[4], %d: bool[]) -> (%d) {
            }
            graph @inner(%c: f32[4], %d: bool[]) -> (%s, %d) {
              %s = relu(%c)
            }
            %r, %e = while(%a, %b) {condition = @test, body = @inner} : f32[4], bool[]
          }
          %y, %end = while(%x, %go) {condition = @test, body = @outer} : f32[4], bool[]
        }
        """, makeOp: OpCatalog.makeOp)
    let log = DiagnosticLog()
    #expect(graph.verify(into: log), "\(log.diagnostics)")
    try writeFile(path, try written(graph))
    let again = try TFLiteReader.read(try MappedFile(path), log: log).graph
    #expect(again.verify(into: log) && log.diagnostics.isEmpty, "\(log.diagnostics)")
    #expect(again.subgraphs.count == 2)
    let outer = try #require(again.subgraphs.last)
    #expect(outer.subgraphs.count == 2 && outer.subgraphs.last?.nodes.first?.op.name == "relu")
  }

  /// What others stored beside the graph survives; what tells of their conversion until the model is changed.
  @Test func foreignMetadataComesBack() throws {
    var metadata = ModelMetadata()
    metadata.description = "a net"
    metadata.signatureKey = "predict"
    metadata.others = [
      ("labels", Storage([1, 2, 3] as [UInt8])), ("min_runtime_version", Storage([9] as [UInt8])),
    ]
    let graph = try Graph(
      parsing: "octet-ir 1\ngraph @main(%x: f32[4]) -> (%y) {\n%y = relu(%x)\n}",
      makeOp: OpCatalog.makeOp)
    let bytes = try TFLiteWriter.write(
      TFLiteModel(graph: graph, metadata: metadata), log: DiagnosticLog()
    ).withUnsafeBytes { Array($0) }
    try writeFile(path, bytes)
    let again = try TFLiteReader.read(try MappedFile(path), log: DiagnosticLog()).metadata
    #expect(again.description == "a net" && again.signatureKey == "predict")
    #expect(again.others.map { $0.name } == ["labels", "min_runtime_version"])
    metadata.dropConversion()
    #expect(metadata.others.map { $0.name } == ["labels"])
    #expect(again.others.first?.contents.array(of: UInt8.self) == [1, 2, 3])
  }

  @Test func constantsAreAligned() throws {
    let bytes = try written(try Graph(parsing: Self.text, makeOp: OpCatalog.makeOp))
    bytes.withUnsafeBytes { raw in
      guard let model = ModelTable(verifying: raw) else {
        Issue.record("the file does not verify")
        return
      }
      for buffer in model.buffers.map({ Array($0) }) ?? [] {
        guard let start = buffer.data?.bytes.baseAddress, let base = raw.baseAddress else {
          continue
        }
        #expect((start - base) % 16 == 0)
      }
    }
  }

  /// Reads, verifies, prepares and runs; the answer does not matter, only that there is one.
  func use(_ bytes: [UInt8]) throws {
    try writeFile(path, bytes)
    let log = DiagnosticLog()
    guard let graph = try? TFLiteReader.read(try MappedFile(path), log: log).graph else {
      #expect(log.hasErrors, "a failure without a reason")
      return
    }
    guard graph.verify(into: log),
      let prepared = try? PreparedGraph(graph, arenaLimit: 1 << 24, log: log)
    else { return }
    // Strides and windows of damaged files may ask for much work: small ones are enough here.
    if graph.values.allSatisfy({ ($0.type.byteCount ?? 0) < 1 << 16 }) { prepared.invoke() }
  }

  @Test func damagedFiles() throws {
    let base = try written(try Graph(parsing: Self.text, makeOp: OpCatalog.makeOp))
    var generator = SplitMix64(seed: 31)
    for round in 0..<4000 {
      var bytes = base
      for _ in 0...Int(generator.next() % 3) {
        let place = Int(generator.next() % UInt64(bytes.count))
        switch generator.next() % 4 {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
        case 1: bytes[place] ^= 1 << UInt8(generator.next() % 8)
        case 2: for i in place..<min(bytes.count, place + 4) { bytes[i] = 0xFF }
        default: if round % 8 == 0, place > 0 { bytes.removeLast(bytes.count - place) }
        }
      }
      try use(bytes)
    }
  }

  @Test func randomFiles() throws {
    var generator = SplitMix64(seed: 32)
    for count in 0..<400 {
      var bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
      if count >= 8 { bytes.replaceSubrange(4..<8, with: Array("TFL3".utf8)) }
      try use(bytes)
    }
  }
}
