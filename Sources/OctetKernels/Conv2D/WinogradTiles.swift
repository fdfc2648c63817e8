/// How an image is divided for Winograd's method; `octet_winograd.h` says more.
enum Winograd {
  static let positions = 36
  /// The row and column of positions that tiles of three outputs do without.
  static let halfPoint = 4

  /// The tiles that cover `extent` outputs along one axis: of four outputs, then of three.
  struct Tiles {
    let extent: Int
    let fours: Int
    let count: Int

    /// Nil for 1, 2 and 5, which fours and threes do not add up to.
    init?(_ extent: Int) {
      let count = (extent + 3) / 4
      let threes = 4 * count - extent
      guard threes <= count else { return nil }
      self.extent = extent
      self.count = count
      fours = count - threes
    }

    /// First output of tile `index`, and at `count` the extent.
    func start(_ index: Int) -> Int {
      4 * min(index, fours) + 3 * max(0, index - fours)
    }
  }

  /// A rectangle of tiles.
  struct Chunk {
    let rows: Range<Int>
    let columns: Range<Int>
    /// Rows and columns of tiles of four.
    let tall: Int
    let wide: Int

    init(rows: Range<Int>, of vertical: Tiles, columns: Range<Int>, of horizontal: Tiles) {
      self.rows = rows
      self.columns = columns
      tall = max(0, min(rows.count, vertical.fours - rows.lowerBound))
      wide = max(0, min(columns.count, horizontal.fours - columns.lowerBound))
    }

    var tiles: Int { rows.count * columns.count }

    /// Tiles that use position 6 i + j.
    func tiles(_ i: Int, _ j: Int) -> Int {
      (i == halfPoint ? tall : rows.count) * (j == halfPoint ? wide : columns.count)
    }
  }
}
