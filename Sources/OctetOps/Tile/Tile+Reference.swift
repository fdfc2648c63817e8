import OctetDiagnostics

extension Tile {
  /// Where the elements of a result lie in the tensor that it repeats, once or more along each dimension.
  static func walk(_ input: [Int], _ output: [Int]) throws(Diagnostic) -> IndexedWalk {
    let missing = output.count - input.count
    let strides = IndexedWalk.strides(input)
    return try IndexedWalk(output) { axis, index in
      axis < missing ? 0 : index % input[axis - missing] * strides[axis - missing]
    }
  }
}
