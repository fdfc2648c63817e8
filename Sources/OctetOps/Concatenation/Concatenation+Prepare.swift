package import OctetDiagnostics
import OctetIR

extension Concatenation {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let output = context.output
    let isRescaled = output.element == .uint8 && output.type.isQuantized
    if output.type.isQuantized, !isRescaled { try context.requireOneScale() }
    let axis = axis < 0 ? axis + output.extents.count : axis
    let rows = output.extents[..<axis].reduce(1, *)
    let size = output.element.byteCount ?? 1
    let target = output.base
    var parts: [Part] = []
    var offset = 0
    for case let view? in context.inputs {
      let rowBytes = view.count / rows * size
      let table = isRescaled ? try Self.table(from: view.type, to: output.type) : nil
      // What lies in its place already was made there.
      let isInPlace = view.base == target + offset
      if !isInPlace || table != nil {
        parts.append(
          Part(
            source: view.base, rowBytes: rowBytes, offset: offset, isInPlace: isInPlace,
            table: table))
      }
      offset += rowBytes
    }
    let outputRow = offset
    if parts.isEmpty { return Step(kernel: "in place", phases: []) }
    return Step(kernel: "x\(8 * size)-concatenation--reference") {
      Self.reference(parts, rows: rows, outputRow: outputRow, target)
    }
  }

  /// The code of the result for each code of a uint8 input; nil where they are the same.
  ///
  /// Source: TFLite's `reference_ops::ConcatenationWithScaling`.
  private static func table(
    from input: TensorType, to output: TensorType
  ) throws(Diagnostic) -> [UInt8]? {
    let (from, to) = (try input.perTensor(), try output.perTensor())
    if from == to { return nil }
    let scale = from.scale * (1 / to.scale)
    let bias = -Float(from.zeroPoint) * scale
    return (UInt8.min...UInt8.max).map { code in
      let steps = (Float(code) * scale + bias).rounded(.toNearestOrAwayFromZero)
      return UInt8(clamping: Int32(max(-1000, min(1000, steps))) + to.zeroPoint)
    }
  }
}
