import OctetDiagnostics

extension OpCases {
  static let topKV2 = OpCases(
    "topk_v2",
    answers: [
      Answer(
        "%x: i8[3]{0.5:3}",
        "%k = const [2] : i32[]\n%y, %p = topk_v2(%x, %k) : i8[2]{0.5:3}, i32[2]", [[-1, 5, 4]],
        gives: "i8[2]",
        [5, 4]),
      Answer(
        "%x: i16[3]{0.5:0}",
        "%k = const [2] : i32[]\n%y, %p = topk_v2(%x, %k) : i16[2]{0.5:0}, i32[2]", [[-1, 500, 4]],
        gives: "i16[2]",
        [500, 4]),
      Answer(
        "%x: u8[3]{0.5:3}",
        "%k = const [2] : i32[]\n%y, %p = topk_v2(%x, %k) : u8[2]{0.5:3}, i32[2]", [[1, 255, 4]],
        gives: "u8[2]",
        [255, 4]),
      Answer(
        "%x: i64[3]", "%k = const [2] : i32[]\n%y, %p = topk_v2(%x, %k) : i64[2], i32[2]",
        [[-1, 5_000_000_000, 4]], gives: "i64[2]",
        [5_000_000_000, 4]),
      Answer(
        "%x: f32[2,4]", "%k = const [2] : i32[]\n%y, %i = topk_v2(%x, %k)",
        [[1, 4, 3, 2, -1, -2, -3, -4]], gives: "f32[2,2]", [4, 3, -1, -2]),
      // All of them in order.
      Answer(
        "%x: i32[7]", "%k = const [7] : i32[1]\n%y, %i = topk_v2(%x, %k)",
        [[3, 1, 4, 1, 5, 9, 2]], gives: "i32[7]", [9, 5, 4, 3, 2, 1, 1]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),?m(\"b\")]", "%k = const [3] : i32[]\n%y, %i = topk_v2(%x, %k)",
        gives: "f32[?n,3]")
    ],
    refusals: [
      Refusal(
        "%x: f32[2,4]", "%k = const [5] : i32[]\n%y, %i = topk_v2(%x, %k)", .invalidAttribute,
        "an extent of 4 has no 5 largest elements"),
      Refusal(
        "%x: f32[]", "%k = const [1] : i32[]\n%y, %i = topk_v2(%x, %k)", .shapeMismatch,
        "the largest of [] are asked for with 1 numbers"),
    ],
    int8Steps: nil)
}
