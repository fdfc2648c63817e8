import OctetIR
import OctetKernels

/// Steps of operators over two operands that broadcast.
enum BinaryStep {
  /// Computes `count` elements, of which each operand's are 0 or 1 apart.
  typealias Row<Operand, Result> = (
    _ count: Int, _ left: UnsafePointer<Operand>, _ leftStep: Int, _ right: UnsafePointer<Operand>,
    _ rightStep: Int, _ result: UnsafeMutablePointer<Result>
  ) -> Void

  /// A step that computes each element of the result as `combine` of the operands'.
  @inline(__always)
  static func step<Operand: BitwiseCopyable, Result: BitwiseCopyable>(
    _ context: PrepareContext, kernel: String, combine: @escaping (Operand, Operand) -> Result
  ) -> Step {
    rows(context, kernel: kernel) { count, left, leftStep, right, rightStep, result in
      if leftStep == 0 {
        for i in 0..<count { result[i] = combine(left[0], right[i]) }
      } else if rightStep == 0 {
        for i in 0..<count { result[i] = combine(left[i], right[0]) }
      } else {
        for i in 0..<count { result[i] = combine(left[i], right[i]) }
      }
    }
  }

  /// The step of an operation on whole numbers, clamped by `activation`.
  @inline(__always)
  static func whole<Number: FixedWidthInteger & BitwiseCopyable>(
    _ context: PrepareContext, _ name: String, _ activation: FusedActivation,
    combine: @escaping (Number, Number) -> Number
  ) -> Step {
    let bounds: (low: Number, high: Number) = activation.wholeBounds()
    return step(context, kernel: "s\(Number.bitWidth)-\(name)--reference") {
      min(max(combine($0, $1), bounds.low), bounds.high)
    }
  }

  /// The step of a float operation, by `reference` where only that is wanted.
  @inline(__always)
  static func float(
    _ context: PrepareContext, _ operation: F32Binary.Operation,
    bounds: (low: Float, high: Float) = (-.infinity, .infinity),
    reference: @escaping (Float, Float) -> Float
  ) -> Step {
    if context.usesReference {
      return step(context, kernel: "f32-\(operation.rawValue)--reference", combine: reference)
    }
    let variant = F32Binary.best(operation)
    return rows(context, kernel: "\(variant.name)") {
      variant.run(count: $0, $1, $2, $3, $4, bounds: bounds, to: $5)
    }
  }

  /// The step of an operation on codes, by `reference` where no kernel is made for this CPU.
  @inline(__always)
  static func codes<Code: FixedWidthInteger & BitwiseCopyable>(
    _ context: PrepareContext, _ operation: CodesBinary.Operation, _ code: CodesBinary.Code,
    _ parameters: CodesBinary.Parameters, reference: @escaping (Code, Code) -> Code
  ) -> Step {
    guard !context.usesReference, let variant = CodesBinary.best(operation, code) else {
      return step(
        context, kernel: "\(code.rawValue)-\(operation.rawValue)--reference", combine: reference)
    }
    return rows(context, kernel: "\(variant.name)") {
      (
        count, left: UnsafePointer<Code>, leftStep, right, rightStep,
        result: UnsafeMutablePointer<Code>
      ) in
      variant.run(count: count, left, leftStep, right, rightStep, parameters, to: result)
    }
  }

  /// Elements that an item of work computes, if rows are long or many.
  private static var portion: Int { 1 << 12 }
  /// Shorter rows are worth joining.
  private static var shortRow: Int { 64 }

  private static func rows<Operand: BitwiseCopyable, Result: BitwiseCopyable>(
    _ context: PrepareContext, kernel: String, run: @escaping Row<Operand, Result>
  ) -> Step {
    let (left, right) = (context.input(0), context.input(1))
    let rows = BroadcastRows(Broadcast(left.extents, right.extents))
    let (a, b, result) = (
      left.elements(Operand.self), right.elements(Operand.self),
      context.output.elements(Result.self)
    )
    if rows.length < shortRow, let repeated = rows.repeated {
      return joined(context, kernel, rows, repeated, (a, b, result), run)
    }
    let length = rows.length
    let parts = (length + portion - 1) / portion
    let together = max(1, portion / max(length, 1))
    let work = Work(count: (rows.count + together - 1) / together * parts) { item, _ in
      let (group, part) = item.quotientAndRemainder(dividingBy: parts)
      let first = part * portion
      let count = min(portion, length - first)
      let (sheet, end) = (rows.sheet, min(rows.count, (group + 1) * together))
      var row = group * together
      while row < end {
        let offsets = rows.offsets(of: row)
        var left = a + offsets.left + first * rows.leftStep
        var right = b + offsets.right + first * rows.rightStep
        for _ in 0..<min(end - row, sheet.rows - row % sheet.rows) {
          run(count, left, rows.leftStep, right, rows.rightStep, result + row * length + first)
          left += sheet.left
          right += sheet.right
          row += 1
        }
      }
    }
    return Step(kernel: kernel, phases: [work])
  }

  /// Computes many short rows at once, from copies of the operand that is the same in all of them.
  private static func joined<Operand: BitwiseCopyable, Result: BitwiseCopyable>(
    _ context: PrepareContext, _ kernel: String, _ rows: BroadcastRows,
    _ repeated: BroadcastRows.Operand,
    _ pointers: (
      UnsafeMutablePointer<Operand>, UnsafeMutablePointer<Operand>, UnsafeMutablePointer<Result>
    ), _ run: @escaping Row<Operand, Result>
  ) -> Step {
    let (a, b, result) = pointers
    let (length, scratch) = (rows.length, context.scratch)
    let together = min(rows.count, portion / 4 / max(length, 1))
    let bytes = length * MemoryLayout<Operand>.stride
    scratch.require(shared: together * bytes, perWorker: 0)
    let source = UnsafeRawPointer(repeated == .left ? a : b)
    let copy = Work { _, _ in
      for row in 0..<together {
        (scratch.shared + row * bytes).copyMemory(from: source, byteCount: bytes)
      }
    }
    let work = Work(count: (rows.count + together - 1) / max(together, 1)) { item, _ in
      let first = item * together * length
      let count = min(together, rows.count - item * together) * length
      let copies = scratch.shared.assumingMemoryBound(to: Operand.self)
      switch repeated {
      case .left: run(count, copies, 1, b + first, 1, result + first)
      case .right: run(count, a + first, 1, copies, 1, result + first)
      }
    }
    return Step(kernel: kernel, phases: [copy, work])
  }
}
