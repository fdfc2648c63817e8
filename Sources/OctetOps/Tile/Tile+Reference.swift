extension Tile {
  /// Where the elements of a result lie in the tensor that it repeats, once or more along each dimension.
  static func walk(_ input: [Int], _ output: [Int]) -> IndexedWalk {
    let missing = output.count - input.count
    let strides = IndexedWalk.strides(input)
    return IndexedWalk(
      output.indices.map { axis in
        (0..<output[axis]).map { index in
          axis < missing ? 0 : index % input[axis - missing] * strides[axis - missing]
        }
      })
  }
}
