/// The arithmetic of Winograd's method for one convolution; `octet_winograd.h` says what each part does.
protocol WinogradKernels {
  associatedtype Element: BitwiseCopyable
  /// Of weights in blocks of 16 output channels, before they are transformed.
  associatedtype Packed: BitwiseCopyable
  /// Of transformed pixels and weights.
  associatedtype Value: BitwiseCopyable
  associatedtype Sum: BitwiseCopyable

  /// Sides of the kernels that there are transforms for.
  static var kernelSizes: [Int] { get }
  var geometry: Conv2DGeometry { get }
  var name: StaticString { get }

  /// Writes one block of weights, taps · 16 for each of `depth` input channels.
  func pack(block: Int, depth: Int, into packed: UnsafeMutablePointer<Packed>)

  /// Copies lines of an image with zeros around it; `columns` are pixels of bordered lines.
  func fill(
    _ image: UnsafePointer<Element>, first: Int, count: Int, columns: Range<Int>, depth: Int,
    to: UnsafeMutablePointer<Value>)

  func input(
    _ image: UnsafePointer<Value>, lineStride: Int, pixelStride: Int, channels: Int, tall: Bool,
    wide: Bool, to: UnsafeMutablePointer<Value>, to4: UnsafeMutablePointer<Value>,
    positionStride: Int)

  func weights(
    _ packed: UnsafePointer<Packed>, depth: Int, to: UnsafeMutablePointer<Value>,
    positionStride: Int)

  func product(
    m: Int, depth: Int, _ a: UnsafePointer<Value>, aStride: Int, _ w: UnsafePointer<Value>,
    adds: Bool, to: UnsafeMutablePointer<Sum>)

  func output(
    _ from: UnsafePointer<Sum>, _ from4: UnsafePointer<Sum>, positionStride: Int, tall: Bool,
    wide: Bool, channel: Int, valid: Int, to: UnsafeMutablePointer<Element>, lineStride: Int,
    pixelStride: Int)
}

/// Convolution of stride 1 by Winograd's method. With a 3x3 kernel 36 matrix products between transformed
/// tiles and transformed weights take the place of 144 products a tile, or 25 of 81 in tiles of three
/// outputs; with a 5x5 kernel 36 take the place of 100.
///
/// Images of more than 64 tiles, or with fewer output channels than threads can share, are taken in
/// chunks, each with all output channels, against stored weights. Others are transformed whole, then
/// the blocks of 16 output channels share the tiles; if there are many weights, they are transformed as they
/// are needed.
final class WinogradConv2D<Kernels: WinogradKernels> {
  private typealias Images = ConvolutionImages<Kernels.Element>
  private typealias Value = Kernels.Value
  private typealias Sum = Kernels.Sum

  private let kernels: Kernels
  private let kernelSize: Int
  private let vertical: Winograd.Tiles
  private let horizontal: Winograd.Tiles
  /// Input channels rounded up to 16, and to 2: where they lie, and what is multiplied.
  private let depth: Int
  private let productDepth: Int
  private let blocks: Int
  /// Whether an image is transformed whole.
  private let isShared: Bool
  /// [blocks][depth · taps · 16]; nil if `stored` is there.
  private let packed: UnsafeMutablePointer<Kernels.Packed>?
  /// [blocks][36][depth · 16], positions a little further apart; nil if weights are transformed as needed.
  private let stored: UnsafeMutablePointer<Kernels.Value>?

  private static var sliceDepth: Int { 128 }
  private static var storedBytesLimit: Int { 1 << 20 }
  private static var sharedTilesLimit: Int { 64 }
  /// Distances of a power of two would put all 36 positions into the same few lines of a cache.
  private static var padding: Int { 64 / MemoryLayout<Value>.stride }

