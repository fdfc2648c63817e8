/// How an extent follows from others, found from the extents that it has for several of theirs.
package struct ExtentFormula: Equatable {
  /// The dimensions that it depends on, by their places.
  package let dimensions: [Int]
  /// `ceil(image.height/32)`; nil where no formula that is tried holds for all.
  package let text: String?

  /// Finds it.
  ///
  /// - Parameters:
  ///   - values: the extents that it has; nil where there was none.
  ///   - probes: the extents of the dimensions for each value: the first is a common one, the next ones differ from it in one
  ///     dimension each, the rest in all.
  ///   - names: of the dimensions.
  /// - Returns: nil for an extent without a first value.
  package init?(_ values: [Int?], at probes: [[Int]], names: [String]) {
    guard let first = values.first ?? nil, values.count == probes.count else { return nil }
    if values.allSatisfy({ $0 == nil || $0 == first }) {
      dimensions = []
      text = "\(first)"
      return
    }
    var moved = names.indices.filter { index in
      values[index + 1].map { $0 != first } ?? false
    }
    // One of those that could not be looked at alone.
    if moved.isEmpty { moved = Array(names.indices.filter { values[$0 + 1] == nil }) }
    if moved.isEmpty { moved = Array(names.indices) }
    dimensions = moved
    let samples = zip(probes, values).compactMap { probe, value in
      value.map { (point: probe, value: $0) }
    }
    text = Self.formula(moved, samples, first, probes, values, names)
  }

  private static func formula(
    _ moved: [Int], _ samples: [(point: [Int], value: Int)], _ first: Int, _ probes: [[Int]],
    _ values: [Int?],
    _ names: [String]
  ) -> String? {
    var slopes: [Fraction] = []
    for index in moved {
      guard let value = values[index + 1],
        let slope = Fraction(value - first, probes[index + 1][index] - probes[0][index])
      else { return nil }
      slopes.append(slope)
    }
    let term: Term? =
      switch moved.count {
      case 1: Term.linear(moved[0], slopes[0], probes[0][moved[0]], first, samples)
      case 2:
        Term.product(moved, slopes, probes[0], first, samples)
          ?? Term.sum(moved, slopes, probes[0], first, samples)
      default: nil
      }
    return term?.text(names)
  }
}

/// A number as a quotient of whole ones in lowest terms.
private struct Fraction {
  let numerator: Int
  let denominator: Int

  /// Nil for larger ones than shapes have.
  init?(_ numerator: Int, _ denominator: Int) {
    guard denominator != 0 else { return nil }
    var (a, b) = (abs(numerator), abs(denominator))
    while b != 0 { (a, b) = (b, a % b) }
    let sign = denominator < 0 ? -1 : 1
    self.numerator = sign * numerator / max(a, 1)
    self.denominator = abs(denominator) / max(a, 1)
    guard self.denominator <= 1 << 16, abs(self.numerator) <= 1 << 24 else { return nil }
  }
}

private enum Rounding: Equatable {
  /// There is nothing to round.
  case exact
  /// Down, after so much was added: strides without borders add nothing, those with borders all but 1.
  case down(after: Int)
}

