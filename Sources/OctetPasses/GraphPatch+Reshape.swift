import OctetDiagnostics
import OctetIR
import OctetOps

extension GraphPatch {
  /// A value with these extents: itself if it has them, else behind a reshape that writes under `name`.
  ///
  /// - Parameter shape: the name of the constant with the extents; by default it belongs to `name`.
  mutating func reshaped(
    _ id: ValueID, _ extents: [Int], name: String, shape: String? = nil
  ) throws(Diagnostic) -> ValueID {
    if self[id].type.shape == Shape(extents) { return id }
    let list = try addList(shape ?? "\(name)/shape", extents)
    return try add(Reshape(shape: extents), inputs: [id, list], name: name)
  }

  /// Adds an int32 constant, of one dimension unless `extents` says otherwise. Throws `OCT0209` for a number beyond int32.
  mutating func addList(
    _ name: String, _ values: [Int], extents: [Int]? = nil
  ) throws(Diagnostic) -> ValueID {
    let numbers = values.compactMap { Int32(exactly: $0) }
    guard numbers.count == values.count else {
      throw Diagnostic(.tensorTooLarge, "an extent of '\(name)' is beyond int32")
    }
    return addConstant(name, Tensor(extents ?? [values.count], int32: numbers))
  }
}
