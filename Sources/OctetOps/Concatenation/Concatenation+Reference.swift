package import OctetDiagnostics
import OctetIR

extension Concatenation {
  /// One input: where it lies, how many bytes of each output row are its own and where they begin.
  struct Part {
    let source: UnsafeRawPointer
    let rowBytes: Int
    let offset: Int
    /// Whether it lies in the output's rows already.
    var isInPlace = false
    /// What becomes of each byte; nil where they stay the same.
    var table: [UInt8]?
  }

  /// Copies the parts' rows side by side into rows of `outputRow` bytes.
  static func reference(
    _ parts: [Part], rows: Int, outputRow: Int, _ output: UnsafeMutableRawPointer
  ) {
    for row in 0..<rows {
      for part in parts {
        let target = output + row * outputRow + part.offset
        let source = part.isInPlace ? UnsafeRawPointer(target) : part.source + row * part.rowBytes
        guard let table = part.table else {
          target.copyMemory(from: source, byteCount: part.rowBytes)
          continue
        }
        let (codes, results) = (
          source.assumingMemoryBound(to: UInt8.self), target.assumingMemoryBound(to: UInt8.self)
        )
        for i in 0..<part.rowBytes { results[i] = table[Int(codes[i])] }
      }
    }
  }
}

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