/// A part of a formula.
private indirect enum Term {
  /// `numerator*x/denominator`, rounded to a whole number.
  case scaled(Int, Fraction, Rounding)
  /// `factor*ROUNDED(x/divisor)`
  case parts(Int, factor: Int, divisor: Int, Rounding)
  /// `factor*TERM*TERM/divisor`
  case product(factor: Int, divisor: Int, [Term])
  /// `TERM+TERM+constant`
  case sum([Term], constant: Int)

  typealias Samples = [(point: [Int], value: Int)]

  private static let largestDivisor = 64

  /// Maps that were made smaller and larger again have a factor that is also in the divisor.
  private static let repetitions = [1, 2, 4, 8, 16, 32]

  static func linear(
    _ index: Int, _ slope: Fraction, _ start: Int, _ value: Int, _ samples: Samples
  ) -> Term? {
    guard slope.numerator > 0 else { return nil }
    func shifted(_ term: Term) -> Term? {
      var point = [Int](repeating: 0, count: index + 1)
      point[index] = start
      return term.value(point).map { $0 == value ? term : .sum([term], constant: value - $0) }
    }
    for times in repetitions {
      let divisor = slope.denominator * times
      let found = pinned(divisor, samples) { rounding in
        shifted(.parts(index, factor: slope.numerator * times, divisor: divisor, rounding))
      }
      if let found { return found }
    }
    for rounding in [Rounding.down(after: 0), .down(after: slope.denominator - 1)] {
      if let term = shifted(.scaled(index, slope, rounding)), term.holds(for: samples) {
        return term
      }
    }
    return nil
  }

  /// `factor*(x/side+a)*(y/side+b)`, both rounded alike.
  static func product(
    _ moved: [Int], _ slopes: [Fraction], _ start: [Int], _ value: Int, _ samples: Samples
  ) -> Term? {
    if let ratio = Fraction(value, start[moved[0]] * start[moved[1]]) {
      let whole = Term.product(
        factor: ratio.numerator, divisor: ratio.denominator,
        moved.map { .parts($0, factor: 1, divisor: 1, .exact) })
      if whole.holds(for: samples) { return whole }
    }
    for side in repetitions {
      // What the factor beside a dimension is follows from how the product grows with it.
      var borders: [Int] = []
      var factor = value
      for (index, slope) in zip(moved, slopes) {
        let (top, bottom) = (value * slope.denominator, slope.numerator * side)
        guard bottom > 0, top % bottom == 0, top > 0, start[index] % side == 0 else { break }
        borders.append(top / bottom - start[index] / side)
        guard factor % (top / bottom) == 0 else { break }
        factor /= top / bottom
      }
      guard borders.count == 2, factor > 0 else { continue }
      let found = pinned(side, samples) { rounding in
        .product(
          factor: factor, divisor: 1,
          zip(moved, borders).map { index, border in
            let part = Term.parts(index, factor: 1, divisor: side, rounding)
            return border == 0 ? part : .sum([part], constant: border)
          })
      }
      if let found { return found }
    }
    return nil
  }

  static func sum(
    _ moved: [Int], _ slopes: [Fraction], _ start: [Int], _ value: Int, _ samples: Samples
  ) -> Term? {
    guard slopes.allSatisfy({ $0.numerator > 0 }), slopes[0].denominator == slopes[1].denominator
    else { return nil }
    return pinned(slopes[0].denominator, samples) { rounding in
      let terms = zip(moved, slopes).map {
        Term.parts($0, factor: $1.numerator, divisor: $1.denominator, rounding)
      }
      let parts = terms.compactMap { $0.value(start) }
      return parts.count == 2 ? .sum(terms, constant: value - parts[0] - parts[1]) : nil
    } ?? nil
  }

  /// The term for the only rounding with which it holds; nil where none does, and a nil in it where several do, so that
  /// more samples would be needed.
  private static func pinned(
    _ divisor: Int, _ samples: Samples, _ term: (Rounding) -> Term?
  ) -> Term?? {
    if let exact = term(.exact), exact.holds(for: samples) { return .some(exact) }
    guard (2...largestDivisor).contains(divisor) else { return nil }
    let found = (0..<divisor).compactMap { term(.down(after: $0)) }.filter {
      $0.holds(for: samples)
    }
    if found.isEmpty { return nil }
    return .some(found.count == 1 ? found[0] : nil)
  }

  func holds(for samples: Samples) -> Bool {
    samples.allSatisfy { value($0.point) == $0.value }
  }

  /// Nil where a quotient that should be whole is not.
  func value(_ point: [Int]) -> Int? {
    switch self {
    case .scaled(let index, let slope, let rounding):
      return Self.quotient(slope.numerator * point[index], slope.denominator, rounding)
    case .parts(let index, let factor, let divisor, let rounding):
      return Self.quotient(point[index], divisor, rounding).map { factor * $0 }
    case .product(let factor, let divisor, let terms):
      var product = factor
      for term in terms {
        guard let value = term.value(point) else { return nil }
        product *= value
      }
      return Self.quotient(product, divisor, .exact)
    case .sum(let terms, let constant):
      var sum = constant
      for term in terms {
        guard let value = term.value(point) else { return nil }
        sum += value
      }
      return sum
    }
  }

  private static func quotient(_ value: Int, _ divisor: Int, _ rounding: Rounding) -> Int? {
    switch rounding {
    case .exact: value % divisor == 0 ? value / divisor : nil
    case .down(let more): (value + more) / divisor
    }
  }

  func text(_ names: [String]) -> String {
    func rounded(_ text: String, _ divisor: Int, _ rounding: Rounding) -> String {
      if divisor == 1 { return text }
      switch rounding {
      case .exact: return "\(text)/\(divisor)"
      case .down(0): return "floor(\(text)/\(divisor))"
      case .down(divisor - 1): return "ceil(\(text)/\(divisor))"
      case .down(let more): return "floor((\(text)+\(more))/\(divisor))"
      }
    }
    func times(_ factor: Int, _ text: String) -> String { factor == 1 ? text : "\(factor)*\(text)" }
    switch self {
    case .scaled(let index, let slope, let rounding):
      return rounded(times(slope.numerator, names[index]), slope.denominator, rounding)
    case .parts(let index, let factor, let divisor, let rounding):
      return times(factor, rounded(names[index], divisor, rounding))
    case .product(let factor, let divisor, let terms):
      let parts = terms.map { term in
        if case .sum = term { "(\(term.text(names)))" } else { term.text(names) }
      }
      return times(factor, parts.joined(separator: "*")) + (divisor == 1 ? "" : "/\(divisor)")
    case .sum(let terms, let constant):
      let sum = terms.map { $0.text(names) }.joined(separator: "+")
      return constant == 0 ? sum : sum + (constant > 0 ? "+" : "") + "\(constant)"
    }
  }
}
