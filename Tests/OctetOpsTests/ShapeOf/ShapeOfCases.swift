import OctetDiagnostics

extension OpCases {
  static let shape = OpCases(
    "shape",
    answers: [
      Answer("%x: f32[2,3]", "%y = shape(%x)", [[0, 0, 0, 0, 0, 0]], gives: "i32[2]", [2, 3]),
      Answer(
        "%x: i8[1,2]{0.5:3}", "%y = shape(%x) {type = i64}", [[0, 0]], gives: "i64[2]", [1, 2]),
    ],
    inferences: [
      Inference("%x: f32[?n(\"a\"),3]", "%y = shape(%x)", gives: "i32[2]")
    ],
    refusals: [
      Refusal(
        "%x: f32[2]", "%y = shape(%x, %x)", .invalidGraph, "the operator takes 1 inputs, not 2"),
      Refusal(
        "%x: f32[2]", "%y = shape(%x) {type = i8}", .invalidAttribute,
        "'shape' does not know type 'i8'"),
    ],
    int8Steps: nil)

  static let rank = OpCases(
    "rank",
    answers: [
      Answer("%x: f32[2,1,1]", "%y = rank(%x)", [[0, 0]], gives: "i32[]", [3]),
      Answer("%x: i8[]{0.5:3}", "%y = rank(%x)", [[0]], gives: "i32[]", [0]),
    ],
    inferences: [Inference("%x: f32[?n(\"a\")]", "%y = rank(%x)", gives: "i32[]")],
    refusals: [
      Refusal("%x: f32[2]", "%y = rank()", .invalidGraph, "the operator takes 1 inputs, not 0")
    ],
    int8Steps: nil)
}
