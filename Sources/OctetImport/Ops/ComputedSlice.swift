import OctetDiagnostics
import OctetIR
import OctetOps

/// Slices that begin where the model computes: each dimension that is not taken whole is a GATHER of indices that follow
/// one another. What lies outside gives zeros, where TensorFlow ends the run.
extension GraphBuilder {
  /// `size` elements along each dimension from the computed `begin` on.
  mutating func slice(
    _ input: ValueID, from begin: ValueID, size: [Int]
  ) throws(Diagnostic) -> ValueID {
    let extents = try extents(input)
    guard try self.extents(begin) == [extents.count], size.count == extents.count,
      zip(size, extents).allSatisfy({ -1...$1 ~= $0 })
    else {
      throw Diagnostic(
        .shapeMismatch, "a box of \(size) does not fit the shape \(extents)")
    }
    guard !size.contains(-1) else {
      throw Diagnostic(
        .dataDependent, "the box ends with the tensor and begins where the model computes",
        notes: ["so its size is known only when the model runs"])
    }
    var result = input
    for axis in extents.indices where size[axis] != extents[axis] {
      let first = try slice(begin, begin: [axis], size: [1])
      let steps = Tensor([size[axis]], int32: (0..<size[axis]).map { Int32($0) })
      let places = try add(Add(), [try narrowed(first), constant("steps", steps)])
      result = try add(Gather(axis: axis), [result, places])
    }
    return result
  }

  /// What a StridedSlice takes whose begin is computed: single elements, which count from the end where they are negative,
  /// of dimensions that vanish, and all of the other ones.
  mutating func element(
    of input: ValueID, at begin: ValueID, _ masks: SliceMasks
  ) throws(Diagnostic) -> ValueID {
    var result = input
    let extents = try extents(input)
    let entries = try self.extents(begin).first ?? 0
    guard masks.ellipsis == 0, masks.newAxis == 0, entries <= extents.count,
      (0..<entries).allSatisfy({
        masks.shrinkAxis >> $0 & 1 == 1 || (masks.begin & masks.end) >> $0 & 1 == 1
      })
    else {
      throw Diagnostic(
        .dataDependent, "the model computes where the slice begins, and so how large it is",
        notes: ["elements at computed places and whole dimensions are taken"])
    }
    // From the last on, so that the dimensions before keep their places.
    for axis in (0..<entries).reversed() where masks.shrinkAxis >> axis & 1 == 1 {
      let place = try narrowed(try slice(begin, begin: [axis], size: [1]))
      let count = constant("count", Tensor([], int32: [Int32(extents[axis])]))
      let index = try reshape(try add(Binary(.floorMod), [place, count]), [])
      result = try add(Gather(axis: axis), [result, index])
    }
    return result
  }
}
