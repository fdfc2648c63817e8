package import OctetDiagnostics
import OctetIR

/// A type that numbers are cast from.
protocol CastSource: BitwiseCopyable {
  func cast<Target: CastNumber>(to type: Target.Type) -> Target
}

/// A type that numbers are cast from and to. The casts say what becomes of numbers beyond the range.
protocol CastNumber: CastSource {
  init(casting real: Float)
  init(casting whole: Int64)
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

extension Complex<Float>: CastSource {
  func cast<Target: CastNumber>(to type: Target.Type) -> Target { Target(casting: real) }
}

extension Cast {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    switch context.input(0).element {
    case .float32: step(context, Float.self)
    case .int64: step(context, Int64.self)
    case .int32: step(context, Int32.self)
    case .int8: step(context, Int8.self)
    case .uint8: step(context, UInt8.self)
    case .complex64: step(context, Complex<Float>.self)
    default: step(context, StoredBool.self)
    }
  }

  private func step<Source: CastSource>(_ context: PrepareContext, _ from: Source.Type) -> Step {
    switch target {
    case .float32: step(context, from, to: Float.self)
    case .int64: step(context, from, to: Int64.self)
    case .int32: step(context, from, to: Int32.self)
    case .int8: step(context, from, to: Int8.self)
    case .uint8: step(context, from, to: UInt8.self)
    default: step(context, from, to: StoredBool.self)
    }
  }

  private func step<Source: CastSource, Target: CastNumber>(
    _ context: PrepareContext, _ from: Source.Type, to: Target.Type
  ) -> Step {
    let (input, output) = (context.input(0), context.output)
    let (numbers, results) = (input.elements(from), output.elements(to))
    let kernel = "\(input.element.shortName)-\(target.shortName)-cast--reference"
    return Step(kernel: kernel, elements: output.count) { first, count in
      for i in first..<first + count { results[i] = numbers[i].cast(to: to) }
    }
  }
}
