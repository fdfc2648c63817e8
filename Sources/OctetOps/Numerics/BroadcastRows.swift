/// A broadcast as rows, in which each operand goes on from element to element or stays where it is: dimensions along
/// which both do the same are one.
struct BroadcastRows {
  /// Of the rows, one after the other in the result.
  let count: Int
  /// Elements of a row; 0 in a row count of 0 only.
  let length: Int
  /// 0 or 1 element; not both 0.
  let leftStep: Int
  let rightStep: Int
  /// The operand that is the same in all rows while the other goes on from one to the next.
  let repeated: Operand?
  /// Rows that follow one another by these elements of each operand.
  let sheet: (rows: Int, left: Int, right: Int)
  private let outer: [Extent]

  enum Operand {
    case left
    case right
  }

  private struct Extent {
    var count: Int
    var left: Int
    var right: Int
  }

  init(_ shape: Broadcast) {
    var extents: [Extent] = []
    for (axis, count) in shape.output.enumerated() where count != 1 {
      let next = Extent(
        count: count, left: shape.leftStrides[axis], right: shape.rightStrides[axis])
      if let last = extents.last, last.left == next.left * count, last.right == next.right * count {
        extents[extents.count - 1] = Extent(
          count: last.count * count, left: next.left, right: next.right)
      } else {
        extents.append(next)
      }
    }
    let row = extents.popLast() ?? Extent(count: 1, left: 1, right: 1)
    outer = extents
    sheet = extents.last.map { ($0.count, $0.left, $0.right) } ?? (1, 0, 0)
    length = row.count
    leftStep = row.left
    rightStep = row.right
    count = row.count == 0 ? 0 : extents.reduce(1) { $0 * $1.count }
    let isPlain = extents.count == 1 && row.left == 1 && row.right == 1
    repeated = !isPlain ? nil : extents[0].left == 0 ? .left : extents[0].right == 0 ? .right : nil
  }

  /// Where a row begins in each operand.
  func offsets(of row: Int) -> (left: Int, right: Int) {
    var (rest, left, right) = (row, 0, 0)
    for extent in outer.reversed() {
      let (quotient, index) = rest.quotientAndRemainder(dividingBy: extent.count)
      left += index * extent.left
      right += index * extent.right
      rest = quotient
    }
    return (left, right)
  }
}
