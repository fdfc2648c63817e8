import OctetIR

extension Step {
  /// A step that computes each int16 code of a result from the one in its place. Of tensors with more elements
  /// than there are codes, all results are computed once, when the step is made.
  static func codes(
    _ name: String, _ input: TensorView, _ output: TensorView,
    _ function: @escaping (Int16) -> Int16
  ) -> Step {
    let (source, target) = (input.int16, output.int16)
    guard input.count > 1 << 16 else {
      return Step(kernel: "qs16-\(name)--reference", elements: input.count) { first, count in
        for i in first..<first + count { target[i] = function(source[i]) }
      }
    }
    let table = (UInt16.min...UInt16.max).map { function(Int16(bitPattern: $0)) }
    return Step(kernel: "qs16-\(name)--table", elements: input.count) { first, count in
      table.withUnsafeBufferPointer { table in
        for i in first..<first + count { target[i] = table[Int(UInt16(bitPattern: source[i]))] }
      }
    }
  }
}
