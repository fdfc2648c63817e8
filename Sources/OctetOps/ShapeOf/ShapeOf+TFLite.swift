package import OctetIR
import OctetSchema

extension ShapeOf {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 { 1 }

  package var options: OperatorOptions {
    switch kind {
    case .extents(let type):
      OperatorOptions(.shapeOptions, ShapeOptionsTable.object(outType: type.schema))
    case .rank: OperatorOptions(.rankOptions, RankOptionsTable.object())
    }
  }
}
