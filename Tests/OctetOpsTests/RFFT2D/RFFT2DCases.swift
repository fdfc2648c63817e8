import OctetDiagnostics

extension OpCases {
  private static func transform(_ rows: Int, _ columns: Int) -> String {
    "%n = const [\(rows), \(columns)] : i32[2]\n%y = rfft2d(%x, %n)"
  }

  /// Both parts of each number.
  static let rfft2D = OpCases(
    "rfft2d",
    answers: [
      // 1 + 2 + 3 + 4; 1 - 2i - 3 + 4i; 1 - 2 + 3 - 4.
      Answer(
        "%x: f32[1,4]", transform(1, 4), [[1, 2, 3, 4]], gives: "c64[1,3]", [10, 0, -2, 2, -2, 0]),
      // Cut to four columns and one row.
      Answer(
        "%x: f32[2,5]", transform(1, 4), [[1, 2, 3, 4, 50, 6, 7, 8, 9, 60]], gives: "c64[1,3]",
        [10, 0, -2, 2, -2, 0]),
      // Gone on with zeros.
      Answer(
        "%x: f32[2,1,2]", transform(1, 4), [[1, 2, 3, 4]], gives: "c64[2,1,3]",
        [3, 0, 1, -2, -1, 0, 7, 0, 3, -4, -1, 0]),
      Answer(
        "%x: f32[2,2]", transform(2, 2), [[1, 2, 3, 5]], gives: "c64[2,2]",
        [11, 0, -3, 0, -5, 0, 1, 0]),
      Answer(
        "%x: f32[2,1]", transform(4, 1), [[1, 2]], gives: "c64[4,1]",
        [3, 0, 1, -2, -1, 0, 1, 2]),
    ],
    inferences: [
      Inference("%x: f32[?n(\"a\"),1,?m(\"b\")]", transform(1, 512), gives: "c64[?n,1,257]")
    ],
    refusals: [
      Refusal(
        "%x: f32[1,4]", transform(1, 6), .invalidAttribute,
        "images [1,4] have no transforms of 1,6: two powers of two up to 2^20 are needed"),
      Refusal(
        "%x: f32[4]", transform(1, 4), .invalidAttribute,
        "images [4] have no transforms of 1,4: two powers of two up to 2^20 are needed"),
      Refusal(
        "%x: f32[1,4]", transform(1, 0), .invalidAttribute,
        "images [1,4] have no transforms of 1,0: two powers of two up to 2^20 are needed"),
    ],
    int8Steps: nil)
}
