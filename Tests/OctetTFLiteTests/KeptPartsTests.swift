import Foundation
import OctetDiagnostics
import OctetFiles
import OctetIR
import OctetSchema
import OctetTFLite
import OctetTestSupport
import Testing

/// What a file has beside its operators is in the file that is written again, or a remark says what is not.
@Suite struct KeptPartsTests {
  func written(_ model: HandMadeModel) throws -> (
    first: TFLiteModel, again: TFLiteModel, DiagnosticLog
  ) {
    let folder = try Sample.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "m.tflite").path()
    try writeFile(path, try model.bytes())
    let log = DiagnosticLog()
    let first = try TFLiteReader.read(try MappedFile(path), log: log)
    try writeFile(path, try TFLiteWriter.write(first, log: log).withUnsafeBytes { Array($0) })
    return (first, try TFLiteReader.read(try MappedFile(path), log: log), log)
  }

  func signature(
    _ key: String, _ inputs: [(String, UInt32)], _ outputs: [(String, UInt32)], _ graph: UInt32
  ) -> FlatObject {
    func maps(_ entries: [(String, UInt32)]) -> [FlatObject] {
      entries.map { TensorMapTable.object(name: $0.0, tensorIndex: $0.1) }
    }
    return SignatureDefTable.object(
      inputs: maps(inputs), outputs: maps(outputs), signatureKey: key, subgraphIndex: graph)
  }

  @Test func signaturesAndMetadata() throws {
    var model = HandMadeModel()
    let other = SubGraphTable.object(
      tensors: [HandMadeModel.tensor("p"), HandMadeModel.tensor("q")], inputs: [0], outputs: [1],
      operators: [OperatorTable.object(opcodeIndex: 1, inputs: [0], outputs: [1])], name: "train")
    model.subgraphs = [
      SubGraphTable.object(
        tensors: model.tensors, inputs: model.inputs, outputs: model.outputs,
        operators: model.operators, name: "main"), other,
    ]
    model.signatures = [
      signature("predict", [("image", 0)], [("scores", 3)], 0),
      signature("classify", [("picture", 0)], [("classes", 3)], 0),
      signature("learn", [("sample", 0)], [("loss", 1)], 1),
      signature("inside", [("picture", 0)], [("sum", 2)], 0),
    ]
    model.buffers.append(BufferTable.object(data: .owned([1, 2, 3])))
    model.metadata = [
      MetadataTable.object(name: "min_runtime_version", buffer: 2),
      MetadataTable.object(name: "labels", buffer: 2),
    ]
    let (first, again, log) = try written(model)
    #expect(again.metadata.signatureKey == "predict")
    #expect(again.graph[again.graph.inputs[0]].name == "image")
    #expect(again.metadata.signatures.map { $0.key } == ["classify", "learn"])
    #expect(again.metadata.signatures == first.metadata.signatures)
    #expect(again.metadata.signatures[1].graph == "train")
    #expect(again.graph.subgraphs.map { $0.name } == ["train"])
    #expect(again.metadata.others.map { $0.name } == ["min_runtime_version", "labels"])
    #expect(log.diagnostics.map { $0.code } == [.notKept])
    #expect(
      log.diagnostics[0].notes == ["signature 'inside', whose tensors are no inputs and outputs"])
  }

  @Test func whatIsNotKeptIsSaid() throws {
    var model = HandMadeModel()
    model.tensors[0] = HandMadeModel.tensor(
      "x", quantization: QuantizationParametersTable.object(min: [-1], max: [1]))
    model.operators[1] = OperatorTable.object(
      opcodeIndex: 1, inputs: [2], outputs: [3], intermediates: [2], debugMetadataIndex: 0)
    let (_, again, log) = try written(model)
    #expect(again.metadata.unkept.isEmpty)
    #expect(
      log.diagnostics.map { $0.notes } == [
        [
          "the least and greatest numbers of 1 tensor", "intermediate tensors of 1 operator",
          "where debug metadata tell of 1 operator or subgraphs",
        ]
      ])
  }
}
