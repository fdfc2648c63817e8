package import OctetIR
package import OctetOps

/// Where each tensor of a graph lives in one block of memory, the arena. Tensors whose lifetimes do
/// not meet share bytes.
///
/// Placement is greedy: largest first, each at the lowest offset free for its whole life (Pisarchyk
/// and Lee, "Efficient memory management for deep neural net inference", 2020).
package struct MemoryPlan {
  package struct Allocation {
    package let value: ValueID
    package let byteCount: Int
    /// Index of the first and last step that needs the bytes; -1 stands for the model's inputs.
    package fileprivate(set) var firstStep: Int
    package fileprivate(set) var lastStep: Int
    package fileprivate(set) var offset: Int
    /// The value whose bytes it shares: of a view such as a reshape, or of a joined tensor it is part of.
    package fileprivate(set) var sharedWith: ValueID?
    /// Whether its bytes are not the arena's.
    fileprivate var isLent = false
    /// Its first byte, from that value's.
    fileprivate var byteOffset = 0
    /// Elements from one pixel to the next, where they do not lie together.
    package fileprivate(set) var pixelStride: Int?
  }

  /// Offsets are multiples of this.
  package static let alignment = 64
  /// A plan that needs more is given up: its `arenaBytes` says so, its offsets are of no use.
  package static let limit = Int.max / 4

  package private(set) var allocations: [Allocation] = []
  package private(set) var arenaBytes = 0
  /// For each value, its place in `allocations`; nil for constants and unused values.
  private var slots: [Int?]

  /// For each value, the last step that reads it, -1 for none; only while the plan is made.
  private var lastReads: [Int]

  /// - Parameter lent: the use of the graph's inputs, if their memory is not the arena's; nil if it is.
  /// - Precondition: every value that a step reads or writes has a known size of at most `limit`.
  package init(_ graph: Graph, _ schedule: Schedule, lent: LentInputs? = nil) {
    slots = [Int?](repeating: nil, count: graph.values.count)
    lastReads = Self.lastReads(graph, schedule)
    for input in graph.inputs {
      define(input, in: graph, step: -1)
      allocations[allocations.count - 1].isLent = lent != nil
      if lent == .kept { lastReads[input.index] = schedule.entries.count }
    }
    for (step, entry) in schedule.entries.enumerated() {
      for case let input? in entry.inputs { extend(input, to: step) }
      for output in entry.outputs {
        define(output, in: graph, step: step, sharing: shared(entry, step, graph))
      }
    }
    for output in graph.outputs { extend(output, to: schedule.entries.count) }
    if schedule.isJoining { share(JoinedTensors(graph, schedule)) }
    place()
    lastReads = []
  }

  private static func lastReads(_ graph: Graph, _ schedule: Schedule) -> [Int] {
    var result = [Int](repeating: -1, count: graph.values.count)
    for (step, entry) in schedule.entries.enumerated() {
      for case let input? in entry.inputs { result[input.index] = step }
    }
    for output in graph.outputs { result[output.index] = schedule.entries.count }
    return result
  }

  /// The value in whose bytes a step makes its result: input 0 of a view, or of an update after which nothing reads it.
  private func shared(_ entry: Schedule.Entry, _ step: Int, _ graph: Graph) -> ValueID? {
    guard let traits = OpCatalog.builtin(graph.nodes[entry.main].op)?.traits,
      let source = entry.inputs.first.flatMap({ $0 }), let slot = slots[source.index]
    else { return nil }
    if traits.isView { return source }
    guard traits.updatesInPlace else { return nil }
    let root = allocations[slot].sharedWith ?? source
    for allocation in allocations
    where (allocation.sharedWith ?? allocation.value) == root
      && lastReads[allocation.value.index] > step
    {
      return nil
    }
    return source
  }

  /// The value in whose bytes a value lies: itself, unless it shares another's.
  package func root(of value: ValueID) -> ValueID {
    slots[value.index].flatMap { allocations[$0].sharedWith } ?? value
  }

  /// Elements from one pixel of a value to the next, where they do not lie together.
  package func pixelStride(of value: ValueID) -> Int? {
    slots[value.index].flatMap { allocations[$0].pixelStride }
  }

  /// Puts tensors into those they are joined to, which live from the first of them on.
  private mutating func share(_ joined: JoinedTensors) {
    for (value, place) in joined.places {
      guard let part = slots[value], let whole = slots[place.whole.index] else { continue }
      allocations[part].sharedWith = place.whole
      allocations[part].byteOffset = place.byteOffset
      allocations[part].pixelStride = place.pixelStride
      allocations[whole].firstStep = min(allocations[whole].firstStep, allocations[part].firstStep)
    }
  }

  /// The offset of a value in the arena; nil when it does not live there.
  package func offset(of value: ValueID) -> Int? {
    guard let slot = slots[value.index] else { return nil }
    if let root = slots[root(of: value).index], allocations[root].isLent { return nil }
    return allocations[slot].offset
  }

  private mutating func define(
    _ value: ValueID, in graph: Graph, step: Int, sharing source: ValueID? = nil
  ) {
    guard let byteCount = graph[value].type.byteCount else {
      preconditionFailure("the size of '\(graph[value].name)' is unknown")
    }
    slots[value.index] = allocations.count
    let root = source.map { allocations[slots[$0.index] ?? 0].sharedWith ?? $0 }
    allocations.append(
      Allocation(
        value: value, byteCount: byteCount, firstStep: step, lastStep: step, offset: 0,
        sharedWith: root))
    if let root { extend(root, to: step) }
  }

  private mutating func extend(_ value: ValueID, to step: Int) {
    guard let slot = slots[value.index] else { return }
    allocations[slot].lastStep = max(allocations[slot].lastStep, step)
    if let root = allocations[slot].sharedWith { extend(root, to: step) }
  }

  private mutating func place() {
    let order = allocations.indices.filter {
      allocations[$0].sharedWith == nil && !allocations[$0].isLent
    }
    .sorted {
      (-allocations[$0].byteCount, $0) < (-allocations[$1].byteCount, $1)
    }
    var placed: [Int] = []
    for index in order {
      let wanted = allocations[index]
      let rivals = placed.map { allocations[$0] }
        .filter { $0.firstStep <= wanted.lastStep && wanted.firstStep <= $0.lastStep }
        .sorted { $0.offset < $1.offset }
      var offset = 0
      for rival in rivals {
        if offset + wanted.byteCount <= rival.offset { break }
        // No tensor and no offset is beyond `limit`, so sums do not overflow.
        let end = rival.offset + rival.byteCount
        let aligned = (end + Self.alignment - 1) / Self.alignment * Self.alignment
        offset = max(offset, aligned)
      }
      allocations[index].offset = offset
      arenaBytes = max(arenaBytes, offset + wanted.byteCount)
      if arenaBytes > Self.limit { return }
      placed.append(index)
    }
    for index in allocations.indices {
      guard let root = allocations[index].sharedWith, let slot = slots[root.index] else { continue }
      allocations[index].offset = allocations[slot].offset + allocations[index].byteOffset
    }
  }
}