  /// Nil if the convolution is of another kind.
  ///
  /// - Parameter pool: Packs and transforms the weights.
  init?(_ kernels: Kernels, pool: WorkPool) {
    let g = kernels.geometry
    guard let (kernelSize, vertical, horizontal) = Self.tiles(g) else { return nil }
    self.kernels = kernels
    self.kernelSize = kernelSize
    self.vertical = vertical
    self.horizontal = horizontal
    let depth = (g.inputChannels + 15) / 16 * 16
    self.depth = depth
    productDepth = (g.inputChannels + 1) / 2 * 2
    let blocks = QS8GEMM.blocks(g.outputChannels)
    self.blocks = blocks
    let blockSize = depth * kernelSize * kernelSize * 16
    let packed = UnsafeMutablePointer<Kernels.Packed>.aligned(blocks * blockSize)
    let isShared =
      vertical.count * horizontal.count <= Self.sharedTilesLimit
      && (pool.threadCount == 1 || blocks >= 2 * pool.threadCount || vertical.count == 1)
    self.isShared = isShared
    let position = depth * 16 + Self.padding
    let isStored =
      !isShared
      || blocks * Winograd.positions * position * MemoryLayout<Value>.stride
        <= Self.storedBytesLimit
    let stored =
      isStored
      ? UnsafeMutablePointer<Value>.aligned(blocks * Winograd.positions * position) : nil
    self.stored = stored
    pool.run(
      Work(count: blocks) { block, _ in
        let place = packed + block * blockSize
        kernels.pack(block: block, depth: depth, into: place)
        if let stored {
          kernels.weights(
            place, depth: depth, to: stored + block * Winograd.positions * position,
            positionStride: position)
        }
      })
    if stored != nil { packed.deallocate() }
    self.packed = stored == nil ? packed : nil
  }

  deinit {
    packed?.deallocate()
    stored?.deallocate()
  }

  /// Nil if the method does not apply.
  private static func tiles(
    _ g: Conv2DGeometry
  ) -> (kernelSize: Int, vertical: Winograd.Tiles, horizontal: Winograd.Tiles)? {
    guard let kernelSize = g.squareKernel, Kernels.kernelSizes.contains(kernelSize),
      let vertical = Winograd.Tiles(g.outputHeight, kernel: kernelSize),
      let horizontal = Winograd.Tiles(g.outputWidth, kernel: kernelSize)
    else { return nil }
    return (kernelSize, vertical, horizontal)
  }

  /// The estimated cost of one image, in vector multiply-adds; nil for a convolution of another kind.
  static func cost(_ g: Conv2DGeometry) -> Int? {
    guard let (_, vertical, horizontal) = tiles(g) else { return nil }
    let whole = Winograd.Chunk(
      rows: 0..<vertical.count, of: vertical, columns: 0..<horizontal.count, of: horizontal)
    let blocks = QS8GEMM.blocks(g.outputChannels)
    let depth = (g.inputChannels + 15) / 16 * 16
    var products = 0
    for position in 0..<Winograd.positions {
      products += whole.tiles(position / 6, position % 6)
    }
    let isOnTheFly =
      whole.tiles <= sharedTilesLimit
      && blocks * Winograd.positions * depth * 16 * MemoryLayout<Value>.stride > storedBytesLimit
    // Vector instructions of each transform, measured in multiply-adds.
    let perInput = 430, perOutput = 430, perWeight = 80
    return products * blocks * g.inputChannels + whole.tiles * depth / 16 * perInput
      + whole.tiles * blocks * perOutput + (isOnTheFly ? blocks * depth * perWeight : 0)
  }

  var kernel: String { "\(kernels.name)" + (stored == nil ? "-on-the-fly" : "") }

  /// The work on `images`, whose scratch is asked for here.
  func phases(
    _ images: ConvolutionImages<Kernels.Element>, threads: Int, scratch: Scratch
  ) -> [Work] {
    isShared
      ? (0..<images.batches).flatMap { sharedPhases(images, batch: $0, scratch) }
      : [chunkedPhase(images, threads: threads, scratch)]
  }

  // MARK: Chunks

