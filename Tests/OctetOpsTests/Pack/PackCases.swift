import OctetDiagnostics

extension OpCases {
  static let pack = OpCases(
    "pack",
    answers: [
      Answer(
        "%x: f32[2,2], %z: f32[2,2]", "%y = pack(%x, %z) {axis = 1, count = 2}",
        [[1, 2, 3, 4], [5, 6, 7, 8]], gives: "f32[2,2,2]", [1, 2, 5, 6, 3, 4, 7, 8]),
      Answer(
        "%x: f32[2,2], %z: f32[2,2]", "%y = pack(%x, %z) {axis = -1, count = 2}",
        [[1, 2, 3, 4], [5, 6, 7, 8]], gives: "f32[2,2,2]", [1, 5, 2, 6, 3, 7, 4, 8]),
      // Tensors without dimensions.
      Answer(
        "%x: i32[], %z: i32[]", "%y = pack(%x, %z, %x) {axis = 0, count = 3}", [[7], [-70000]],
        gives: "i32[3]", [7, -70000, 7]),
      Answer(
        "%x: i8[2]{0.5:3}", "%y = pack(%x, %x) {axis = 0, count = 2} : i8[2,2]{0.5:3}",
        [[-128, 127]], gives: "i8[2,2]", [-128, 127, -128, 127]),
      Answer(
        "%x: u8[1]{0.5:3}", "%y = pack(%x) {axis = 1, count = 1} : u8[1,1]{0.5:3}", [[255]],
        gives: "u8[1,1]", [255]),
      Answer(
        "%x: i16[1]{0.5:0}, %z: i16[1]{0.5:0}",
        "%y = pack(%x, %z) {axis = 0, count = 2} : i16[2,1]{0.5:0}", [[1000], [-2]],
        gives: "i16[2,1]", [1000, -2]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),2], %z: f32[3,2]", "%y = pack(%x, %z) {axis = 0, count = 2}",
        gives: "f32[2,3,2]")
    ],
    refusals: [
      Refusal(
        "%x: f32[2], %z: f32[3]", "%y = pack(%x, %z) {axis = 0, count = 2}", .shapeMismatch,
        "inputs of the shapes [2] and [3] cannot be packed"),
      Refusal(
        "%x: f32[2], %z: i32[2]", "%y = pack(%x, %z) {axis = 0, count = 2}", .typeMismatch,
        "input 1 is int32, expected float32"),
      Refusal(
        "%x: f32[2]", "%y = pack(%x) {axis = 2, count = 1}", .invalidAttribute,
        "axis 2 is none of 2 dimensions"),
      Refusal(
        "%x: f32[2]", "%y = pack(%x) {axis = 0, count = 2}", .invalidGraph,
        "the operator takes 2 inputs, not 1"),
      Refusal(
        "%x: f32[2]", "%y = pack() {axis = 0, count = 0}", .invalidAttribute,
        "0 tensors cannot be packed"),
    ],
    int8Steps: 0.5)
}
