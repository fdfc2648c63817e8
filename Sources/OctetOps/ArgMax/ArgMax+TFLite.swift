import OctetDiagnostics
package import OctetIR
import OctetSchema

extension ArgMax {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 {
    operands.version(int8: 2)
  }

  package var options: OperatorOptions {
    switch kind {
    case .max:
      OperatorOptions(.argMaxOptions, ArgMaxOptionsTable.object(outputType: type.schema))
    case .min:
      OperatorOptions(.argMinOptions, ArgMinOptionsTable.object(outputType: type.schema))
    }
  }

  convenience init(_ kind: Kind, _ reader: OperatorReader) throws(Diagnostic) {
    let stored =
      switch kind {
      case .max: try reader.options(ArgMaxOptionsTable.self).outputType
      case .min: try reader.options(ArgMinOptionsTable.self).outputType
      }
    guard stored == .int32 || stored == .int64 else {
      throw Diagnostic(.invalidAttribute, "the places must be int32 or int64")
    }
    self.init(kind, type: stored == .int64 ? .int64 : .int32)
  }
}
