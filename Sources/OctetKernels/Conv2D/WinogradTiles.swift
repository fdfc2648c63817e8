/// How an image is divided for Winograd's method; `octet_winograd.h` says more.
enum Winograd {
  static let positions = 36
  /// The row and column of positions that tiles of fewer outputs do without.
  static let halfPoint = 4

  /// The tiles that cover `extent` outputs along one axis: of as many outputs as six points give with the
  /// kernel, four or two, then of one fewer.
  struct Tiles {
    let extent: Int
    let most: Int
    /// Tiles of `most` outputs.
    let full: Int
    let count: Int

    /// Nil for what the tiles do not add up to: with a kernel of three, 1, 2 and 5.
    init?(_ extent: Int, kernel: Int) {
      let most = 7 - kernel
      let count = (extent + most - 1) / most
      let fewer = most * count - extent
      guard fewer <= count else { return nil }
      self.extent = extent
      self.most = most
      self.count = count
      full = count - fewer
    }

    /// First output of tile `index`, and at `count` the extent.
    func start(_ index: Int) -> Int {
      most * index - max(0, index - full)
    }
  }

  /// A rectangle of tiles.
  struct Chunk {
    let rows: Range<Int>
    let columns: Range<Int>
    /// Rows and columns of tiles that use all points.
    let tall: Int
    let wide: Int

    init(rows: Range<Int>, of vertical: Tiles, columns: Range<Int>, of horizontal: Tiles) {
      self.rows = rows
      self.columns = columns
      tall = max(0, min(rows.count, vertical.full - rows.lowerBound))
      wide = max(0, min(columns.count, horizontal.full - columns.lowerBound))
    }

    var tiles: Int { rows.count * columns.count }

    /// Tiles that use position 6 i + j.
    func tiles(_ i: Int, _ j: Int) -> Int {
      (i == halfPoint ? tall : rows.count) * (j == halfPoint ? wide : columns.count)
    }
  }
}
