import OctetDiagnostics
import OctetSchema
import OctetTFLite
import Testing

/// Custom operators that are read as builtins.
@Suite struct CustomFormTests {
  /// A transposed convolution of ones, [1,`height`,`width`,1], with the filter 1, 2, 3, 4 and bias 100.
  private func transposed(
    _ size: (height: Int32, width: Int32), kernel: [Int32], to result: [Int32], options: [Int32]
  ) -> HandMadeModel {
    var model = HandMadeModel()
    model.codes = [
      OperatorCodeTable.object(resolvedCode: .custom, customCode: "Convolution2DTransposeBias")
    ]
    model.tensors = [
      HandMadeModel.tensor("x", shape: [1, size.height, size.width, 1]),
      HandMadeModel.tensor("c", shape: [1] + kernel + [1]),
      HandMadeModel.tensor("bias", shape: [1], buffer: 2),
      HandMadeModel.tensor("y", shape: [1] + result + [1]),
    ]
    model.buffers.append(BufferTable.object(data: FlatBytes([100] as [Float])))
    model.operators = [
      OperatorTable.object(
        inputs: [0, 1, 2], outputs: [3],
        customOptions: .owned(
          options.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } })
      )
    ]
    return model
  }

  /// LiteRT 2.3.0's results.
  @Test func transposedConvolutionOfMediaPipe() throws {
    let tiles = try transposed((2, 2), kernel: [2, 2], to: [4, 4], options: [1, 2, 2]).run()
    #expect(!tiles.log.hasErrors, "\(tiles.log.diagnostics)")
    #expect(
      tiles.outputs == [
        [101, 102, 101, 102, 103, 104, 103, 104, 101, 102, 101, 102, 103, 104, 103, 104]
      ])
    let read = try transposed((2, 2), kernel: [2, 2], to: [4, 4], options: [1, 2, 2]).read()
    #expect(read.metadata.operatorVersions.isEmpty)
    #expect(
      read.metadata.unkept == [
        "the custom operator 'Convolution2DTransposeBias', written as a builtin"
      ])
    // Strides of rows and columns differ; same padding cuts the last row.
    let cut = try transposed((3, 2), kernel: [2, 2], to: [5, 2], options: [1, 1, 2]).run()
    #expect(cut.outputs == [[101, 103, 103, 107, 101, 103, 103, 107, 101, 103]])
    let valid = try transposed((2, 2), kernel: [2, 2], to: [3, 4], options: [2, 2, 1]).run()
    #expect(valid.outputs == [[101, 102, 101, 102, 104, 106, 104, 106, 103, 104, 103, 104]])
  }

  @Test func formsThatTheBuiltinHasNot() throws {
    func messages(_ model: HandMadeModel) throws -> [String] {
      try model.run().log.diagnostics.map { "\($0.code.id): \($0.message)" }
    }
    // A result of another size than MediaPipe would make.
    #expect(
      try messages(transposed((2, 2), kernel: [2, 2], to: [6, 6], options: [1, 2, 2])) == [
        "OCT0701: operator 'Convolution2DTransposeBias' cannot be run"
      ])
    #expect(
      try messages(transposed((2, 2), kernel: [2, 2], to: [4, 4], options: [3, 2, 2])) == [
        "OCT0104: padding 3 is neither 1, same, nor 2, valid"
      ])
    #expect(
      try messages(transposed((2, 2), kernel: [2, 2], to: [4, 4], options: [1, 2])) == [
        "OCT0104: the operator's options are shorter than three int32"
      ])
    #expect(
      try messages(transposed((2, 2), kernel: [2, 2], to: [4, 4], options: [1, 0, -1])) == [
        "OCT0205: window, stride and dilation must be positive and at most 2^30"
      ])
  }
}