  private func chunkedPhase(
    _ images: Images, threads: Int, _ scratch: Scratch
  ) -> Work {
    let columnParts = (horizontal.count + 51) / 52
    let columns = (horizontal.count + columnParts - 1) / columnParts
    let rows = max(1, (threads == 1 ? 24 : 12) / columns)
    let rowParts = (vertical.count + rows - 1) / rows
    let tiles = rows * columns
    let valueBytes = MemoryLayout<Value>.stride
    let inputBytes = lineElements(columns) * 6 * valueBytes
    let matrixBytes = Winograd.positions * matrixStride(tiles) * valueBytes
    let sumsOffset = (inputBytes + matrixBytes + 63) / 64 * 64
    scratch.require(
      shared: 0,
      perWorker: sumsOffset + Winograd.positions * sumStride(tiles) * MemoryLayout<Sum>.stride)
    return Work(count: images.batches * rowParts * columnParts) { [self] item, worker in
      let (place, columnPart) = item.quotientAndRemainder(dividingBy: columnParts)
      let (batch, rowPart) = place.quotientAndRemainder(dividingBy: rowParts)
      let firstColumn = columnPart * columns
      let chunk = Winograd.Chunk(
        rows: rowPart * rows..<min((rowPart + 1) * rows, vertical.count), of: vertical,
        columns: firstColumn..<min(firstColumn + columns, horizontal.count), of: horizontal)
      let base = scratch.part(of: worker)
      let matrix = (base + inputBytes).assumingMemoryBound(to: Value.self)
      transform(
        images, batch: batch, chunk, base.assumingMemoryBound(to: Value.self), matrix,
        stride: matrixStride(tiles))
      let sums = (base + sumsOffset).assumingMemoryBound(to: Sum.self)
      for block in 0..<blocks {
        multiply(
          chunk, block: block, matrix, matrixStride: matrixStride(tiles), sums,
          sumStride: sumStride(tiles), slice: nil)
        finish(images, batch: batch, chunk, block: block, sums, stride: sumStride(tiles))
      }
    }
  }

  // MARK: Small images

  private func sharedPhases(
    _ images: Images, batch: Int, _ scratch: Scratch
  ) -> [Work] {
    let tiles = vertical.count * horizontal.count
    let valueBytes = MemoryLayout<Value>.stride
    let lineBytes = lineElements(horizontal.count) * 6 * valueBytes
    let sumBytes = Winograd.positions * sumStride(tiles) * MemoryLayout<Sum>.stride
    let sliceBytes =
      stored == nil ? Winograd.positions * (Self.sliceDepth * 16 + Self.padding) * valueBytes : 0
    scratch.require(
      shared: Winograd.positions * matrixStride(tiles) * valueBytes,
      perWorker: max(lineBytes, sumBytes + sliceBytes))
    let whole = Winograd.Chunk(
      rows: 0..<vertical.count, of: vertical, columns: 0..<horizontal.count, of: horizontal)
    let transformation = Work(count: vertical.count) { [self] row, worker in
      transform(
        images, batch: batch, whole, row: row,
        scratch.part(of: worker).assumingMemoryBound(to: Value.self),
        scratch.shared.assumingMemoryBound(to: Value.self), stride: matrixStride(tiles))
    }
    let products = Work(count: blocks) { [self] block, worker in
      let base = scratch.part(of: worker)
      let sums = base.assumingMemoryBound(to: Sum.self)
      let matrix = UnsafePointer(scratch.shared.assumingMemoryBound(to: Value.self))
      multiply(
        whole, block: block, matrix, matrixStride: matrixStride(tiles), sums,
        sumStride: sumStride(tiles),
        slice: stored == nil ? (base + sumBytes).assumingMemoryBound(to: Value.self) : nil)
      finish(images, batch: batch, whole, block: block, sums, stride: sumStride(tiles))
    }
    return [transformation, products]
  }

  // MARK: Parts

  private func lineElements(_ columns: Int) -> Int {
    (horizontal.most * columns + kernelSize - 1) * depth
  }
  private func matrixStride(_ tiles: Int) -> Int { tiles * depth + Self.padding }
  private func sumStride(_ tiles: Int) -> Int { tiles * 16 + 16 }

  private func transform(
    _ images: Images, batch: Int, _ chunk: Winograd.Chunk,
    _ buffer: UnsafeMutablePointer<Value>, _ matrix: UnsafeMutablePointer<Value>, stride: Int
  ) {
    for row in 0..<chunk.rows.count {
      transform(images, batch: batch, chunk, row: row, buffer, matrix, stride: stride)
    }
  }

