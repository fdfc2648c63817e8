package import OctetIR
import OctetOps

/// Few numbers that are known when a model is read: shapes and what is computed from them.
///
/// Numbers are held in double precision: whole numbers up to 2^53 are exact, and the result of one operation
/// on float32 numbers is rounded to float32 as it would be there.
package struct KnownNumbers {
  package let element: ElementType
  package let extents: [Int]
  package let values: [Double]

  /// More numbers are weights.
  static let largest = 1 << 16

  /// Whether products of the extents are small, also of those beside a zero.
  private static func isSmall(_ extents: [Int]) -> Bool {
    Shape.elementCount(extents.map { $0 == 0 ? 1 : $0 }).map { $0 < 1 << 31 } ?? false
  }

  package init(_ element: ElementType, _ extents: [Int], _ values: [Double]) {
    self.element = element
    self.extents = extents
    self.values = values.map { Self.rounded($0, element) }
  }

  /// Nil for a tensor of another type or of too many elements.
  package init?(_ tensor: Tensor) {
    guard tensor.count <= Self.largest, Self.isSmall(tensor.extents) else { return nil }
    let storage = tensor.storage
    switch tensor.type.element {
    case .float32: values = storage.array(of: Float.self).map { Double($0) }
    case .float64: values = storage.array(of: Double.self)
    case .int32: values = storage.array(of: Int32.self).map { Double($0) }
    case .int64: values = storage.array(of: Int64.self).map { Double($0) }
    case .uint8, .bool: values = storage.array(of: UInt8.self).map { Double($0) }
    case .int8: values = storage.array(of: Int8.self).map { Double($0) }
    default: return nil
    }
    element = tensor.type.element
    extents = tensor.extents
  }

  private static func rounded(_ value: Double, _ element: ElementType) -> Double {
    switch element {
    case .float32: Double(Float(value))
    case .float64: value
    case .bool: value == 0 ? 0 : 1
    default: value.rounded(.towardZero)
    }
  }

  /// Nil where a whole number does not fit its type.
  package var tensor: Tensor? {
    func whole<Number: FixedWidthInteger & BitwiseCopyable>(_ type: Number.Type) -> Storage? {
      var result: [Number] = []
      for value in values {
        guard let number = Number(exactly: value) else { return nil }
        result.append(number)
      }
      return Storage(result)
    }
    let storage: Storage? =
      switch element {
      case .float32: Storage(values.map { Float($0) })
      case .float64: Storage(values)
      case .int32: whole(Int32.self)
      case .int64: whole(Int64.self)
      case .int8: whole(Int8.self)
      case .uint8, .bool: whole(UInt8.self)
      default: nil
      }
    return storage.map { Tensor(TensorType(element, extents), $0) }
  }

  /// Nil for numbers that are not whole. The largest of int64, which stands for an open end, is 2^63 in double
  /// precision.
  var integers: [Int]? {
    let result = values.compactMap { $0 == 0x1p63 ? Int.max : Int(exactly: $0) }
    return isWhole && result.count == values.count ? result : nil
  }

  var isWhole: Bool { element != .float32 && element != .float64 }

  /// Row-major distances between elements along each dimension.
  private static func strides(_ extents: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: extents.count)
    for axis in extents.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * extents[axis + 1]
    }
    return strides
  }

  /// Numbers of another shape, each the one of these at `start` plus the sum of its coordinates by `strides`.
  private func picked(_ extents: [Int], start: Int = 0, strides: [Int]) -> KnownNumbers? {
    guard let count = Shape.elementCount(extents), count <= Self.largest, Self.isSmall(extents)
    else { return nil }
    var result: [Double] = []
    result.reserveCapacity(count)
    var place = [Int](repeating: 0, count: extents.count)
    for _ in 0..<count {
      var source = start
      for axis in extents.indices { source += place[axis] * strides[axis] }
      result.append(values[source])
      for axis in extents.indices.reversed() {
        place[axis] += 1
        if place[axis] < extents[axis] { break }
        place[axis] = 0
      }
    }
    return KnownNumbers(element, extents, result)
  }

  /// The numbers repeated to `extents`; nil where they cannot be.
  func broadcast(to extents: [Int]) -> KnownNumbers? {
    guard extents.count >= self.extents.count else { return nil }
    let missing = extents.count - self.extents.count
    let own = Self.strides(self.extents)
    var strides = [Int](repeating: 0, count: missing)
    for (axis, extent) in self.extents.enumerated() {
      guard extent == extents[missing + axis] || extent == 1 else { return nil }
      strides.append(extent == 1 ? 0 : own[axis])
    }
    return picked(extents, strides: strides)
  }

  /// `operation` of each pair of numbers, one of the operands repeated where the other has more.
  static func combine(
    _ left: KnownNumbers, _ right: KnownNumbers, _ element: ElementType? = nil,
    _ operation: (Double, Double) -> Double
  ) -> KnownNumbers? {
    let rank = max(left.extents.count, right.extents.count)
    func extent(_ numbers: KnownNumbers, _ axis: Int) -> Int {
      let own = axis - (rank - numbers.extents.count)
      return own < 0 ? 1 : numbers.extents[own]
    }
    let extents = (0..<rank).map { axis in
      let (a, b) = (extent(left, axis), extent(right, axis))
      return a == 1 ? b : a
    }
    guard let a = left.broadcast(to: extents), let b = right.broadcast(to: extents) else {
      return nil
    }
    return KnownNumbers(element ?? left.element, extents, zip(a.values, b.values).map(operation))
  }

  func map(_ element: ElementType? = nil, _ operation: (Double) -> Double) -> KnownNumbers {
    KnownNumbers(element ?? self.element, extents, values.map(operation))
  }

  /// The same numbers in another shape; nil for another count.
  func reshaped(_ extents: [Int]) -> KnownNumbers? {
    Shape.elementCount(extents) == values.count && Self.isSmall(extents)
      ? KnownNumbers(element, extents, values) : nil
  }

  func sliced(_ specification: SliceSpecification) -> KnownNumbers? {
    let own = Self.strides(extents)
    var start = 0
    for (axis, span) in specification.spans.enumerated() { start += own[axis] * span.start }
    let strides = specification.spans.enumerated().map { own[$0] * $1.stride }
    return picked(specification.spans.map { $0.count }, start: start, strides: strides)?
      .reshaped(specification.extents)
  }

  func transposed(_ order: [Int]) -> KnownNumbers? {
    guard order.sorted() == Array(extents.indices) else { return nil }
    let own = Self.strides(extents)
    return picked(order.map { extents[$0] }, strides: order.map { own[$0] })
  }

  /// Numbers of like extents but for `axis`, one after the other along it.
  static func joined(_ parts: [KnownNumbers], axis: Int) -> KnownNumbers? {
    guard let first = parts.first, first.extents.indices.contains(axis) else { return nil }
    let outer = first.extents[..<axis].reduce(1, *)
    var extents = first.extents
    extents[axis] = 0
    for part in parts {
      guard part.extents.count == extents.count else { return nil }
      extents[axis] += part.extents[axis]
    }
    guard let count = Shape.elementCount(extents), count <= largest, isSmall(extents),
      parts.reduce(0, { $0 + $1.values.count }) == count
    else { return nil }
    var values: [Double] = []
    for row in 0..<outer {
      for part in parts {
        let size = part.values.count / max(1, outer)
        values += part.values[row * size..<(row + 1) * size]
      }
    }
    return KnownNumbers(first.element, extents, values)
  }

  /// The numbers at `indices` along `axis`.
  func gathered(_ indices: KnownNumbers, axis: Int) -> KnownNumbers? {
    guard extents.indices.contains(axis),
      indices.values.allSatisfy({ $0 >= 0 && $0 < Double(extents[axis]) })
    else { return nil }
    let inner = extents[(axis + 1)...].reduce(1, *)
    let outer = extents[..<axis].reduce(1, *)
    let shape = Array(extents[..<axis]) + indices.extents + Array(extents[(axis + 1)...])
    guard let count = Shape.elementCount(shape), count <= Self.largest, Self.isSmall(shape) else {
      return nil
    }
    var result: [Double] = []
    for row in 0..<outer {
      for index in indices.values {
        let start = (row * extents[axis] + Int(index)) * inner
        result += values[start..<start + inner]
      }
    }
    return KnownNumbers(element, shape, result)
  }

  /// `operation` of all numbers along `axes`, of which `finish` makes the result with their count.
  func reduced(
    _ axes: Set<Int>, keepsDimensions: Bool, from initial: Double,
    _ operation: (Double, Double) -> Double, finish: (Double, Int) -> Double = { value, _ in value }
  ) -> KnownNumbers? {
    let kept = extents.indices.filter { !axes.contains($0) }
    let own = Self.strides(extents)
    let outer = kept.map { extents[$0] }
    let inner = axes.sorted().map { extents[$0] }
    guard
      let ordered = picked(
        outer + inner, strides: (kept + axes.sorted()).map { own[$0] })
    else { return nil }
    let size = inner.reduce(1, *)
    let results = (0..<outer.reduce(1, *)).map { row in
      finish(ordered.values[row * size..<(row + 1) * size].reduce(initial, operation), size)
    }
    let shape =
      keepsDimensions ? extents.indices.map { axes.contains($0) ? 1 : extents[$0] } : outer
    return KnownNumbers(element, shape, results)
  }
}
