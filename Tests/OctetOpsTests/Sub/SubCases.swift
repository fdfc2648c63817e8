import OctetDiagnostics

extension OpCases {
  static let sub = OpCases(
    "sub",
    answers: [
      Answer(
        "%x: i64[1], %z: i64[1]", "%y = sub(%x, %z)", [[5_000_000_000], [1]], gives: "i64[1]",
        [4_999_999_999]),
      Answer(
        "%x: u8[2]{1.0:0}, %z: u8[2]{0.5:10}", "%y = sub(%x, %z) : u8[2]{0.5:3}",
        [[10, 20], [12, 100]], gives: "u8[2]", [21, 0]),
      Answer(
        "%x: i16[2]{1.0:0}, %z: i16[2]{0.5:0}",
        "%y = sub(%x, %z) : i16[2]{0.5:0}", [[10, -20], [7, -100]], gives: "i16[2]",
        [13, 60]),
      Answer(
        "%x: f32[2,2], %z: f32[2,2]", "%y = sub(%x, %z)", [[1, 2, 3, 4], [10, 20, 30, -40]],
        gives: "f32[2,2]", [-9, -18, -27, 44]),
      Answer(
        "%x: f32[2,1], %z: f32[3]", "%y = sub(%x, %z)", [[1, 2], [10, 20, 30]],
        gives: "f32[2,3]", [-9, -19, -29, -8, -18, -28]),
      Answer(
        "%x: f32[], %z: f32[1,2]", "%y = sub(%x, %z)", [[5], [1, 2]], gives: "f32[1,2]", [4, 3]),
      Answer(
        "%x: f32[3], %z: f32[3]", "%y = sub(%x, %z) {activation = relu6}",
        [[-1, 2, 4], [1, 1, -4]], gives: "f32[3]", [0, 1, 6]),
      Answer(
        "%x: i32[4], %z: i32[]", "%y = sub(%x, %z)", [[3, -2_147_483_648, 0, 70000], [1]],
        gives: "i32[4]", [2, 2_147_483_647, -1, 69999]),
      Answer(
        "%x: i32[3], %z: i32[]", "%y = sub(%x, %z) {activation = relu1}", [[3, -5, 1], [1]],
        gives: "i32[3]", [1, -1, 0]),
      Answer(
        "%x: i32[2], %z: i32[]", "%y = sub(%x, %z) {activation = relu}", [[70000, -5], [1]],
        gives: "i32[2]", [69999, 0]),
      // 10 - 1 and -20 + 1 in steps of 0.5 from -3.
      Answer(
        "%x: i8[2]{1.0:0}, %z: i8[2]{0.5:10}", "%y = sub(%x, %z) : i8[2]{0.5:-3}",
        [[10, -20], [12, 8]], gives: "i8[2]", [15, -41]),
      // Half a step of the result, either sign.
      Answer(
        "%x: i8[2]{1.0:0}, %z: i8[1]{1.0:0}", "%y = sub(%x, %z) : i8[2]{2.0:0}",
        [[4, 2], [3]], gives: "i8[2]", [1, -1]),
      Answer(
        "%x: i8[2]{1.0:0}, %z: i8[2]{1.0:0}", "%y = sub(%x, %z) : i8[2]{1.0:0}",
        [[100, -100], [-100, 100]], gives: "i8[2]", [127, -128]),
      Answer(
        "%x: i8[2]{1.0:0}, %z: i8[1]{1.0:0}",
        "%y = sub(%x, %z) {activation = relu} : i8[2]{1.0:-100}", [[5, -5], [-1]],
        gives: "i8[2]", [-94, -100]),
    ],
    inferences: [
      Inference("%x: f32[?n(\"a\"),4], %z: f32[1,4]", "%y = sub(%x, %z)", gives: "f32[?n,4]"),
      Inference("%x: f32[?n(\"a\"),4], %z: f32[3,4]", "%y = sub(%x, %z)", gives: "f32[3,4]"),
    ],
    refusals: [
      Refusal(
        "%x: f32[1,4], %z: f32[3]", "%y = sub(%x, %z)", .shapeMismatch,
        "shapes [1,4] and [3] do not broadcast"),
      Refusal(
        "%x: f32[1,4], %z: i32[1,4]", "%y = sub(%x, %z)", .typeMismatch,
        "operands are float32 and int32"),
      Refusal(
        "%x: f32[4]", "%y = sub(%x)", .invalidGraph, "the operator takes 2 inputs, not 1"),
      Refusal(
        "%x: f32[4]", "%y = sub(%x, %x) {activation = relu7}", .invalidAttribute,
        "'sub' does not know activation 'relu7'"),
    ],
    // Half a step of each operand, at most as wide as the result's, and half of its own.
    int8Steps: 1.5)
}
