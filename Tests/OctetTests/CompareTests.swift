import Foundation
import Octet
import OctetIR
import OctetOps
import OctetTestSupport
import Testing

/// Two models' tensors side by side.
@Suite final class CompareTests {
  let folder: URL
  let log = DiagnosticLog()

  init() throws { folder = try Sample.temporaryFolder() }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// A model of text IR.
  func model(_ text: String, _ name: String) throws -> Model {
    let path = folder.appending(path: name).path()
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return try Model.open(path, log: log)
  }

  func compared(
    _ a: Model, _ b: Model, _ extents: [Int], _ values: [Float]
  ) throws -> ModelComparison {
    let path = folder.appending(path: "x.npz").path()
    try NPZ.write([NamedTensor("x", Tensor(extents, values))], to: path)
    return try ModelComparison(
      a, b, try a.dataset(path, part: .evaluation, log: log), .identity, log: log)
  }

  @Test func aModelBesideItselfHasNoErrors() throws {
    let model = try model(Self.text(), "a.oct")
    let found = try compared(model, model, [2, 4], [-3, -1, 0.5, 1, 2, 0, 0.25, -8])
    #expect(found.samples == 2)
    #expect(found.tensors.map { $0.name } == ["x", "y", "z"])
    #expect(found.tensors.allSatisfy { $0.own == .infinity && $0.decibels == .infinity })
    #expect(found.ranking.isEmpty && found.causes.isEmpty && found.unpaired.isEmpty)
    #expect(found.outputs.map { $0.largest } == [0])
  }

  /// x -> y = x + x -> z = y + y, with codes where `types` says so.
  static func text(
    x: String = "f32[1,4]", y: String = "f32[1,4]", z: String = "f32[1,4]"
  ) -> String {
    """
    octet-ir 1
    graph @main(%x: \(x)) -> (%z) {
    %y = add(%x, %x) : \(y)
    %z = add(%y, %y) : \(z)
    }
    """
  }

  /// Steps of 1 at y turn 2.6 into 3: an error of 0.4 that z has twice without making one of its own.
  @Test func ownAndInheritedErrorsAreApart() throws {
    let a = try model(Self.text(), "a.oct")
    let b = try model(
      Self.text(
        x: "i8[1,4]{0.1:0}", y: "i8[1,4]{1.0:0}", z: "i8[1,4]{0.5:0}"), "b.oct")
    let found = try compared(a, b, [1, 4], [1.3, 1, 2, -1])
    let tensors = found.tensors
    #expect(tensors.map { $0.name } == ["x", "y", "z"])
    // Signals: of y 2.6² + 2² + 4² + 2², noise 0.4².
    let expected = 10 * log10((2.6 * 2.6 + 4 + 16 + 4) / 0.16)
    #expect(abs(tensors[1].own - expected) < 1e-3, "\(tensors[1].own)")
    #expect(abs(tensors[1].decibels - expected) < 1e-3)
    #expect(tensors[1].inherited > 60)
    #expect(abs(tensors[2].decibels - expected) < 1e-3)
    #expect(tensors[2].own > 60 && abs(tensors[2].inherited - expected) < 1e-2)
    #expect(abs(try #require(tensors[1].atOutputs) - expected) < 1e-3)
    #expect(found.ranking.first.map { tensors[$0].name } == "y")
    #expect(abs(try #require(tensors[1].errorInSteps) - 0.2) < 1e-5)
    #expect(tensors[1].codesUsed == 4 && tensors[1].saturation == 0)
  }

  @Test func numbersBeyondTheRangeAreClipped() throws {
    let a = try model(Self.text(), "a.oct")
    let b = try model(
      Self.text(
        x: "i8[1,4]{0.5:0}", y: "i8[1,4]{0.01:0}", z: "i8[1,4]{1.0:0}"), "b.oct")
    let found = try compared(a, b, [1, 4], [8, 0.5, -0.5, 0])
    let worst = try #require(found.ranking.first.map { found.tensors[$0] })
    #expect(worst.name == "y" && worst.causes.first?.kind == .clipped)
    #expect(worst.saturation == 0.25)
    #expect(
      try #require(worst.causes.first).text.contains("25.00 % of the numbers lie beyond -1.28…1.27")
    )
  }

  @Test func numbersThatAreNoneAreNotCalledExact() throws {
    func text(_ op: String) -> String {
      """
      octet-ir 1
      graph @main(%x: f32[1,4]) -> (%y) {
      %y = \(op)(%x) : f32[1,4]
      }
      """
    }
    let found = try compared(
      try model(text("exp"), "a.oct"), try model(text("log"), "b.oct"), [1, 4], [-1, -2, -3, -4])
    #expect(found.outputs[0].unreal == 4 && found.outputs[0].decibels == -.infinity)
    #expect(found.text.contains("'y': 4 of 4 numbers NaN or infinite"))
    #expect(!found.text.contains("exact, largest"))
    let tensor = try #require(found.tensors.last)
    #expect(tensor.own == -.infinity && tensor.causes.first?.kind == .unreal)
    // JSON has no form of such a number, and a report would be refused with one.
    let json = found.json.text
    #expect(json.contains("\"snr_db\": \"NaN\"") && !json.contains("null"), "\(json)")
  }

  /// Rows of a table that whole numbers choose. The last row differs.
  @Test func inputsCanBeWholeNumbers() throws {
    func text(_ last: Float) -> String {
      """
      octet-ir 1
      graph @main(%x: i32[1,2]) -> (%z) {
      %table = const [0.5, 1.0, 1.5, 2.0, \(last), 3.0] : f32[3,2]
      %y = gather(%table, %x) : f32[1,2,2]
      %z = add(%y, %y) : f32[1,2,2]
      }
      """
    }
    let (a, b) = (try model(text(2.5), "a.oct"), try model(text(4.5), "b.oct"))
    let same = try compared(a, b, [1, 2], [0, 1])
    #expect(same.tensors.map { $0.name } == ["x", "y", "z"] && same.ranking.isEmpty)
    let found = try compared(a, b, [1, 2], [2, 1])
    #expect(found.ranking.map { found.tensors[$0].name } == ["y"])
    #expect(found.outputs[0].largest == 4)
  }

  @Test func subgraphsAreSaidNotToBeLookedInto() throws {
    let text = """
      octet-ir 1
      graph @main(%x: f32[1,4]) -> (%y) {
        graph @more(%v: f32[1,4]) -> (%w) {
          %w = add(%v, %v)
        }
        graph @same(%v: f32[1,4]) -> (%w) {
          %w = neg(%v)
        }
        %zero = const [0.0] : f32[1]
        %axes = const [0, 1] : i32[2]
        %below = less(%x, %zero) : bool[1,4]
        %any = reduce_any(%below, %axes) : bool[]
        %y = if(%any, %x) {then = @more, else = @same} : f32[1,4]
      }
      """
    let model = try model(text, "a.oct")
    let found = try compared(model, model, [1, 4], [1, 2, 3, 4])
    #expect(found.withSubgraphs == ["if 'y'"])
    #expect(found.text.contains("only the results are compared of what runs subgraphs: if 'y'"))
  }

  @Test func inputsMustBeTheSame() throws {
    let a = try model(Self.text(), "a.oct")
    let b = try model(
      Self.text(x: "f32[1,5]", y: "f32[1,5]", z: "f32[1,5]"), "b.oct")
    #expect(throws: DiagnosticFailure.self) {
      _ = try self.compared(a, b, [1, 4], [8, 0.5, -0.5, 0])
    }
    #expect(log.diagnostics.last?.code == .modelsDiffer)
  }
}
