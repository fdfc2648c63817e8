import OctetDiagnostics
package import OctetIR
import OctetSchema

extension MirrorPad {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    operands.version(int8: 2, int16: 3)
  }

  package var options: OperatorOptions {
    OperatorOptions(
      .mirrorPadOptions,
      MirrorPadOptionsTable.object(mode: mode == .reflect ? .reflect : .symmetric))
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    switch try reader.options(MirrorPadOptionsTable.self).mode {
    case .reflect: return MirrorPad(.reflect)
    case .symmetric: return MirrorPad(.symmetric)
    case let other: throw Diagnostic(.invalidModel, "there is no mirror \(other.rawValue)")
    }
  }
}
