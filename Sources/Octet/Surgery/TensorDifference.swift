import OctetIR

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How far a tensor is from what it should be.
public struct TensorDifference: Sendable {
  /// The largest difference of two real numbers; infinite where only one of both is a number.
  public private(set) var largest = 0.0
  /// The largest magnitude there should be.
  public private(set) var magnitude = 0.0
  /// The largest difference of two codes or whole numbers; nil where the types differ, or are real.
  public private(set) var steps: Int?
  private var noise = 0.0
  private var signal = 0.0

  /// What a model's real numbers may differ by, as a part of the largest magnitude or of 1: sums in another order do.
  public static let floatBound = 4e-5

  /// Nil for tensors of other shapes and of types that hold no numbers.
  init?(_ tensor: Tensor, from reference: Tensor) {
    guard tensor.extents == reference.extents, let found = tensor.realValues,
      let wanted = reference.realValues
    else { return nil }
    for (a, b) in zip(found, wanted) {
      if b.isFinite {
        magnitude = max(magnitude, Double(abs(b)))
        signal += Double(b) * Double(b)
      }
      if a == b || a.isNaN && b.isNaN { continue }
      let difference = Double(abs(a - b))
      largest = difference.isNaN ? .infinity : max(largest, difference)
      noise += difference * difference
    }
    guard tensor.type.element == reference.type.element, tensor.type.element != .float32,
      !tensor.type.isQuantized || tensor.type.quantization == reference.type.quantization
    else { return }
    // Whole numbers beyond those that float32 holds are equal or not.
    let isEqual = tensor.storage.bytes.elementsEqual(reference.storage.bytes)
    let scale = Double(tensor.type.quantization?.scale ?? 1)
    steps = isEqual ? 0 : max(1, Int((largest / scale).rounded()))
  }

  /// Signal to noise in dB; infinite where all are equal.
  public var decibels: Double { noise == 0 ? .infinity : 10 * log10(signal / noise) }

  /// Whether it is more than it may be.
  ///
  /// - Parameter bound: a part of the largest magnitude, or of 1 if that is larger; nil for `floatBound`, and no difference
  ///   at all of codes and whole numbers.
  public func exceeds(_ bound: Double?) -> Bool {
    if bound == nil, let steps { return steps > 0 }
    return !(largest <= (bound ?? Self.floatBound) * max(1, magnitude))
  }
}
