import COctetKernels

/// Work in equal, independent items, prepared once and run many times.
///
/// Each item writes its own part of the result and sums in an order of its own, so results do not
/// depend on how many threads there are or who takes which item.
package final class Work {
  package let count: Int
  /// Computes item `item`; no two running calls have the same `worker`, which numbers scratch memory.
  package let body: (_ item: Int, _ worker: Int) -> Void

  package init(count: Int = 1, _ body: @escaping (_ item: Int, _ worker: Int) -> Void) {
    self.count = count
    self.body = body
  }
}

/// Threads that run the items of `Work` together with the caller.
package final class WorkPool: @unchecked Sendable {
  // Sendable: `run` is called from one thread at a time, which is its contract.
  package let threadCount: Int
  private let pool: OpaquePointer?

  /// The caller's thread alone.
  package static let caller = WorkPool(threads: 1)

  /// - Parameter threads: 1...256, the caller's among them; fewer run if the system gives fewer.
  package init(threads: Int) {
    precondition((1...256).contains(threads), "no such number of threads")
    pool = threads > 1 ? octet_work_pool_create(threads) : nil
    threadCount = pool.map { octet_work_pool_threads($0) } ?? 1
  }

  deinit {
    if let pool { octet_work_pool_destroy(pool) }
  }

  /// Runs all items and returns when they are done. Allocates nothing. More than 2^23 items are left to the
  /// caller's thread.
  package func run(_ work: Work) {
    guard let pool, work.count > 1, work.count <= Int(octet_work_items_limit) else {
      for item in 0..<work.count { work.body(item, 0) }
      return
    }
    octet_work_pool_run(
      pool, work.count,
      { context, item, worker in
        guard let context else { return }
        // The caller holds the object until `octet_work_pool_run` returns.
        Unmanaged<Work>.fromOpaque(context).takeUnretainedValue().body(item, worker)
      }, Unmanaged.passUnretained(work).toOpaque())
  }
}
