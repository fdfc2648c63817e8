import OctetDiagnostics

extension OpCases {
  static let add = OpCases(
    "add",
    answers: [
      Answer(
        "%x: i64[1], %z: i64[1]", "%y = add(%x, %z)", [[5_000_000_000], [1]], gives: "i64[1]",
        [5_000_000_001]),
      Answer(
        "%x: u8[2]{1.0:0}, %z: u8[2]{0.5:10}", "%y = add(%x, %z) : u8[2]{0.5:3}",
        [[10, 200], [12, 8]], gives: "u8[2]", [25, 255]),
      Answer(
        "%x: i16[2]{1.0:0}, %z: i16[2]{0.5:0}",
        "%y = add(%x, %z) : i16[2]{0.5:0}", [[10, -20], [7, -100]], gives: "i16[2]",
        [27, -140]),
      Answer(
        "%x: i32[3], %z: i32[3]", "%y = add(%x, %z)", [[1, -2, 2_147_483_647], [10, -20, 1]],
        gives: "i32[3]", [11, -22, -2_147_483_648]),
      Answer(
        "%x: f32[2,2], %z: f32[2,2]", "%y = add(%x, %z)", [[1, 2, 3, 4], [10, 20, 30, -40]],
        gives: "f32[2,2]", [11, 22, 33, -36]),
      Answer(
        "%x: f32[2,1], %z: f32[3]", "%y = add(%x, %z)", [[1, 2], [10, 20, 30]],
        gives: "f32[2,3]", [11, 21, 31, 12, 22, 32]),
      Answer(
        "%x: f32[], %z: f32[1,2]", "%y = add(%x, %z)", [[5], [1, 2]], gives: "f32[1,2]", [6, 7]),
      Answer(
        "%x: f32[3]", "%y = add(%x, %x) {activation = relu6}", [[-1, 2, 4]], gives: "f32[3]",
        [0, 4, 6]),
      Answer(
        "%x: f32[3]", "%y = add(%x, %x) {activation = relu1}", [[-1, 0.25, 4]],
        gives: "f32[3]", [-1, 0.5, 1]),
      // 10 + 1 and -20 - 1 in steps of 0.5 from -3.
      Answer(
        "%x: i8[2]{1.0:0}, %z: i8[2]{0.5:10}", "%y = add(%x, %z) : i8[2]{0.5:-3}",
        [[10, -20], [12, 8]], gives: "i8[2]", [19, -45]),
      Answer(
        "%x: i8[2]{1.0:0}", "%y = add(%x, %x) : i8[2]{1.0:0}", [[100, -100]], gives: "i8[2]",
        [127, -128]),
      Answer(
        "%x: i8[2]{1.0:0}", "%y = add(%x, %x) {activation = relu} : i8[2]{1.0:-100}",
        [[5, -5]], gives: "i8[2]", [-90, -100]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),4], %z: f32[1,4]", "%y = add(%x, %z)", gives: "f32[?n,4]"),
      Inference(
        "%x: f32[?n(\"a\"),4], %z: f32[3,4]", "%y = add(%x, %z)", gives: "f32[3,4]"),
    ],
    refusals: [
      Refusal(
        "%x: f32[1,4], %z: f32[3]", "%y = add(%x, %z)", .shapeMismatch,
        "shapes [1,4] and [3] do not broadcast"),
      Refusal(
        "%x: f32[1,4], %z: i8[1,4]", "%y = add(%x, %z)", .typeMismatch,
        "operands are float32 and int8"),
      Refusal(
        "%x: f32[4]", "%y = add(%x)", .invalidGraph, "the operator takes 2 inputs, not 1"),
      Refusal(
        "%x: f32[4]", "%y = add(%x, %x) {activation = relu7}", .invalidAttribute,
        "'add' does not know activation 'relu7'"),
    ],
    // Half a step of each operand, at most as wide as the result's, and half of its own.
    int8Steps: 1.5)
}
