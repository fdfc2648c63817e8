import OctetDiagnostics
import OctetSchema
import OctetTFLite
import Testing

/// Constants that are stored without most of their zeros.
@Suite struct SparseTensorTests {
  private enum Level {
    case dense(Int32)
    case sparse([Int32], [Int32])
  }

  /// `y = x + densify(c)`, where `c` is sparse.
  private func sum(
    _ shape: [Int32], _ stored: [Float], order: [Int32], blocks: [Int32] = [], _ levels: [Level],
    isDensified: Bool = true
  ) -> HandMadeModel {
    var model = HandMadeModel()
    let sparsity = SparsityParametersTable.object(
      traversalOrder: order, blockMap: blocks,
      dimMetadata: levels.map { level in
        switch level {
        case .dense(let size): DimensionMetadataTable.object(format: .dense, denseSize: size)
        case .sparse(let segments, let indices):
          DimensionMetadataTable.object(
            format: .sparseCSR,
            arraySegmentsType: Uint16VectorTable.sparseIndexVectorType,
            arraySegments: Uint16VectorTable.object(
              values: segments.map { UInt16(truncatingIfNeeded: $0) }),
            arrayIndicesType: Int32VectorTable.sparseIndexVectorType,
            arrayIndices: Int32VectorTable.object(values: indices))
        }
      })
    model.codes = [
      OperatorCodeTable.object(resolvedCode: .add),
      OperatorCodeTable.object(resolvedCode: .densify),
    ]
    model.tensors = [
      HandMadeModel.tensor("x", shape: shape),
      HandMadeModel.tensor("c", shape: shape, sparsity: sparsity),
      HandMadeModel.tensor("d", shape: shape), HandMadeModel.tensor("y", shape: shape),
    ]
    model.buffers[1] = BufferTable.object(data: FlatBytes(stored))
    model.operators = [
      OperatorTable.object(opcodeIndex: 1, inputs: [1], outputs: [2]),
      HandMadeModel.add([0, isDensified ? 2 : 1], [3]),
    ]
    if !isDensified { model.operators.removeFirst() }
    return model
  }

  /// LiteRT 2.3.0's results.
  @Test(arguments: [true, false]) func equalsLiteRT(_ isDensified: Bool) throws {
    let row = sum(
      [4], [5, 6], order: [0], [.sparse([0, 2], [1, 3])], isDensified: isDensified)
    #expect(try row.run().outputs == [[1, 6, 1, 7]])
    #expect(try row.read().metadata.unkept == ["the sparse form of 1 tensor"])
    let blocks = sum(
      [2, 4], [1, 2, 3, 4], order: [0, 1, 2], blocks: [1],
      [.dense(2), .sparse([0, 1, 2], [1, 0]), .dense(2)], isDensified: isDensified)
    #expect(try blocks.run().outputs == [[1, 1, 2, 3, 4, 5, 1, 1]])
    let turned = sum(
      [4, 4], [1, 2, 3, 4, 5, 6, 7, 8], order: [0, 1, 3, 2], blocks: [0, 1],
      [.dense(2), .sparse([0, 1, 2], [1, 0]), .dense(2), .dense(2)], isDensified: isDensified)
    #expect(
      try turned.run().outputs == [[1, 1, 2, 4, 1, 1, 3, 5, 6, 8, 1, 1, 7, 9, 1, 1]])
    let columns = sum(
      [2, 3], [1, 2, 3], order: [1, 0], [.dense(3), .sparse([0, 1, 1, 3], [1, 0, 1])],
      isDensified: isDensified)
    #expect(try columns.run().outputs == [[1, 1, 3, 2, 1, 4]])
  }

  @Test func whatDoesNotFit() throws {
    func message(_ model: HandMadeModel) throws -> String? {
      let (log, outputs) = try model.run()
      #expect(outputs == nil)
      return log.diagnostics.first.map { "\($0.code.id): \($0.message)" }
    }
    func expect(
      _ what: String, order: [Int32] = [0, 1], blocks: [Int32] = [], _ levels: [Level],
      stored: [Float] = [1, 2], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      #expect(
        try message(sum([2, 4], stored, order: order, blocks: blocks, levels))
          == "OCT0104: the \(what) of a sparse tensor do not fit its shape",
        sourceLocation: sourceLocation)
    }
    try expect("levels", order: [0], [.dense(2)])
    try expect("levels", order: [0, 0], [.dense(2), .dense(4)])
    try expect("levels", order: [0, 1, 2], blocks: [2], [.dense(2), .dense(4), .dense(1)])
    try expect("blocks", order: [0, 1, 2], blocks: [1], [.dense(2), .dense(4), .dense(3)])
    try expect("blocks", order: [0, 1, 2], blocks: [1], [.dense(2), .dense(4), .dense(0)])
    try expect("extents", [.dense(2), .dense(5)])
    try expect("indices", [.dense(2), .sparse([0, 1, 2], [1, 4])])
    try expect("indices", [.dense(2), .sparse([0, 1, 2], [1, -1])])
    try expect("indices", [.dense(2), .sparse([0, 2, 1], [1, 2])])
    try expect("indices", [.dense(2), .sparse([0, 1, 3], [1, 2])])
    try expect("indices", [.dense(2), .sparse([0, 1], [1, 2])])
    try expect("indices", [.dense(2), .sparse([0, 1, 3], [1, 2, 3])])
    #expect(
      try message(
        sum(
          [1 << 14, 1 << 14], [1], order: [0, 1], [.dense(1 << 14), .sparse([0, 1], [0])]))
        == "OCT0104: sparse tensors are larger than Octet reads")
  }
}
