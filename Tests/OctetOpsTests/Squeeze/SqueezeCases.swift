import OctetDiagnostics

extension OpCases {
  static let squeeze = OpCases(
    "squeeze",
    answers: [
      Answer("%x: f32[1,2,1]", "%y = squeeze(%x)", [[1, 2]], gives: "f32[2]", [1, 2]),
      Answer(
        "%x: f32[1,2,1]", "%y = squeeze(%x) {dimensions = [-1]}", [[1, 2]], gives: "f32[1,2]",
        [1, 2]),
      Answer(
        "%x: i8[2,1]{0.5:3}", "%y = squeeze(%x) : i8[2]{0.5:3}", [[-128, 127]], gives: "i8[2]",
        [-128, 127]),
      Answer(
        "%x: u8[1,1]{0.5:3}", "%y = squeeze(%x) : u8[]{0.5:3}", [[255]], gives: "u8[]", [255]),
      Answer(
        "%x: i16[1,1]{0.5:0}", "%y = squeeze(%x) {dimensions = [0, 1]} : i16[]{0.5:0}", [[-300]],
        gives: "i16[]", [-300]),
      Answer(
        "%x: i32[1,2]", "%y = squeeze(%x) {dimensions = [0]}", [[1, -70000]], gives: "i32[2]",
        [1, -70000]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),1,2]", "%y = squeeze(%x) {dimensions = [1]}", gives: "f32[?n,2]")
    ],
    refusals: [
      Refusal(
        "%x: f32[1,2]", "%y = squeeze(%x) {dimensions = [1]}", .shapeMismatch,
        "a dimension of 2 cannot go from [1,2]"),
      Refusal(
        "%x: f32[1,2]", "%y = squeeze(%x) {dimensions = [2]}", .invalidAttribute,
        "axis 2 is none of 2 dimensions"),
      Refusal(
        "%x: f32[?n(\"a\"),2]", "%y = squeeze(%x)", .unknownDimension,
        "whether '?n' is 1 decides the output's shape"),
    ],
    int8Steps: 0.5)
}
