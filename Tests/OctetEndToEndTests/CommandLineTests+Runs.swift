import Foundation
import Octet
import OctetData
import OctetDiagnostics
import OctetIR
import OctetOps
import OctetSchema
import OctetTFLite
import OctetTestSupport
import Testing

/// Runs on tensors whose shapes the model leaves open, and on streams.
extension CommandLineTests {
  func save(_ tensors: [(String, Tensor)], _ name: String) throws {
    try NPZ.write(tensors.map { NamedTensor($0.0, $0.1) }, to: path(name))
  }

  func model(_ text: String, _ name: String) throws {
    try Data(("octet-ir 1\n" + text).utf8).write(to: URL(filePath: path(name + ".oct")))
    let result = try octet("convert", path(name + ".oct"), "-o", path(name + ".tflite"))
    try #require(result.code == 0, "\(result.errors)")
  }

  func outputs(_ name: String) throws -> [Tensor] { try NPZ.read(path(name)).map { $0.tensor } }

  @Test func streamsKeepVariables() throws {
    try model(
      """
      graph @main(%x: f32[1,2]) -> (%y) {
        %h = var_handle() {container = "", variable = "sum"} : resource[]
        %before = read_variable(%h) {type = f32, extents = [1, 2]} : f32[1,2]
        %y = add(%before, %x)
        assign_variable(%h, %y)
      }
      """, "sums")
    try save([("x", Tensor([3, 2], [1, 2, 3, 4, 5, 6]))], "x.npz")
    let arguments = ["run", path("sums.tflite"), "--input", path("x.npz"), "--save", path("y.npz")]
    let result = try octet(arguments + ["--keep-state"])
    #expect(result.code == 0, "\(result.errors)")
    let sums = try outputs("y.npz")[0]
    #expect(sums.extents == [3, 2])
    #expect(sums.storage.array(of: Float.self) == [1, 2, 4, 6, 9, 12])
    // Without it the tensor is no input of the model.
    #expect(try octet(arguments).errors.contains("error[OCT0702]"))
    try save([("x", Tensor([3, 1], [1, 2, 3]))], "x.npz")
    #expect(try octet(arguments + ["--keep-state"]).errors.contains("error[OCT0702]"))
    #expect(try octet(arguments + ["--keep-state", "--score", "0.5"]).code == 2)
  }

  /// What a model leaves open takes the tensor's extents.
  @Test func openExtentsAreTheTensors() throws {
    try model(
      """
      graph @main(%x: f32[1,2], %z: f32[1,1]) -> (%y) {
        %y = add(%x, %z)
      }
      """, "closed")
    try Data(
      ("octet-ir 1\ngraph @main(%x: f32[?n(\"\"),2], %z: f32[?n(\"\"),1]) -> (%y) {\n"
        + "%y = add(%x, %z)\n}").utf8
    ).write(to: URL(filePath: path("open.oct")))
    try save(
      [("z", Tensor([3, 1], [1, 2, 3])), ("x", Tensor([3, 2], [1, 2, 3, 4, 5, 6]))], "x.npz")
    let result = try octet(
      "run", path("open.oct"), "--input", path("x.npz"), "--save", path("y.npz"))
    #expect(result.code == 0, "\(result.errors)")
    #expect(try outputs("y.npz")[0].storage.array(of: Float.self) == [2, 3, 5, 6, 8, 9])
    let closed = try octet("run", path("closed.tflite"), "--input", path("x.npz"))
    #expect(closed.errors.contains("error[OCT0702]"))
  }

  /// Shapes that data decide are computed by `run`; what must know them before says how.
  @Test func dataDecideShapes() throws {
    try model(
      """
      graph @main(%x: f32[1,4]) -> (%y) {
        %r = relu(%x)
        %p = where(%r) : i64[?n("the data"),2]
        %y = gather_nd(%x, %p) : f32[?n("the data")]
      }
      """, "chosen")
    try save([("x", Tensor([1, 4], [1, 0, -2, 0]))], "x.npz")
    let result = try octet(
      "run", path("chosen.tflite"), "--input", path("x.npz"), "--save", path("y.npz"))
    #expect(result.code == 0, "\(result.errors)")
    #expect(try outputs("y.npz")[0].storage.array(of: Float.self) == [1])
    let quantized = try octet(
      "convert", path("chosen.tflite"), "--int8", "--calibration-data", path("x.npz"), "-o",
      path("q.tflite"))
    #expect(quantized.errors.contains("error[OCT0710]"))
    #expect(quantized.errors.contains("--outputs r"))
    #expect(try octet("check", path("chosen.tflite")).output.contains("converts: 3 operators"))
    let timed = try octet("bench", path("chosen.tflite"), "--runs", "1", "--json")
    #expect(timed.code == 0 && timed.output.contains("where + gather_nd"))
  }

  /// What a file declares of a shape that data decide is nothing that follows, nor is the extent of a tensor that is given.
  @Test func declaredShapesDoNotDecide() throws {
    let graph = try Graph(
      parsing: """
        octet-ir 1
        graph @main(%x: f32[?n("")], %m: f32[4]) -> (%y, %s) {
          %one = const [1] : f32[]
          %p = where(%m) : i64[1,1]
          %s = shape(%p) : i32[2]
          %y = fill(%s, %one) : f32[1,1]
        }
        """, makeOp: OpCatalog.makeOp)
    let file = try TFLiteWriter.write(TFLiteModel(graph: graph), log: DiagnosticLog())
    try Data(file.withUnsafeBytes { Array($0) }).write(to: URL(filePath: path("declared.tflite")))
    try save([("x", Tensor([2], [1, 2])), ("m", Tensor([4], [1, 0, 2, 3]))], "x.npz")
    let result = try octet(
      "run", path("declared.tflite"), "--input", path("x.npz"), "--save", path("y.npz"))
    #expect(result.code == 0, "\(result.errors)")
    #expect(try outputs("y.npz")[1].storage.array(of: Int32.self) == [3, 1])
    #expect(try outputs("y.npz")[0].extents == [3, 1])
  }

  /// Older converters gave a bias the dimension of its weights' scales, for which LiteRT 2.3.0 refuses the file. With that
  /// dimension set to 0, its reference kernels give these codes.
  @Test(.enabled(if: Sample.hasShared("tflite/tflite-micro")))
  func personDetectRuns() throws {
    let ramp = Storage((0..<96 * 96).map { Int8(truncatingIfNeeded: $0 * 7) })
    try save([("input", Tensor(TensorType(.int8, Shape([1, 96, 96, 1])), ramp))], "x.npz")
    let result = try octet(
      "run", Self.shared + "/tflite/tflite-micro/person_detect.tflite", "--input", path("x.npz"),
      "--save", path("y.npz"))
    #expect(result.code == 0, "\(result.errors)")
    #expect(try outputs("y.npz")[0].storage.array(of: Int8.self) == [77, -77])
  }
}
