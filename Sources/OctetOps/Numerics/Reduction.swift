import OctetDiagnostics
import OctetIR

/// The type of an operator that makes one number of all along some dimensions, which go or, with `keepDims`,
/// stay with an extent of 1.
///
/// Input 1 is an int32 constant of at most one dimension: dimensions of input 0 in any order, negative ones
/// counted from the end.
func inferReduction(
  _ operands: Operands, among elements: [ElementType], keepDims: Bool
) throws(Diagnostic) -> [TensorType] {
  try operands.require(count: 2...2)
  let input = try operands.type(0, among: elements)
  let rank = input.shape.rank
  let axes = try operands.constantInts(1, rank: try operands.type(1).shape.rank == 0 ? 0 : 1)
  // As in TFLite a scalar can be reduced along anything.
  if let beyond = axes.first(where: { rank > 0 && !(-rank..<rank).contains($0) }) {
    throw Diagnostic(.invalidAttribute, "axis \(beyond) is none of \(rank) dimensions")
  }
  let isReduced = isReduced(axes, rank: rank)
  var dimensions: [Dimension] = []
  for (axis, dimension) in input.shape.dimensions.enumerated() {
    if !isReduced[axis] {
      dimensions.append(dimension)
    } else if keepDims {
      dimensions.append(.known(1))
    }
  }
  return [TensorType(input.element, Shape(dimensions))]
}

/// For each dimension whether it is among `axes`, which inference has accepted.
func isReduced(_ axes: [Int], rank: Int) -> [Bool] {
  (0..<rank).map { axes.contains($0) || axes.contains($0 - rank) }
}

extension Operands {
  /// The one of `rank` dimensions that input `index` names, an int32 constant of one element, which counts
  /// from the end if it is negative. Throws `OCT0205` for one that is not there.
  func constantAxis(_ index: Int, rank: Int) throws(Diagnostic) -> Int {
    let axes = try constantInts(index, rank: try type(index).shape.rank == 0 ? 0 : 1)
    guard axes.count == 1, (-rank..<rank).contains(axes[0]) else {
      throw Diagnostic(
        .invalidAttribute, "axis \(Shape(axes).text) is none of \(rank) dimensions")
    }
    return axes[0] < 0 ? axes[0] + rank : axes[0]
  }
}

extension PrepareContext {
  /// The walks over the dimensions of input 0 that a reduction keeps and over those that it reduces.
  func reduction() -> (kept: StridedWalk, reduced: StridedWalk) {
    let (extents, axes) = (input(0).extents, input(1))
    let isReduced = isReduced(
      (0..<axes.count).map { Int(axes.int32[$0]) }, rank: extents.count)
    return (
      StridedWalk(extents, order: extents.indices.filter { !isReduced[$0] }),
      StridedWalk(extents, order: extents.indices.filter { isReduced[$0] })
    )
  }
}
