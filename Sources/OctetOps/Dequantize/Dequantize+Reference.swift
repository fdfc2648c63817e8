package import OctetDiagnostics
package import OctetIR

extension Dequantize {
  /// The parameters of a tensor: element `i` has those at `i / step % scales.count`.
  struct Channels {
    let scales: [Float]
    let zeroPoints: [Int32]
    let step: Int
  }

  static func reference<Code: BinaryInteger>(
    _ input: UnsafePointer<Code>, _ output: UnsafeMutablePointer<Float>, count: Int,
    _ channels: Channels
  ) {
    for i in 0..<count {
      let channel = i / channels.step % channels.scales.count
      output[i] = channels.scales[channel] * Float(Int32(input[i]) - channels.zeroPoints[channel])
    }
  }

  static func reference(
    _ input: UnsafePointer<UInt16>, _ output: UnsafeMutablePointer<Float>, count: Int
  ) {
    for i in 0..<count { output[i] = Float(half: input[i]) }
  }
}

extension Dequantize {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    let (source, target, count) = (UnsafeRawPointer(input.base), output.float32, input.count)
    let (kernel, convert) = try Self.conversion(of: input.type, input.extents)
    return Step(kernel: kernel) { convert(source, target, count) }
  }

  typealias Conversion = (UnsafeRawPointer, UnsafeMutablePointer<Float>, _ count: Int) -> Void

  /// Throws `OCT0701` for codes without a scale.
  private static func conversion(
    of type: TensorType, _ extents: [Int]
  ) throws(Diagnostic) -> (kernel: String, Conversion) {
    if type.element == .float16 {
      return (
        "f16-dequantize--reference",
        { reference($0.assumingMemoryBound(to: UInt16.self), $1, count: $2) }
      )
    }
    guard let quantization = type.quantization else {
      throw Diagnostic(
        .noKernel, "an \(type.element.name) tensor without a scale has no real values")
    }
    // A single scale runs along a dimension of its own.
    let step = extents.dropFirst((quantization.axis ?? -1) + 1).reduce(1, *)
    let channels = Channels(
      scales: quantization.scales, zeroPoints: quantization.zeroPoints, step: step)
    if type.element == .uint8 {
      return (
        "qu8-dequantize--reference",
        { reference($0.assumingMemoryBound(to: UInt8.self), $1, count: $2, channels) }
      )
    }
    if type.element == .int16 {
      return (
        "qs16-dequantize--reference",
        { reference($0.assumingMemoryBound(to: Int16.self), $1, count: $2, channels) }
      )
    }
    return (
      "qs8-dequantize--reference",
      { reference($0.assumingMemoryBound(to: Int8.self), $1, count: $2, channels) }
    )
  }

  /// Writes the real values of a constant, whose bytes may have any alignment, to `target`.
  package static func dequantize(
    _ constant: Storage, _ type: TensorType, into target: Storage
  ) throws(Diagnostic) {
    let (_, convert) = try conversion(of: type, type.shape.extents ?? [])
    let isWide = type.element == .float16 || type.element == .int16
    let aligned = isWide ? Storage(constant.array(of: UInt16.self)) : constant
    let values = target.mutableBytes.bindMemory(to: Float.self)
    guard let from = aligned.bytes.baseAddress, let to = values.baseAddress else { return }
    withExtendedLifetime(aligned) { convert(from, to, values.count) }
  }
}
