package import OctetDiagnostics
import OctetIR

extension Split {
  /// One output: where it lies, how many bytes of each input row it takes and where they begin.
  struct Part {
    let target: UnsafeMutableRawPointer
    let rowBytes: Int
    let offset: Int
  }

  /// Copies parts of the input's rows of `inputRow` bytes.
  static func reference(
    _ parts: [Part], rows: Int, inputRow: Int, _ input: UnsafeRawPointer
  ) {
    for row in 0..<rows {
      for part in parts {
        (part.target + row * part.rowBytes).copyMemory(
          from: input + row * inputRow + part.offset, byteCount: part.rowBytes)
      }
    }
  }
}

extension Split {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let input = context.input(data)
    if input.type.isQuantized {
      try context.requireOneScale(besides: context.inputs.indices.filter { $0 != data })
    }
    let axis: Int
    switch kind {
    case .equal: axis = Int(context.input(0).int32[0])
    case .sized: axis = Int(context.input(2).int32[0])
    case .single(let given): axis = given
    }
    let size = input.element.byteCount ?? 1
    let rows = input.extents[..<(try OctetOps.axis(axis, of: input.extents.count))].reduce(1, *)
    var parts: [Part] = []
    var offset = 0
    for output in context.outputs {
      let rowBytes = output.count / max(rows, 1) * size
      parts.append(Part(target: output.base, rowBytes: rowBytes, offset: offset))
      offset += rowBytes
    }
    let (source, inputRow) = (input.base, offset)
    return Step(kernel: "x\(8 * size)-\(name)--reference") { [parts] in
      Self.reference(parts, rows: rows, inputRow: inputRow, source)
    }
  }
}
