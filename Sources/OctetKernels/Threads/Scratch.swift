/// Memory that all steps of a model share, each for the time it runs: one part for the step, then one
/// for each worker.
package final class Scratch {
  private var base = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
  private var sharedBytes = 0
  private var workerBytes = 0
  private let workers: Int

  package init(workers: Int) { self.workers = workers }

  deinit { base.deallocate() }

  /// The bytes that steps have asked for; beyond `Int.max` it is that.
  package var byteCount: Int {
    let (product, overflow) = workerBytes.multipliedReportingOverflow(by: workers)
    let (sum, carry) = product.addingReportingOverflow(sharedBytes)
    return overflow || carry ? .max : sum
  }

  /// Makes room for a step: `shared` bytes that all its items see and `perWorker` bytes for each worker.
  package func require(shared: Int, perWorker: Int) {
    sharedBytes = max(sharedBytes, Self.aligned(shared))
    workerBytes = max(workerBytes, Self.aligned(perWorker))
  }

  /// Makes the memory; what was there is lost.
  package func allocate() {
    base.deallocate()
    base = UnsafeMutableRawPointer.allocate(byteCount: max(byteCount, 64), alignment: 64)
  }

  /// The part that all workers see.
  package var shared: UnsafeMutableRawPointer { base }

  /// The part of one worker.
  package func part(of worker: Int) -> UnsafeMutableRawPointer {
    base + sharedBytes + worker * workerBytes
  }

  /// The next multiple of 64; near `Int.max` it stays, for `byteCount` to overflow.
  private static func aligned(_ byteCount: Int) -> Int {
    byteCount > .max - 63 ? byteCount : (byteCount + 63) / 64 * 64
  }
}
