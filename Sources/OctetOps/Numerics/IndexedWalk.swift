import OctetDiagnostics
import OctetIR
import OctetKernels

/// A tensor in its order beside another, where each of its elements has a place that is the sum of one offset
/// for each of its indices: what all operators share that only move elements.
struct IndexedWalk {
  /// For each outer dimension, the offset that each of its indices adds.
  private let offsets: [[Int]]
  /// Elements, in both tensors one after the other, that are moved at once.
  let run: Int
  /// The number of runs.
  let count: Int

  /// The most indices of a dimension that is no part of a run: each has its offset in memory.
  private static let mostIndices = 1 << 24

  /// - Parameters:
  ///   - extents: those of the tensor that is walked.
  ///   - offset: what an index of a dimension adds; the sums are places in the other tensor.
  ///
  /// Throws `OCT0701` for more than 2^24 elements along a dimension that are not moved at once.
  init(_ extents: [Int], _ offset: (_ axis: Int, _ index: Int) -> Int) throws(Diagnostic) {
    var (rank, run, start) = (extents.count, 1, 0)
    while rank > 0, extents[rank - 1] > 0 {
      let first = offset(rank - 1, 0)
      guard (0..<extents[rank - 1]).allSatisfy({ offset(rank - 1, $0) == first + $0 * run }) else {
        break
      }
      run *= extents[rank - 1]
      start += first
      rank -= 1
    }
    var outer: [[Int]] = []
    for axis in 0..<rank {
      guard extents[axis] <= Self.mostIndices else {
        throw Diagnostic(
          .noKernel, "\(extents[axis]) elements along a dimension cannot be moved one by one")
      }
      outer.append((0..<extents[axis]).map { offset(axis, $0) })
    }
    // What the run begins with belongs to all places.
    if start != 0 { outer.append([start]) }
    offsets = outer
    self.run = run
    count = outer.reduce(1) { $0 * $1.count }
  }

  /// Calls `body` with the first element of each run among `runs` and its place in the other tensor.
  @inline(__always)
  func forEach(_ runs: Range<Int>, _ body: (_ position: Int, _ place: Int) -> Void) {
    guard !runs.isEmpty else { return }
    withUnsafeTemporaryAllocation(of: Int.self, capacity: max(offsets.count, 1)) { index in
      index.initialize(repeating: 0)
      var (rest, place) = (runs.lowerBound, 0)
      for dimension in offsets.indices.reversed() {
        index[dimension] = rest % offsets[dimension].count
        rest /= offsets[dimension].count
        place += offsets[dimension][index[dimension]]
      }
      for position in runs {
        body(position * run, place)
        var dimension = offsets.count - 1
        while dimension >= 0 {
          let own = offsets[dimension]
          place -= own[index[dimension]]
          index[dimension] += 1
          if index[dimension] == own.count { index[dimension] = 0 }
          place += own[index[dimension]]
          if index[dimension] != 0 { break }
          dimension -= 1
        }
      }
    }
  }

  /// The distances between the elements of a row-major tensor along each dimension.
  static func strides(_ extents: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: extents.count)
    for i in extents.indices.dropLast().reversed() { strides[i] = strides[i + 1] * extents[i + 1] }
    return strides
  }

  enum Direction {
    /// The walk is that of the result, and places are the input's.
    case gather
    /// The walk is that of the input, and places are the result's.
    case scatter
  }

  /// The step that moves the elements of `input` to those of `output`. Throws `OCT0701` for elements that have no
  /// bytes of their own.
  func step(
    _ name: String, _ direction: Direction, _ context: PrepareContext
  ) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    switch input.element.byteCount {
    case 1: return step(name, direction, input, output, UInt8.self)
    case 2: return step(name, direction, input, output, UInt16.self)
    case 4: return step(name, direction, input, output, UInt32.self)
    case 8: return step(name, direction, input, output, UInt64.self)
    default: throw context.noKernel("\(input.element.name) elements cannot be moved")
    }
  }

  private func step<Element: BitwiseCopyable>(
    _ name: String, _ direction: Direction, _ input: TensorView, _ output: TensorView,
    _ type: Element.Type
  ) -> Step {
    let source = UnsafePointer(input.base.assumingMemoryBound(to: type))
    let target = output.base.assumingMemoryBound(to: type)
    let kernel = "x\(8 * MemoryLayout<Element>.size)-\(name)--reference"
    let portion = max(1, (1 << 12) / run)
    let work = Work(count: (count + portion - 1) / portion) { [self] item, _ in
      let runs = item * portion..<min(count, (item + 1) * portion)
      switch (direction, run) {
      case (.gather, 1): forEach(runs) { position, place in target[position] = source[place] }
      case (.scatter, 1): forEach(runs) { position, place in target[place] = source[position] }
      case (.gather, _):
        forEach(runs) { position, place in
          (target + position).update(from: source + place, count: run)
        }
      case (.scatter, _):
        forEach(runs) { position, place in
          (target + place).update(from: source + position, count: run)
        }
      }
    }
    return Step(kernel: kernel, phases: [work])
  }
}
