import OctetDiagnostics
package import OctetIR

extension Tensor {
  /// Real numbers of another precision in float32; nil for others.
  package var inSinglePrecision: Tensor? {
    let values: [Float]
    switch type.element {
    case .float64: values = storage.array(of: Double.self).map { Float($0) }
    case .bfloat16:
      values = storage.array(of: UInt16.self).map { Float(bitPattern: UInt32($0) << 16) }
    case .float16: values = storage.array(of: UInt16.self).map { Float(half: $0) }
    default: return nil
    }
    return Tensor(extents, values)
  }
}

/// How much numbers of float64 lost when they became float32.
struct Narrowing {
  /// The largest difference, as a part of the number itself.
  private(set) var largest: Double = 0
  private(set) var count = 0
  /// Where int64 numbers are first computed with.
  private var wide: Location?

  mutating func addWide(_ location: Location) { wide = wide ?? location }

  mutating func add(_ tensor: Tensor) {
    guard tensor.type.element == .float64 else { return }
    for value in tensor.storage.array(of: Double.self) where value.isFinite && value != 0 {
      count += 1
      largest = max(largest, abs((Double(Float(value)) - value) / value))
    }
  }

  /// Warns of numbers that are not the same any more.
  func report(to log: DiagnosticLog, at place: Location) {
    if let wide {
      log.add(
        Diagnostic(
          .precisionReduced, "numbers of int64 are computed with in int32", at: wide,
          notes: ["results beyond -2^31...2^31 - 1 wrap; places and counts of elements stay within"]
        ))
    }
    guard largest > 0 else { return }
    log.add(
      Diagnostic(
        .precisionReduced, "numbers of float64 are computed with in float32", at: place,
        notes: [
          "the largest change of \(counted(count, "constant")) is \(Float(largest)) of the number"
        ]))
  }
}
