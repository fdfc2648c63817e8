import OctetKernels

/// The discrete Fourier transform of `count` complex numbers, a power of two: X[k] = sum of x[n] e^(-2 pi i k n / count).
///
/// Source: J. W. Cooley, J. W. Tukey, An Algorithm for the Machine Calculation of Complex Fourier Series, 1965.
struct FourierTransform {
  let count: Int
  private let roots: [Complex<Double>]
  private let reversed: [Int]

  init(_ count: Int) {
    self.count = count
    roots = Self.roots(count)
    var reversed = [0]
    while reversed.count < count {
      reversed = reversed.map { 2 * $0 } + reversed.map { 2 * $0 + 1 }
    }
    self.reversed = reversed
  }

  /// e^(-2 pi i k / count) for k < count.
  static func roots(_ count: Int) -> [Complex<Double>] {
    (0..<count).map { k in
      let angle = -2 * Double.pi * Double(k) / Double(count)
      return Complex(CMath.cos(angle), CMath.sin(angle))
    }
  }

  /// Transforms the numbers in place.
  func run(_ numbers: UnsafeMutablePointer<Complex<Double>>) {
    for (place, other) in reversed.enumerated() where place < other {
      let number = numbers[place]
      numbers[place] = numbers[other]
      numbers[other] = number
    }
    var half = 1
    while half < count {
      let turn = count / (2 * half)
      for first in stride(from: 0, to: count, by: 2 * half) {
        for k in 0..<half {
          let (a, b) = (numbers[first + k], numbers[first + half + k] * roots[k * turn])
          numbers[first + k] = a + b
          numbers[first + half + k] = a - b
        }
      }
      half *= 2
    }
  }
}

/// A complex number as it is stored: its real part, then its imaginary one.
struct Complex<Part: BinaryFloatingPoint & BitwiseCopyable>: BitwiseCopyable {
  var real: Part
  var imaginary: Part

  init(_ real: Part, _ imaginary: Part) {
    self.real = real
    self.imaginary = imaginary
  }

  @inline(__always) static func + (a: Self, b: Self) -> Self {
    Self(a.real + b.real, a.imaginary + b.imaginary)
  }

  @inline(__always) static func - (a: Self, b: Self) -> Self {
    Self(a.real - b.real, a.imaginary - b.imaginary)
  }

  @inline(__always) static func * (a: Self, b: Self) -> Self {
    Self(
      a.real * b.real - a.imaginary * b.imaginary, a.real * b.imaginary + a.imaginary * b.real)
  }
}
