import COctetKernels

/// The kernels of exact 3x3 convolution by Winograd's method; `octet_qs8_winograd.h` says what each does.
package enum QS8Winograd {
  /// One set of kernels and what it needs.
  package struct Variant: Sendable {
    /// For profiles, for example `qs8-winograd-4x4--avx2`.
    package let name: StaticString
    /// Whether this CPU can run it. Running it elsewhere is an illegal instruction.
    package let isSupported: Bool
    let input:
      @Sendable @convention(c) (
        UnsafePointer<Int16>, Int, Int, Int, Int32, Int32, UnsafeMutablePointer<Int16>,
        UnsafeMutablePointer<Int16>, Int
      ) -> Void
    let weights:
      @Sendable @convention(c) (
        UnsafePointer<Int8>, Int, UnsafeMutablePointer<Int16>, Int
      ) -> Void
    let product:
      @Sendable @convention(c) (
        Int, Int, UnsafePointer<Int16>, Int, UnsafePointer<Int16>, Int32,
        UnsafeMutablePointer<Int32>
      ) -> Void
    let output:
      @Sendable @convention(c) (
        UnsafePointer<Int32>, UnsafePointer<Int32>, Int, Int32, Int32,
        UnsafePointer<octet_qs8_output>, Int, Int, UnsafeMutablePointer<Int8>, Int, Int
      ) -> Void
  }

  /// All variants built for this architecture, fastest first. Where there is none, direct convolution
  /// serves.
  package static let variants: [Variant] = {
    #if arch(x86_64)
      [
        Variant(
          name: "qs8-winograd-4x4--avx512vnni", isSupported: CPUFeatures.hasAVX512VNNI,
          input: octet_qs8_winograd_input__avx512, weights: octet_qs8_winograd_weights__avx512,
          product: octet_qs8_winograd_product_12x16__avx512,
          output: octet_qs8_winograd_output__avx512),
        Variant(
          name: "qs8-winograd-4x4--avx2", isSupported: CPUFeatures.hasAVX2AndFMA,
          input: octet_qs8_winograd_input__avx2, weights: octet_qs8_winograd_weights__avx2,
          product: octet_qs8_winograd_product_6x16__avx2,
          output: octet_qs8_winograd_output__avx2),
      ]
    #else
      []
    #endif
  }()

  /// The fastest variant this CPU can run.
  package static let best: Variant? = variants.first { $0.isSupported }

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
