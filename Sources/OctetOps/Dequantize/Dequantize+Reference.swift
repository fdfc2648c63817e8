import OctetIR

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
