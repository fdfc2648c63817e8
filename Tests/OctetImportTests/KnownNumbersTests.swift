import OctetDiagnostics
import OctetIR
import OctetImport
import Testing

/// Arithmetic on shapes, with results worked by hand.
@Suite struct KnownNumbersTests {
  static func node(
    _ type: String, _ inputs: [KnownNumbers], _ attributes: [String: Int] = [:]
  ) throws -> TensorFlowNode {
    var definition = TFNodeDef()
    definition.op = type
    for (name, value) in attributes {
      definition.attr[name] = TFAttrValue()
      definition.attr[name]?.i = Int64(value)
    }
    var values: [TensorFlowValue] = []
    for input in inputs {
      // What 2^63 stands for has no exact form in double precision.
      let isOpen = input.values == [0x1p63]
      let open = Tensor(TensorType(.int64, [1]), Storage([Int64.max]))
      values.append(.constant(isOpen ? open : try #require(input.tensor)))
    }
    return TensorFlowNode(definition, inputs: values, location: Location())
  }

  func compute(
    _ type: String, _ inputs: [KnownNumbers], _ attributes: [String: Int] = [:]
  ) throws -> KnownNumbers? {
    let results = try KnownNumbers.results(of: try Self.node(type, inputs, attributes))
    guard let results else { return nil }
    let tensor = try #require(results.first)
    return KnownNumbers(tensor)
  }

  func ints(_ values: [Int], _ extents: [Int]? = nil) -> KnownNumbers {
    KnownNumbers(.int64, extents ?? [values.count], values.map { Double($0) })
  }

  @Test func stridedSlices() throws {
    let grid = ints(Array(0..<24), [2, 3, 4])
    // begin, end, strides, masks, extents, the first and the last number
    let cases: [([Int], [Int], [Int], [String: Int], [Int], Int, Int)] = [
      ([0, 1], [2, 3], [1, 1], [:], [2, 2, 4], 4, 23),
      (
        [1, 0, 0], [0, 0, 0], [1, 1, 2], ["end_mask": 6, "shrink_axis_mask": 1], [3, 2], 12, 22
      ),
      ([-1], [.max], [1], [:], [1, 3, 4], 12, 23),
      ([0, -1], [0, -3], [1, -2], ["ellipsis_mask": 1], [2, 3, 1], 3, 23),
      ([0, 3], [0, 0], [1, -1], ["ellipsis_mask": 1, "end_mask": 2], [2, 3, 4], 3, 20),
      ([0, 0, 1], [1, 0, 2], [1, 1, 1], ["new_axis_mask": 2], [1, 1, 1, 4], 4, 7),
      ([0, 0], [0, 2], [1 << 50, 1], ["begin_mask": 1, "end_mask": 1], [1, 2, 4], 0, 7),
    ]
    for (begin, end, strides, masks, extents, first, last) in cases {
      let found = try #require(
        try compute("StridedSlice", [grid, ints(begin), ints(end), ints(strides)], masks))
      #expect(found.extents == extents, "\(begin) \(end) \(strides) \(masks)")
      #expect(found.values.first == Double(first) && found.values.last == Double(last))
    }
    #expect(throws: Diagnostic.self) {
      try compute("StridedSlice", [grid, ints([5]), ints([6]), ints([1])], ["shrink_axis_mask": 1])
    }
    #expect(throws: Diagnostic.self) {
      try compute("StridedSlice", [grid, ints([0]), ints([1]), ints([0])])
    }
  }

  @Test func orders() throws {
    let grid = ints(Array(0..<6), [2, 3])
    #expect(try compute("ReverseV2", [grid, ints([1])])?.values == [2, 1, 0, 5, 4, 3])
    #expect(try compute("ReverseV2", [grid, ints([-2, 1])])?.values == [5, 4, 3, 2, 1, 0])
    let rows = try compute("GatherV2", [grid, ints([1, 1]), ints([0])])
    #expect(rows?.values == [3, 4, 5, 3, 4, 5])
    // Rows with indices of their own are left to the graph.
    let own = [grid, ints([2, 0], [2, 1]), ints([1])]
    #expect(try compute("GatherV2", own, ["batch_dims": 1]) == nil)
  }

  @Test func arithmetic() throws {
    #expect(try compute("FloorDiv", [ints([-7, 7]), ints([2])])?.values == [-4, 3])
    #expect(try compute("FloorMod", [ints([-7, 7]), ints([3])])?.values == [2, 1])
    #expect(try compute("TruncateDiv", [ints([-7, 7]), ints([2])])?.values == [-3, 3])
    #expect(try compute("TruncateMod", [ints([-7, 7]), ints([3])])?.values == [-1, 1])
    #expect(try compute("SquaredDifference", [ints([-7, 7]), ints([3])])?.values == [100, 16])
    #expect(try compute("Sign", [ints([-7, 0, 3])])?.values == [-1, 0, 1])
    #expect(try compute("Div", [ints([-7, 7]), ints([2])])?.values == [-3, 3])
    #expect(try compute("Mul", [ints([1, 2], [2, 1]), ints([3, 4, 5])])?.extents == [2, 3])
    #expect(try compute("Less", [ints([1]), ints([2])])?.element == .bool)
    let third = KnownNumbers(.float32, [], [1]), three = KnownNumbers(.float32, [], [3])
    #expect(try compute("RealDiv", [third, three])?.values == [Double(1 / 3 as Float)])
    #expect(try compute("Prod", [ints([2, 3, 4]), ints([0])])?.values == [24])
    #expect(try compute("Sum", [ints(Array(0..<6), [2, 3]), ints([-1])])?.values == [3, 12])
  }

  /// What is left to the graph, or refused, without a trap.
  @Test func hostileNumbers() throws {
    let large = ints([1 << 40, 1 << 40])
    #expect(try compute("FloorDiv", [ints([1]), ints([0])]) == nil)
    #expect(try compute("TruncateMod", [ints([1]), ints([0])]) == nil)
    #expect(try compute("Fill", [large, ints([1], [])]) == nil)
    #expect(try compute("Fill", [ints([0, 1 << 40, 1 << 40]), ints([1], [])]) == nil)
    #expect(try compute("Tile", [ints([1]), ints([1 << 60])]) == nil)
    #expect(try compute("GatherV2", [ints([1]), ints([-1]), ints([0], [])]) == nil)
    #expect(try compute("Mul", [large, large]) == nil)
    let huge = KnownNumbers(.float32, [], [-3e38]), tiny = KnownNumbers(.float32, [], [1e-38])
    #expect(try compute("Range", [KnownNumbers(.float32, [], [3e38]), huge, tiny])?.values == [])
    #expect(try compute("Range", [huge, KnownNumbers(.float32, [], [3e38]), tiny]) == nil)
    #expect(throws: Diagnostic.self) {
      try compute("Reshape", [ints([1, 2]), ints([-1, 1 << 62, 1 << 62])])
    }
  }
}
