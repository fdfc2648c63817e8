/// A type that numbers are cast from and to. The casts say what becomes of numbers beyond the range.
protocol CastNumber: BitwiseCopyable {
  init(casting real: Float)
  init(casting whole: Int64)
  func cast<Target: CastNumber>(to type: Target.Type) -> Target
}

extension Float: CastNumber {
  init(casting real: Float) { self = real }
  init(casting whole: Int64) { self = Float(whole) }
  func cast<Target: CastNumber>(to type: Target.Type) -> Target { Target(casting: self) }
}

extension CastNumber where Self: FixedWidthInteger {
  init(casting real: Float) {
    self = Self(exactly: real.rounded(.towardZero)) ?? (real < 0 ? .min : .max)
  }

  init(casting whole: Int64) { self.init(truncatingIfNeeded: whole) }

  func cast<Target: CastNumber>(to type: Target.Type) -> Target { Target(casting: Int64(self)) }
}

extension Int64: CastNumber {}
extension Int32: CastNumber {}
extension Int8: CastNumber {}
extension UInt8: CastNumber {}

/// A bool as it is stored.
struct StoredBool: CastNumber {
  private let byte: UInt8

  init(casting real: Float) { byte = real != 0 ? 1 : 0 }
  init(casting whole: Int64) { byte = whole != 0 ? 1 : 0 }

  func cast<Target: CastNumber>(to type: Target.Type) -> Target {
    Target(casting: byte != 0 ? 1 : 0 as Int64)
  }
}