  /// Widens the lines that a row of tiles sees and transforms its tiles.
  private func transform(
    _ images: Images, batch: Int, _ chunk: Winograd.Chunk, row: Int,
    _ buffer: UnsafeMutablePointer<Value>, _ matrix: UnsafeMutablePointer<Value>, stride: Int
  ) {
    let g = kernels.geometry
    let isTall = row < chunk.tall
    let firstColumn = horizontal.start(chunk.columns.lowerBound)
    let lastColumn = horizontal.start(chunk.columns.upperBound)
    let columns = firstColumn..<lastColumn + kernelSize - 1
    kernels.fill(
      images.input + batch * g.inputHeight * g.inputWidth * g.inputChannels,
      first: vertical.start(chunk.rows.lowerBound + row) - g.padTop, count: isTall ? 6 : 5,
      columns: columns, depth: depth, to: buffer)
    for column in 0..<chunk.columns.count {
      let x = horizontal.start(chunk.columns.lowerBound + column) - firstColumn
      let index = row * chunk.columns.count + column
      let wideIndex = row * chunk.wide + column
      kernels.input(
        buffer + x * depth, lineStride: columns.count * depth, pixelStride: depth,
        channels: depth, tall: isTall, wide: column < chunk.wide, to: matrix + index * depth,
        to4: matrix + Winograd.halfPoint * stride + wideIndex * depth, positionStride: stride)
    }
  }

  /// All products of a block, a slice of input channels at a time, for which weights that are not stored
  /// are transformed.
  private func multiply(
    _ chunk: Winograd.Chunk, block: Int, _ matrix: UnsafePointer<Value>, matrixStride: Int,
    _ sums: UnsafeMutablePointer<Sum>, sumStride: Int, slice: UnsafeMutablePointer<Value>?
  ) {
    var first = 0
    while first < productDepth {
      let last = min(first + Self.sliceDepth, productDepth)
      let weights: UnsafePointer<Value>
      let position: Int
      if let slice, let packed {
        position = (last - first) * 16 + Self.padding
        kernels.weights(
          packed + (block * depth + first) * kernelSize * kernelSize * 16, depth: last - first,
          to: slice,
          positionStride: position)
        weights = UnsafePointer(slice)
      } else {
        guard let stored else { return }
        position = depth * 16 + Self.padding
        weights = UnsafePointer(stored + block * Winograd.positions * position + first * 16)
      }
      multiply(
        chunk, depth: first..<last, matrix, matrixStride: matrixStride, weights,
        weightStride: position, sums, sumStride: sumStride)
      first = last
    }
  }

  private func multiply(
    _ chunk: Winograd.Chunk, depth slice: Range<Int>, _ matrix: UnsafePointer<Value>,
    matrixStride: Int, _ weights: UnsafePointer<Value>, weightStride: Int,
    _ sums: UnsafeMutablePointer<Sum>, sumStride: Int
  ) {
    for i in 0..<6 {
      for j in 0..<6 {
        let tiles = chunk.tiles(i, j)
        if tiles == 0 { continue }
        let position = 6 * i + j
        kernels.product(
          m: tiles, depth: slice.count, matrix + position * matrixStride + slice.lowerBound,
          aStride: depth, weights + position * weightStride, adds: slice.lowerBound > 0,
          to: sums + position * sumStride)
      }
    }
  }

  private func finish(
    _ images: Images, batch: Int, _ chunk: Winograd.Chunk, block: Int,
    _ sums: UnsafePointer<Sum>, stride: Int
  ) {
    let g = kernels.geometry
    let lineStride = g.outputWidth * images.pixelStride
    let image = images.result + batch * g.outputHeight * lineStride + 16 * block
    for row in 0..<chunk.rows.count {
      let line = image + vertical.start(chunk.rows.lowerBound + row) * lineStride
      for column in 0..<chunk.columns.count {
        let x = horizontal.start(chunk.columns.lowerBound + column)
        kernels.output(
          sums + (row * chunk.columns.count + column) * 16,
          sums + Winograd.halfPoint * stride + (row * chunk.wide + column) * 16,
          positionStride: stride, tall: row < chunk.tall, wide: column < chunk.wide,
          channel: 16 * block, valid: min(16, g.outputChannels - 16 * block),
          to: line + x * images.pixelStride, lineStride: lineStride,
          pixelStride: images.pixelStride)
      }
    }
  }
}
