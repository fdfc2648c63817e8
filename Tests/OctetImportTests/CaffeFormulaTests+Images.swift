import OctetIR
import Testing

extension CaffeFormulaTests {
  @Test(arguments: [
    ("scale: 2", 2, 2), ("scale: 1", 1, 1), ("scale_h: 3 scale_w: 2", 3, 2),
    ("upsample_h: 14 upsample_w: 18", 2, 3), ("scale: 2 scale_w: 4", 2, 4),
  ])
  func upsampling(_ settings: String, _ height: Int, _ width: Int) throws {
    try expect(
      CaffeFormula.upsample(Self.image, by: height, width),
      of: layer("Upsample", "upsample_param { \(settings) }"))
  }

  @Test(arguments: [
    ("", [0, 0, 0, 0], [1, 4, 2, 5]), ("axis: 1 offset: 1", [0, 1, 1, 1], [1, 2, 2, 5]),
    ("offset: 3 offset: 1", [0, 0, 3, 1], [1, 4, 2, 5]),
    ("axis: -1 offset: 1", [0, 0, 0, 1], [1, 4, 7, 5]),
    ("axis: 1 offset: [2, 4, 0]", [0, 2, 4, 0], [1, 2, 2, 5]),
  ])
  func crop(_ settings: String, _ begin: [Int], _ extents: [Int]) throws {
    let like = Blob([1, extents[1], 2, 5], seed: 27)
    try expect(
      CaffeFormula.box(Self.image, at: begin, extents),
      of: layer("Crop", "crop_param { \(settings) }", bottoms: 2), on: [Self.image, like])
  }

  /// The parts in another order.
  @Test(arguments: [
    ("", 1, [0, 2, 4]), ("slice_point: 1", 1, [0, 1, 4]), ("axis: 2 slice_point: 5", 2, [0, 5, 7]),
    ("slice_dim: 3", 3, [0, 3, 6]), ("axis: -1 slice_point: 2", 3, [0, 2, 6]),
  ])
  func slicing(_ settings: String, _ axis: Int, _ bounds: [Int]) throws {
    let parts = zip(bounds, bounds.dropFirst()).map { first, last in
      var (begin, extents) = ([0, 0, 0, 0], Self.image.extents)
      begin[axis] = first
      extents[axis] = last - first
      return CaffeFormula.box(Self.image, at: begin, extents)
    }
    try expect(
      CaffeFormula.concatenation(axis, [parts[1], parts[0]]),
      of: """
        layer { name: "s" type: "Slice" bottom: "x0" top: "a" top: "b" slice_param { \(settings) } }
        layer { name: "c" type: "Concat" bottom: "b" bottom: "a" top: "y"
          concat_param { axis: \(axis) } }
        """)
  }

  @Test(arguments: [
    ("order: 0 order: 2 order: 3 order: 1", [0, 2, 3, 1]), ("order: [3, 1]", [3, 1, 0, 2]),
    ("", [0, 1, 2, 3]), ("order: [0, 1, 3, 2]", [0, 1, 3, 2]),
  ])
  func permuting(_ settings: String, _ order: [Int]) throws {
    let converted = try expect(
      Self.image.transposed(order).with([Self.image.values.count]),
      of: """
        layer { name: "l" type: "Permute" bottom: "x0" top: "p" permute_param { \(settings) } }
        layer { name: "f" type: "Flatten" bottom: "p" top: "y" flatten_param { axis: 0 } }
        """)
    // The order that images have anyway.
    if order == [0, 2, 3, 1] { #expect(converted.nodes.map { $0.op.name } == ["reshape"]) }
  }

  @Test(arguments: [1, 2, 4]) func shuffling(_ groups: Int) throws {
    let converted = try expect(
      CaffeFormula.shuffle(Self.image, groups: groups),
      of: layer("ShuffleChannel", "shuffle_channel_param { group: \(groups) }"))
    // Within channels-last images one transpose is enough.
    if groups == 2 {
      #expect(converted.nodes.map { $0.op.name } == ["reshape", "transpose", "reshape"])
    }
  }
}
