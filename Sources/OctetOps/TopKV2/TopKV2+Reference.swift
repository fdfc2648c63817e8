package import OctetDiagnostics
import OctetIR

extension TopKV2 {
  /// Each row's `count` largest elements, found in a heap whose first place has the least of them.
  ///
  /// - Parameters:
  ///   - places: where they are in the row; holds the heap meanwhile.
  static func reference<Element: Comparable>(
    _ input: UnsafePointer<Element>, _ values: UnsafeMutablePointer<Element>,
    _ places: UnsafeMutablePointer<Int32>, rows: Int, width: Int, count: Int
  ) {
    for row in 0..<rows {
      let source = input + row * width
      let heap = places + row * count
      for place in 0..<count { heap[place] = Int32(place) }
      for root in (0..<count / 2).reversed() { sink(heap, root, count, source) }
      for place in count..<width where isBefore(Int32(place), heap[0], source) {
        heap[0] = Int32(place)
        sink(heap, 0, count, source)
      }
      // The least goes to the end, again and again.
      for end in (1..<max(1, count)).reversed() {
        (heap[0], heap[end]) = (heap[end], heap[0])
        sink(heap, 0, end, source)
      }
      for place in 0..<count { values[row * count + place] = source[Int(heap[place])] }
    }
  }

  /// Whether the element at `a` comes before the one at `b` in the result.
  @inline(__always)
  private static func isBefore<Element: Comparable>(
    _ a: Int32, _ b: Int32, _ source: UnsafePointer<Element>
  ) -> Bool {
    let (x, y) = (source[Int(a)], source[Int(b)])
    return x > y || x == y && a < b
  }

  /// Moves what is at `root` down to its place in the heap of `count`.
  @inline(__always)
  private static func sink<Element: Comparable>(
    _ heap: UnsafeMutablePointer<Int32>, _ root: Int, _ count: Int,
    _ source: UnsafePointer<Element>
  ) {
    var parent = root
    while 2 * parent + 1 < count {
      var child = 2 * parent + 1
      if child + 1 < count, isBefore(heap[child], heap[child + 1], source) { child += 1 }
      guard isBefore(heap[parent], heap[child], source) else { return }
      (heap[parent], heap[child]) = (heap[child], heap[parent])
      parent = child
    }
  }
}

extension TopKV2 {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, values) = (context.input(0), context.output)
    guard let width = input.extents.last, let count = values.extents.last else {
      preconditionFailure("inference lets no scalar pass")
    }
    if input.type.isQuantized {
      guard input.type.quantization == values.type.quantization else {
        throw context.noKernel("the largest codes have the scale of their input")
      }
    }
    let places = context.outputs[1].int32
    func step<Element: Comparable & BitwiseCopyable>(_ type: Element.Type, _ name: String) -> Step {
      let (source, target) = (input.elements(type), values.elements(type))
      return Step(kernel: name + "-topk-v2--reference") {
        Self.reference(
          source, target, places, rows: input.count / width, width: width, count: count)
      }
    }
    return switch input.element {
    case .float32: step(Float.self, "f32")
    case .int8: step(Int8.self, "qs8")
    case .int16: step(Int16.self, "qs16")
    case .uint8: step(UInt8.self, "qu8")
    case .int64: step(Int64.self, "s64")
    default: step(Int32.self, "s32")
    }
  }
}
