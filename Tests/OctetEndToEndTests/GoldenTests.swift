import Foundation
import OctetData
import OctetDiagnostics
import OctetFiles
import OctetIR
import OctetOps
import OctetRuntime
import Testing

/// The models of `Golden/`, with LiteRT 2.3.0's reference kernels' outputs beside them
/// (tools/peer/litert golden): integers are equal to the byte, floats within 1e-5 after one operator and
/// within 4e-5 after a net, and the same for layers with int8 weights.
@Suite struct GoldenTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

  static let cases: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? [])
    .filter { $0.hasSuffix(".oct") }.map { String($0.dropLast(4)) }.sorted()

  @Test func thereAreCases() { #expect(Self.cases.count >= 39) }

  @Test func everyOperatorHasACase() throws {
    var used: Set<String> = []
    for name in Self.cases {
      for node in try Self.graph(name).nodes { used.insert(node.op.name) }
    }
    #expect(OpCatalog.all.map { $0.name }.filter { !used.contains($0) }.isEmpty)
  }

  /// Claims that no case can show: these read and make handles of variables, or nothing, and have the claims of the
  /// operators that use them.
  static let withoutCase: [String: Set<ElementType>] = [
    "call_once": [.float32], "var_handle": [.float32],
  ]

  /// Every type that an operator claims is one that a case has it read or make. Constants of whole numbers are shapes, axes
  /// and places.
  @Test func everyClaimedTypeHasACase() throws {
    var shown: [String: Set<ElementType>] = [:]
    for name in Self.cases {
      let graph = try Self.graph(name)
      for graph in [graph] + graph.allSubgraphs {
        for node in graph.nodes {
          let read = node.inputs.compactMap { $0 }.filter {
            graph[$0].constant == nil || ![.int32, .int64].contains(graph[$0].type.element)
          }
          for id in read + node.outputs {
            shown[node.op.name, default: []].insert(graph[id].type.element)
          }
        }
      }
    }
    for entry in OpCatalog.all {
      let missing = Set(entry.types).subtracting(shown[entry.name] ?? [])
      #expect(missing == Self.withoutCase[entry.name] ?? [], "\(entry.name)")
    }
  }

  @Test(arguments: cases) func equalsLiteRT(_ name: String) throws {
    let graph = try Self.graph(name)
    let log = DiagnosticLog()
    #expect(graph.verify(into: log), "\(log.diagnostics)")
    let prepared = try PreparedGraph(graph, log: log)
    let bound: Float =
      name.hasPrefix("hybrid-") ? 0 : name.hasPrefix("f32-") ? 1e-5 : 4e-5
    let tensors = try NPZ.read(Self.folder.appending(path: name + ".npz").path())
    for (index, input) in prepared.inputs.enumerated() {
      let given = try #require(tensors.first { $0.name == "input\(index)" }).tensor
      try #require(given.storage.bytes.count == input.type.byteCount)
      UnsafeMutableRawBufferPointer(start: input.base, count: given.storage.bytes.count)
        .copyMemory(from: given.storage.bytes)
    }
    prepared.invoke()
    try prepared.requireSoundRun()
    for (index, output) in prepared.outputs.enumerated() {
      let expected = try #require(tensors.first { $0.name == "output\(index)" }).tensor
      let found = output.copy()
      #expect(found.extents == expected.extents)
      #expect(found.type.element == expected.type.element)
      if found.type.element == .float32 {
        let (a, b) = (found.storage.array(of: Float.self), expected.storage.array(of: Float.self))
        let scale = max(1, b.reduce(0) { max($0, abs($1)) })
        let worst = zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
        #expect(worst <= bound * scale)
      } else {
        #expect(Array(found.storage.bytes) == Array(expected.storage.bytes))
      }
    }
  }

  static func graph(_ name: String) throws -> Graph {
    let text = try String(contentsOf: folder.appending(path: name + ".oct"), encoding: .utf8)
    return try Graph(parsing: text, file: name, makeOp: OpCatalog.makeOp)
  }
}
