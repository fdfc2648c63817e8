import OctetKernels
import Testing

@Suite struct WorkPoolTests {
  /// Every item once, by a worker whose number nobody else has at the time, over many short jobs.
  @Test(arguments: [1, 2, 3, 8]) func eachItemRunsOnce(threads: Int) {
    let pool = WorkPool(threads: threads)
    #expect(pool.threadCount == threads)
    let counts = UnsafeMutablePointer<Int>.allocate(capacity: 100)
    let busy = UnsafeMutablePointer<Int>.allocate(capacity: 64 * threads)
    defer {
      counts.deallocate()
      busy.deallocate()
    }
    counts.initialize(repeating: 0, count: 100)
    busy.initialize(repeating: 0, count: 64 * threads)
    for count in [0, 1, 2, 7, 100] {
      let work = Work(count: count) { item, worker in
        busy[64 * worker] += 1
        counts[item] += busy[64 * worker]
        busy[64 * worker] -= 1
      }
      for _ in 0..<2000 { pool.run(work) }
    }
    #expect(counts[0] == 4 * 2000 && counts[6] == 2 * 2000 && counts[99] == 2000)
  }

  /// Threads that have gone to sleep take part again.
  @Test func sleepersWake() {
    let pool = WorkPool(threads: 2)
    let seen = UnsafeMutablePointer<Int>.allocate(capacity: 2 * 64)
    defer { seen.deallocate() }
    seen.initialize(repeating: 0, count: 2 * 64)
    let work = Work(count: 200) { _, worker in
      var x = 1.0
      for i in 1...20_000 { x += 1 / (x + Double(i)) }
      seen[64 * worker] += x > 0 ? 1 : 0
    }
    for _ in 0..<5 {
      pool.run(work)
      let end = ContinuousClock.now.advanced(by: .milliseconds(5))
      while ContinuousClock.now < end {}
    }
    #expect(seen[0] + seen[64] == 1000)
  }
}
