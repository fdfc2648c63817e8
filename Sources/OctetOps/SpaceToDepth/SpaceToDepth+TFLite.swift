import OctetDiagnostics
package import OctetIR
import OctetSchema

extension SpaceToDepth {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    operands.version(int8: 2)
  }

  package var options: OperatorOptions {
    OperatorOptions(
      .spaceToDepthOptions, SpaceToDepthOptionsTable.object(blockSize: Int32(blockSize)))
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    SpaceToDepth(blockSize: Int(try reader.options(SpaceToDepthOptionsTable.self).blockSize))
  }
}

extension DepthToSpace {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 { 1 }

  package var options: OperatorOptions {
    OperatorOptions(
      .depthToSpaceOptions, DepthToSpaceOptionsTable.object(blockSize: Int32(blockSize)))
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    DepthToSpace(blockSize: Int(try reader.options(DepthToSpaceOptionsTable.self).blockSize))
  }
}
