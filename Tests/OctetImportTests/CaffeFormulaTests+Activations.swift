import OctetIR
import Testing

extension CaffeFormulaTests {
  @Test func slopes() throws {
    let slopes = Blob([4], [0.25, -1, 2, 0])
    let graph = try expect(
      Blob(making: Self.image.extents) { at in
        let x = Self.image[at]
        return max(x, 0) + slopes.values[at[1]] * min(x, 0)
      }, of: layer("PReLU"), weights: [("l", [slopes])])
    #expect(graph.nodes.map { $0.op.name } == ["prelu"])
    let rows = Blob([3, 4], seed: 30)
    try expect(
      Blob(making: rows.extents) { at in
        max(rows[at], 0) + slopes.values[at[1]] * min(rows[at], 0)
      }, of: layer("PReLU", "prelu_param { filler { value: 0.25 } }"), on: [rows],
      weights: [("l", [slopes])])
  }

  /// Caffe stores one slope for all channels as a number without a shape.
  @Test(arguments: [[], [1, 1, 1, 1]])
  func oneSlope(_ extents: [Int]) throws {
    try expect(
      Self.image.map { max($0, 0) + 0.125 * min($0, 0) },
      of: layer("PReLU", "prelu_param { channel_shared: true }"),
      weights: [("l", [Blob(extents, [0.125])])])
  }

  @Test(
    arguments: [
      ("ReLU6", "", 0, 6), ("Clip", "clip_param { min: 0 max: 6 }", 0, 6),
      ("Clip", "clip_param { min: -1 max: 1 }", -1, 1),
      ("Clip", "clip_param { min: 0 max: 3.4028235e38 }", 0, .infinity),
      ("Clip", "clip_param { min: -2.5 max: 3.4028235e38 }", -2.5, .infinity),
    ] as [(String, String, Float, Float)])
  func clamps(_ type: String, _ settings: String, _ low: Float, _ high: Float) throws {
    let wide = Self.image.map { 10 * $0 }
    try expect(wide.map { min(max($0, low), high) }, of: layer(type, settings), on: [wide])
  }

  @Test(arguments: [("", 1), ("swish_param { beta: 1 }", 1), ("swish_param { beta: -2 }", -2)])
  func swish(_ settings: String, _ beta: Float) throws {
    try expect(
      Self.image.map { $0 * CaffeFormula.sigmoid(beta * $0) }, of: layer("Swish", settings))
  }

  @Test(
    arguments: [
      ("", 1, 1, 0), ("scale: -2", 1, -2, 0), ("shift: 3", 1, 1, 3),
      ("power: 2", 2, 1, 0), ("power: 2 scale: 0.5 shift: -1", 2, 0.5, -1),
      ("power: 1 scale: 0 shift: 4", 1, 0, 4),
    ] as [(String, Int, Float, Float)])
  func powers(_ settings: String, _ power: Int, _ scale: Float, _ shift: Float) throws {
    try expect(
      Self.image.map { x in
        let base = shift + scale * x
        return power == 1 ? base : base * base
      }, of: layer("Power", "power_param { \(settings) }"))
  }

  @Test(
    arguments: [
      ("beta: 1", 5, 1, 1), ("local_size: 3 alpha: 0.3 beta: 1 k: 2", 3, 0.3, 2),
      ("local_size: 1 beta: 1 norm_region: ACROSS_CHANNELS", 1, 1, 1),
      ("local_size: 9 alpha: 2 beta: 1 norm_region: 0", 9, 2, 1),
    ] as [(String, Int, Float, Float)])
  func localResponse(_ settings: String, _ size: Int, _ alpha: Float, _ k: Float) throws {
    let scales = CaffeFormula.responseScales(Self.image, size: size, alpha: alpha, k: k)
    try expect(
      Blob(making: Self.image.extents) { Self.image[$0] / scales[$0] },
      of: layer("LRN", "lrn_param { \(settings) }"))
  }

  /// Without a beta it is three quarters.
  @Test func localResponseRoots() throws {
    let scales = CaffeFormula.responseScales(Self.image, size: 5, alpha: 1, k: 1)
    try expect(
      Blob(making: Self.image.extents) { at in
        let root = scales[at].squareRoot()
        return Self.image[at] / (root * root.squareRoot())
      }, of: layer("LRN"))
  }
}
