package import OctetDiagnostics
import OctetIR
import OctetKernels

extension SVDF {
  struct Sizes {
    let features: Int
    let units: Int
    /// Filters of a unit.
    let rank: Int
    /// Numbers that a filter keeps.
    let memory: Int

    /// Numbers that are kept for one row of the input.
    var stateCount: Int { units * rank * memory }
  }

  /// The units of one row of the input.
  ///
  /// Source: TFLite's `reference_ops::EvalFloatSVDF`, `EvalHybridSVDF` and `EvalIntegerSVDF`.
  /// - Parameters:
  ///   - state: [filter][memory], the newest last; each filter's moves on.
  ///   - newest: What a filter makes of the row.
  ///   - product: A kept number times the weight in its place.
  static func reference<Number, Sum: AdditiveArithmetic>(
    _ sizes: Sizes, state: UnsafeMutablePointer<Number>, newest: (_ filter: Int) -> Number,
    product: (Number, _ place: Int) -> Sum, unit write: (_ unit: Int, Sum) -> Void
  ) {
    for unit in 0..<sizes.units {
      var total = Sum.zero
      for filter in unit * sizes.rank..<(unit + 1) * sizes.rank {
        let (first, last) = (filter * sizes.memory, (filter + 1) * sizes.memory - 1)
        for place in first..<last { state[place] = state[place + 1] }
        state[last] = newest(filter)
        var sum = Sum.zero
        for place in first...last { sum += product(state[place], place) }
        total += sum
      }
      write(unit, total)
    }
  }

  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, memory, output) = (context.input(0), context.input(2).extents[1], context.output)
    let sizes = Sizes(
      features: input.extents[1], units: output.extents[1], rank: rank, memory: memory)
    let (rows, variables) = (input.extents[0], context.variables)
    // As many as there are for each row and each weight in time: more than any tensor has.
    guard rows <= Int(Int32.max) / 4 / max(1, sizes.stateCount) else {
      throw Diagnostic(
        .arenaTooLarge,
        "\(rows) rows with \(sizes.stateCount) numbers to keep for each take more than 2 GiB")
    }
    let kept = try context.allocate(
      rows * sizes.stateCount * (input.element == .int8 ? 2 : 4))
    guard let state = kept.mutableBytes.baseAddress else {
      preconditionFailure("a layer has filters")
    }
    let (name, run) = try row(context, sizes, state)
    return Step(
      kernel: "\(name)-svdf--reference",
      multiplications: rows * sizes.units * rank * (sizes.features + memory)
    ) {
      withExtendedLifetime(kept) {
        if variables.areNew {
          state.initializeMemory(as: UInt8.self, repeating: 0, count: kept.bytes.count)
        }
        for row in 0..<rows { run(row) }
      }
    }
  }

  /// What computes a row, and the types that it is made for.
  private func row(
    _ context: PrepareContext, _ sizes: Sizes, _ state: UnsafeMutableRawPointer
  ) throws(Diagnostic) -> (name: String, run: (Int) -> Void) {
    let (input, weights, times) = (context.input(0), context.input(1), context.input(2))
    let (features, units, output) = (sizes.features, sizes.units, context.output)
    if input.element == .int8 {
      let (from, to) = (try input.perTensor(), try output.perTensor())
      // In float32, as TFLite's kernel has them.
      let keeping = FixedPoint.quantize(
        Double(from.scale * (try Self.scale(of: weights)) / stateScale))
      let scaling = FixedPoint.quantize(
        Double(stateScale * (try Self.scale(of: times)) / to.scale))
      let (x, w, t, y) = (input.int8, weights.int8, times.int16, output.int8)
      let bias = context.optionalInput(3)?.int32
      return (
        "qs8",
        { row in
          Self.reference(
            sizes, state: state.assumingMemoryBound(to: Int16.self) + row * sizes.stateCount,
            newest: { filter in
              var sum: Int32 = 0
              for i in 0..<features {
                sum &+=
                  (Int32(x[row * features + i]) - from.zeroPoint)
                  &* Int32(w[filter * features + i])
              }
              return Int16(clamping: FixedPoint.multiply(sum, keeping.significand, keeping.shift))
            },
            product: { Int64($0) * Int64(t[$1]) },
            unit: { unit, sum in
              let scaled = FixedPoint.multiply(
                Int32(truncatingIfNeeded: sum) &+ (bias?[unit] ?? 0), scaling.significand,
                scaling.shift)
              y[row * units + unit] = Int8(scaled, zeroPoint: to.zeroPoint, bounds: (.min, .max))
            })
        }
      )
    }
    let (x, y, bounds) = (input.float32, output.float32, activation.bounds)
    let bias = context.optionalInput(3)?.float32
    func unit(_ row: Int) -> (Int, Float) -> Void {
      { y[row * units + $0] = min(max($1 + (bias?[$0] ?? 0), bounds.low), bounds.high) }
    }
    func kept(_ row: Int) -> UnsafeMutablePointer<Float> {
      state.assumingMemoryBound(to: Float.self) + row * sizes.stateCount
    }
    if weights.element == .int8 {
      let (scale, timeScale) = (try Self.scale(of: weights), try Self.scale(of: times))
      let (w, t, scratch) = (weights.int8, times.int8, context.requestScratch(byteCount: features))
      let quantization: DynamicQuantization = quantizesAsymmetrically ? .asymmetric : .symmetric
      let kernels = context.usesReference ? QD8.portable : QD8.best
      return (
        "qd8",
        { row in
          let codes = scratch.shared.assumingMemoryBound(to: Int8.self)
          let (length, zeroPoint) = quantization.quantize(
            x + row * features, count: features, into: codes, kernels)
          Self.reference(
            sizes, state: kept(row),
            newest: { filter in
              var sum: Int32 = 0
              for i in 0..<features {
                sum &+= (Int32(codes[i]) - zeroPoint) &* Int32(w[filter * features + i])
              }
              return Float(sum) * (length * scale)
            }, product: { $0 * (Float(t[$1]) * timeScale) }, unit: unit(row))
        }
      )
    }
    let (w, t) = (weights.float32, times.float32)
    return (
      "f32",
      { row in
        Self.reference(
          sizes, state: kept(row),
          newest: { filter in
            var sum: Float = 0
            for i in 0..<features { sum += x[row * features + i] * w[filter * features + i] }
            return sum
          }, product: { $0 * t[$1] }, unit: unit(row))
      }
    )
  }

  /// The one scale of symmetric weights.
  private static func scale(of weights: TensorView) throws(Diagnostic) -> Float {
    let (scale, zeroPoint) = try weights.perTensor()
    guard zeroPoint == 0 else {
      throw Diagnostic(.noKernel, "the weights of an SVDF must be symmetric")
    }
    return scale
  }
}
