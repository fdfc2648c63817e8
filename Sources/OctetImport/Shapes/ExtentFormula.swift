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
    let samples = zip(probes, values).compactMap { probe, value in value.map { (probe, $0) } }
    text = Self.formula(moved, samples, first, probes, values, names)
  }

  private static func formula(
    _ moved: [Int], _ samples: [([Int], Int)], _ first: Int, _ probes: [[Int]], _ values: [Int?],
    _ names: [String]
  ) -> String? {
    var slopes: [Fraction] = []
    for index in moved {
      guard let value = values[index + 1],
        let slope = Fraction(value - first, probes[index + 1][index] - probes[0][index])
      else { return nil }
      slopes.append(slope)
    }
    let terms: [Term]
    switch moved.count {
    case 1: terms = Term.linear(moved[0], slopes[0], probes[0][moved[0]], first)
    case 2:
      terms =
        Term.products(moved, probes[0], first) + Term.sums(moved, slopes, probes[0], first)
    default: return nil
    }
    return terms.first { term in
      samples.allSatisfy { term.value($0.0) == $0.1 }
    }?.text(names)
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

private enum Rounding { case exact, up, down }

/// A part of a formula.
private indirect enum Term {
  /// `numerator*x/denominator`, rounded to a whole number.
  case scaled(Int, Fraction, Rounding)
  /// `factor*ROUNDED(x/divisor)`
  case parts(Int, factor: Int, divisor: Int, Rounding)
  /// `factor*PART*PART`
  case product(factor: Int, divisor: Int, Term, Term)
  /// `TERM+TERM+constant`
  case sum([Term], constant: Int)

  static func linear(_ index: Int, _ slope: Fraction, _ start: Int, _ value: Int) -> [Term] {
    guard slope.numerator > 0 else { return [] }
    var result: [Term] = []
    for rounding in [Rounding.exact, .up, .down] {
      // A map that was made smaller and larger again is 4*ceil(x/4).
      let parts = (rounding == .exact ? [1] : [1, 2, 4, 8, 16, 32]).map { times in
        Term.parts(
          index, factor: slope.numerator * times, divisor: slope.denominator * times, rounding)
      }
      for term in parts + [Term.scaled(index, slope, rounding)] {
        var point = [Int](repeating: 0, count: index + 1)
        point[index] = start
        guard let part = term.value(point) else { continue }
        result.append(part == value ? term : .sum([term], constant: value - part))
      }
    }
    return result
  }

  static func products(_ moved: [Int], _ start: [Int], _ value: Int) -> [Term] {
    let (x, y) = (start[moved[0]], start[moved[1]])
    guard let ratio = Fraction(value, x * y), ratio.numerator > 0 else { return [] }
    func part(_ index: Int, _ divisor: Int, _ rounding: Rounding) -> Term {
      .parts(index, factor: 1, divisor: divisor, rounding)
    }
    var result = [
      Term.product(
        factor: ratio.numerator, divisor: ratio.denominator, part(moved[0], 1, .exact),
        part(moved[1], 1, .exact))
    ]
    for rounding in [Rounding.up, .down] {
      for side in [2, 4, 8, 16, 32, 64]
      where ratio.numerator * side * side % ratio.denominator == 0 {
        result.append(
          .product(
            factor: ratio.numerator * side * side / ratio.denominator, divisor: 1,
            part(moved[0], side, rounding), part(moved[1], side, rounding)))
      }
    }
    return result
  }

  static func sums(_ moved: [Int], _ slopes: [Fraction], _ start: [Int], _ value: Int) -> [Term] {
    guard slopes.allSatisfy({ $0.numerator > 0 }) else { return [] }
    return [Rounding.exact, .up, .down].compactMap { rounding in
      let terms = zip(moved, slopes).map {
        Term.parts($0, factor: $1.numerator, divisor: $1.denominator, rounding)
      }
      var sum = 0
      for term in terms {
        guard let part = term.value(start) else { return nil }
        sum += part
      }
      return .sum(terms, constant: value - sum)
    }
  }

  /// Nil where a quotient that should be whole is not.
  func value(_ point: [Int]) -> Int? {
    switch self {
    case .scaled(let index, let slope, let rounding):
      return Self.quotient(slope.numerator * point[index], slope.denominator, rounding)
    case .parts(let index, let factor, let divisor, let rounding):
      return Self.quotient(point[index], divisor, rounding).map { factor * $0 }
    case .product(let factor, let divisor, let left, let right):
      guard let left = left.value(point), let right = right.value(point) else { return nil }
      return Self.quotient(factor * left * right, divisor, .exact)
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
    case .up: (value + divisor - 1) / divisor
    case .down: value / divisor
    }
  }

  func text(_ names: [String]) -> String {
    func rounded(_ text: String, _ divisor: Int, _ rounding: Rounding) -> String {
      if divisor == 1 { return text }
      switch rounding {
      case .exact: return "\(text)/\(divisor)"
      case .up: return "ceil(\(text)/\(divisor))"
      case .down: return "floor(\(text)/\(divisor))"
      }
    }
    func times(_ factor: Int, _ text: String) -> String { factor == 1 ? text : "\(factor)*\(text)" }
    switch self {
    case .scaled(let index, let slope, let rounding):
      return rounded(times(slope.numerator, names[index]), slope.denominator, rounding)
    case .parts(let index, let factor, let divisor, let rounding):
      return times(factor, rounded(names[index], divisor, rounding))
    case .product(let factor, let divisor, let left, let right):
      return times(factor, left.text(names) + "*" + right.text(names))
        + (divisor == 1 ? "" : "/\(divisor)")
    case .sum(let terms, let constant):
      let sum = terms.map { $0.text(names) }.joined(separator: "+")
      return constant == 0 ? sum : sum + (constant > 0 ? "+" : "") + "\(constant)"
    }
  }
}
