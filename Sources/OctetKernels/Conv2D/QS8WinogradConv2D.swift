import COctetKernels

/// Exact 3x3 convolution of stride 1 by Winograd's method: 36 matrix products between transformed tiles
/// and transformed weights take the place of 144 or, with tiles of three outputs, 81 products a tile.
///
/// Images of more than 64 tiles are taken in chunks, each with all output channels, against
/// stored weights. Smaller ones are transformed whole, then the blocks of 16 output channels share
/// the tiles; if there are many weights, they are transformed as they are needed, from eight-bit ones.
package final class QS8WinogradConv2D {
  private let convolution: QS8Convolution
  private let variant: QS8Winograd.Variant
  private let widen: QS8Widen.Variant
  private let vertical: QS8Winograd.Tiles
  private let horizontal: QS8Winograd.Tiles
  /// Input channels rounded up to 16.
  private let depth: Int
  private let blocks: Int
  /// int8 [blocks][depth/2][9][16][2]; empty if `stored` holds them transformed.
  private let packed: UnsafeMutablePointer<Int8>
  /// int16 [blocks][36][depth/2][16][2], positions `weightStride` apart; empty without storing.
  private let stored: UnsafeMutablePointer<Int16>?

  private static let sliceDepth = 128
  private static let storedBytesLimit = 1 << 20
  private static let sharedTilesLimit = 64
  /// Distances of a power of two would put all 36 positions into the same few lines of a cache.
  private static let padding = 32

  /// Whether sums stay within the ±2^29 that the method needs, for any image.
  package static func isExact(_ convolution: QS8Convolution) -> Bool {
    convolution.sumBound() < 1 << 29
  }

  /// Nil if the convolution is of another kind, or if it is not proved to be exact.
  ///
  /// - Parameter pool: Packs and transforms the weights.
  package init?(
    _ convolution: QS8Convolution, pool: WorkPool, variant: QS8Winograd.Variant,
    widen: QS8Widen.Variant = QS8Widen.best
  ) {
    let g = convolution.geometry
    guard g.isThreeByThree, convolution.groups == 1,
      let vertical = QS8Winograd.Tiles(g.outputHeight),
      let horizontal = QS8Winograd.Tiles(g.outputWidth), Self.isExact(convolution)
    else { return nil }
    self.convolution = convolution
    self.variant = variant
    self.widen = widen
    self.vertical = vertical
    self.horizontal = horizontal
    let depth = (g.inputChannels + 15) / 16 * 16
    self.depth = depth
    let blocks = QS8GEMM.blocks(g.outputChannels)
    self.blocks = blocks
    let packed = UnsafeMutablePointer<Int8>.aligned(blocks * depth * 9 * 16)
    self.packed = packed
    let isShared = vertical.count * horizontal.count <= Self.sharedTilesLimit
    let position = depth * 16 + Self.padding
    let isStored =
      !isShared || blocks * QS8Winograd.positions * position * 2 <= Self.storedBytesLimit
    let stored =
      isStored
      ? UnsafeMutablePointer<Int16>.aligned(blocks * QS8Winograd.positions * position) : nil
    self.stored = stored
    pool.run(
      Work(count: blocks) { block, _ in
        let place = packed + block * depth * 9 * 16
        Self.pack(convolution, depth: depth, block: block, into: place)
        if let stored {
          variant.weights(
            place, depth / 2, stored + block * QS8Winograd.positions * position, position)
        }
      })
  }

  deinit {
    packed.deallocate()
    stored?.deallocate()
  }

  /// The estimated cost of one image, in vector multiply-adds; nil for a convolution of another kind.
  package static func cost(_ convolution: QS8Convolution) -> Int? {
    let g = convolution.geometry
    guard g.isThreeByThree, convolution.groups == 1,
      let vertical = QS8Winograd.Tiles(g.outputHeight),
      let horizontal = QS8Winograd.Tiles(g.outputWidth)
    else { return nil }
    let whole = QS8Winograd.Chunk(
      rows: 0..<vertical.count, of: vertical, columns: 0..<horizontal.count, of: horizontal)
    let blocks = QS8GEMM.blocks(g.outputChannels)
    let depth = (g.inputChannels + 15) / 16 * 16
    var products = 0
    for position in 0..<QS8Winograd.positions {
      products += whole.tiles(position / 6, position % 6)
    }
    let isOnTheFly =
      whole.tiles <= sharedTilesLimit
      && blocks * QS8Winograd.positions * depth * 32 > storedBytesLimit
    // Vector instructions of each transform, measured in multiply-adds.
    let perInput = 250, perOutput = 250, perWeight = 80
    return products * blocks * depth + whole.tiles * depth / 16 * perInput
      + whole.tiles * blocks * perOutput + (isOnTheFly ? blocks * depth * perWeight : 0)
  }

  package var kernel: String { "\(variant.name)" + (stored == nil ? "-on-the-fly" : "") }

  /// The work on `images`, whose scratch is asked for here.
  package func phases(
    _ images: QS8Convolution.Images, threads: Int, scratch: Scratch
  ) -> [Work] {
    vertical.count * horizontal.count <= Self.sharedTilesLimit
      ? (0..<images.batches).flatMap { sharedPhases(images, batch: $0, scratch) }
      : [chunkedPhase(images, threads: threads, scratch)]
  }

  // MARK: Chunks

  private func chunkedPhase(
    _ images: QS8Convolution.Images, threads: Int, _ scratch: Scratch
  ) -> Work {
    let columnParts = (horizontal.count + 51) / 52
    let columns = (horizontal.count + columnParts - 1) / columnParts
    let rows = max(1, (threads == 1 ? 24 : 12) / columns)
    let rowParts = (vertical.count + rows - 1) / rows
    let tiles = rows * columns
    let inputBytes = lineElements(columns) * (4 * rows + 2) * 2
    let matrixBytes = QS8Winograd.positions * matrixStride(tiles) * 2
    let sumsOffset = (inputBytes + matrixBytes + 63) / 64 * 64
    scratch.require(
      shared: 0, perWorker: sumsOffset + QS8Winograd.positions * sumStride(tiles) * 4)
    return Work(count: images.batches * rowParts * columnParts) { [self] item, worker in
      let (place, columnPart) = item.quotientAndRemainder(dividingBy: columnParts)
      let (batch, rowPart) = place.quotientAndRemainder(dividingBy: rowParts)
      let firstColumn = columnPart * columns
      let chunk = QS8Winograd.Chunk(
        rows: rowPart * rows..<min((rowPart + 1) * rows, vertical.count), of: vertical,
        columns: firstColumn..<min(firstColumn + columns, horizontal.count), of: horizontal)
      let base = scratch.part(of: worker)
      let matrix = (base + inputBytes).assumingMemoryBound(to: Int16.self)
      transform(
        images, batch: batch, chunk, base.assumingMemoryBound(to: Int16.self), matrix,
        stride: matrixStride(tiles))
      let sums = (base + sumsOffset).assumingMemoryBound(to: Int32.self)
      for block in 0..<blocks {
        multiply(
          chunk, block: block, matrix, matrixStride: matrixStride(tiles), sums,
          sumStride: sumStride(tiles))
        finish(images, batch: batch, chunk, block: block, sums, stride: sumStride(tiles))
      }
    }
  }

  // MARK: Small images

  private func sharedPhases(
    _ images: QS8Convolution.Images, batch: Int, _ scratch: Scratch
  ) -> [Work] {
    let tiles = vertical.count * horizontal.count
    let lineBytes = lineElements(horizontal.count) * 6 * 2
    let sumBytes = QS8Winograd.positions * sumStride(tiles) * 4
    let sliceBytes =
      stored == nil ? QS8Winograd.positions * (Self.sliceDepth * 16 + Self.padding) * 2 : 0
    scratch.require(
      shared: QS8Winograd.positions * matrixStride(tiles) * 2,
      perWorker: max(lineBytes, sumBytes + sliceBytes))
    let whole = QS8Winograd.Chunk(
      rows: 0..<vertical.count, of: vertical, columns: 0..<horizontal.count, of: horizontal)
    let transformation = Work(count: vertical.count) { [self] row, worker in
      transform(
        images, batch: batch, whole, row: row,
        scratch.part(of: worker).assumingMemoryBound(to: Int16.self),
        scratch.shared.assumingMemoryBound(to: Int16.self), stride: matrixStride(tiles))
    }
    let products = Work(count: blocks) { [self] block, worker in
      let base = scratch.part(of: worker)
      let sums = base.assumingMemoryBound(to: Int32.self)
      let matrix = UnsafePointer(scratch.shared.assumingMemoryBound(to: Int16.self))
      if stored == nil {
        multiplyOnTheFly(
          whole, block: block, matrix, matrixStride: matrixStride(tiles), sums,
          sumStride: sumStride(tiles), slice: (base + sumBytes).assumingMemoryBound(to: Int16.self))
      } else {
        multiply(
          whole, block: block, matrix, matrixStride: matrixStride(tiles), sums,
          sumStride: sumStride(tiles))
      }
      finish(images, batch: batch, whole, block: block, sums, stride: sumStride(tiles))
    }
    return [transformation, products]
  }

  // MARK: Parts

  private func lineElements(_ columns: Int) -> Int { (4 * columns + 2) * depth }
  private func matrixStride(_ tiles: Int) -> Int { tiles * depth + Self.padding }
  private func sumStride(_ tiles: Int) -> Int { tiles * 16 + 16 }

  private func transform(
    _ images: QS8Convolution.Images, batch: Int, _ chunk: QS8Winograd.Chunk,
    _ buffer: UnsafeMutablePointer<Int16>, _ matrix: UnsafeMutablePointer<Int16>, stride: Int
  ) {
    for row in 0..<chunk.rows.count {
      transform(images, batch: batch, chunk, row: row, buffer, matrix, stride: stride)
    }
  }

  /// Widens the lines that a row of tiles sees and transforms its tiles.
  private func transform(
    _ images: QS8Convolution.Images, batch: Int, _ chunk: QS8Winograd.Chunk, row: Int,
    _ buffer: UnsafeMutablePointer<Int16>, _ matrix: UnsafeMutablePointer<Int16>, stride: Int
  ) {
    let g = convolution.geometry
    let isTall = row < chunk.tall
    let firstColumn = horizontal.start(chunk.columns.lowerBound)
    let lastColumn = horizontal.start(chunk.columns.upperBound)
    let columns = firstColumn..<lastColumn + 2
    let lines = BorderedLines(
      form: .pairs, imageWidth: g.inputWidth, left: g.padLeft, channels: g.inputChannels,
      pixelStride: depth, zeroPoint: convolution.inputZeroPoint, widen: widen)
    lines.fill(
      images.input + batch * g.inputHeight * g.inputWidth * g.inputChannels,
      height: g.inputHeight, first: vertical.start(chunk.rows.lowerBound + row) - g.padTop,
      count: isTall ? 6 : 5, columns: columns, to: buffer)
    for column in 0..<chunk.columns.count {
      let x = horizontal.start(chunk.columns.lowerBound + column) - firstColumn
      let index = row * chunk.columns.count + column
      let wideIndex = row * chunk.wide + column
      variant.input(
        buffer + x * depth, columns.count * depth, depth, depth, isTall ? 1 : 0,
        column < chunk.wide ? 1 : 0, matrix + index * depth,
        matrix + QS8Winograd.halfPoint * stride + wideIndex * depth, stride)
    }
  }

  /// All products of a block with stored weights.
  private func multiply(
    _ chunk: QS8Winograd.Chunk, block: Int, _ matrix: UnsafePointer<Int16>, matrixStride: Int,
    _ sums: UnsafeMutablePointer<Int32>, sumStride: Int
  ) {
    guard let stored else { return }
    let position = depth * 16 + Self.padding
    multiply(
      chunk, depth: 0..<depth, matrix, matrixStride: matrixStride,
      stored + block * QS8Winograd.positions * position, weightStride: position, sums,
      sumStride: sumStride)
  }

  /// All products of a block, a slice of input channels at a time.
  private func multiplyOnTheFly(
    _ chunk: QS8Winograd.Chunk, block: Int, _ matrix: UnsafePointer<Int16>, matrixStride: Int,
    _ sums: UnsafeMutablePointer<Int32>, sumStride: Int, slice: UnsafeMutablePointer<Int16>
  ) {
    var first = 0
    while first < depth {
      let last = min(first + Self.sliceDepth, depth)
      let position = (last - first) * 16 + Self.padding
      variant.weights(
        packed + (block * depth + first) * 9 * 16, (last - first) / 2, slice, position)
      multiply(
        chunk, depth: first..<last, matrix, matrixStride: matrixStride, slice,
        weightStride: position, sums, sumStride: sumStride)
      first = last
    }
  }

  private func multiply(
    _ chunk: QS8Winograd.Chunk, depth slice: Range<Int>, _ matrix: UnsafePointer<Int16>,
    matrixStride: Int, _ weights: UnsafePointer<Int16>, weightStride: Int,
    _ sums: UnsafeMutablePointer<Int32>, sumStride: Int
  ) {
    for i in 0..<6 {
      for j in 0..<6 {
        let tiles = chunk.tiles(i, j)
        if tiles == 0 { continue }
        let position = 6 * i + j
        variant.product(
          tiles, slice.count / 2, matrix + position * matrixStride + slice.lowerBound, depth,
          weights + position * weightStride, slice.lowerBound > 0 ? 1 : 0,
          sums + position * sumStride)
      }
    }
  }

  private func finish(
    _ images: QS8Convolution.Images, batch: Int, _ chunk: QS8Winograd.Chunk, block: Int,
    _ sums: UnsafePointer<Int32>, stride: Int
  ) {
    let g = convolution.geometry
    let lineStride = g.outputWidth * images.pixelStride
    let image = images.result + batch * g.outputHeight * lineStride + 16 * block
    for row in 0..<chunk.rows.count {
      let line = image + vertical.start(chunk.rows.lowerBound + row) * lineStride
      for column in 0..<chunk.columns.count {
        let x = horizontal.start(chunk.columns.lowerBound + column)
        variant.output(
          sums + (row * chunk.columns.count + column) * 16,
          sums + QS8Winograd.halfPoint * stride + (row * chunk.wide + column) * 16, stride,
          row < chunk.tall ? 1 : 0, column < chunk.wide ? 1 : 0, convolution.output.raw, 16 * block,
          min(16, g.outputChannels - 16 * block), line + x * images.pixelStride, lineStride,
          images.pixelStride)
      }
    }
  }

  /// One block of weights [channels][9][inputChannels] as [depth/2][9][16][2].
  private static func pack(
    _ convolution: QS8Convolution, depth: Int, block: Int, into packed: UnsafeMutablePointer<Int8>
  ) {
    let g = convolution.geometry
    packed.initialize(repeating: 0, count: depth * 9 * 16)
    for lane in 0..<min(16, g.outputChannels - 16 * block) {
      for tap in 0..<9 {
        let source =
          convolution.weights + ((16 * block + lane) * 9 + tap) * g.inputChannels
        let target = packed + tap * 32 + lane * 2
        for channel in 0..<g.inputChannels {
          target[channel / 2 * 9 * 32 + channel % 2] = source[channel]
        }
      }
    }
  }
}
