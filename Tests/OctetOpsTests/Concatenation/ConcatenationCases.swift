import OctetDiagnostics

extension OpCases {
  static let concatenation = OpCases(
    "concatenation",
    answers: [
      // uint8 inputs are brought to the result's scale, where they lie or as they are copied.
      Answer(
        "%x: u8[1,2]{0.5:3}, %z: u8[1,2]{1.0:0}",
        """
        %two = add(%z, %z) : u8[1,2]{2.0:5}
        %y = concatenation(%x, %two, %z) {axis = 1} : u8[1,6]{1.0:10}
        """, [[0, 255], [1, 200]], gives: "u8[1,6]", [8, 136, 12, 255, 11, 210]),
      Answer(
        "%x: i16[1]{0.5:0}, %z: i16[1]{0.5:0}",
        "%y = concatenation(%x, %z) {axis = 0} : i16[2]{0.5:0}", [[1000], [-2]], gives: "i16[2]",
        [1000, -2]),
      Answer(
        "%x: f32[2,1], %z: f32[2,2]", "%y = concatenation(%x, %z) {axis = 1}",
        [[1, 2], [3, 4, 5, 6]], gives: "f32[2,3]", [1, 3, 4, 2, 5, 6]),
      Answer(
        "%x: f32[2,1], %z: f32[2,2]", "%y = concatenation(%x, %z) {axis = -1}",
        [[1, 2], [3, 4, 5, 6]], gives: "f32[2,3]", [1, 3, 4, 2, 5, 6]),
      Answer(
        "%x: f32[1,2], %z: f32[2,2]", "%y = concatenation(%x, %z, %x) {axis = 0}",
        [[1, 2], [3, 4, 5, 6]], gives: "f32[4,2]", [1, 2, 3, 4, 5, 6, 1, 2]),
      Answer(
        "%x: i8[2]{0.5:3}", "%y = concatenation(%x, %x) {axis = 0} : i8[4]{0.5:3}", [[-128, 127]],
        gives: "i8[4]", [-128, 127, -128, 127]),
      Answer(
        "%x: u8[2]{0.5:3}", "%y = concatenation(%x, %x) {axis = 0} : u8[4]{0.5:3}", [[0, 255]],
        gives: "u8[4]", [0, 255, 0, 255]),
      Answer(
        "%x: i32[1]", "%y = concatenation(%x, %x) {axis = 0}", [[-70000]], gives: "i32[2]",
        [-70000, -70000]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),2], %z: f32[3,2]", "%y = concatenation(%x, %z) {axis = 0}",
        gives: "f32[?n/concatenation,2]"),
      Inference(
        "%x: f32[?n(\"a\"),2], %z: f32[3,2]", "%y = concatenation(%x, %z) {axis = 1}",
        gives: "f32[3,4]"),
    ],
    refusals: [
      Refusal(
        "%x: f32[1,4], %z: f32[2,4]", "%y = concatenation(%x, %z) {axis = 1}", .shapeMismatch,
        "shapes [1,4] and [2,4] differ beside axis 1"),
      Refusal(
        "%x: f32[1,4]", "%y = concatenation(%x, %x) {axis = 2}", .invalidAttribute,
        "axis 2 is none of 2 dimensions"),
      Refusal(
        "%x: f32[4]", "%y = concatenation(%x, %x) {axis = 0, activation = relu}",
        .invalidAttribute, "TFLite's concatenation has no fused activation"),
      Refusal(
        "%x: f32[4], %z: i8[4]", "%y = concatenation(%x, %z) {axis = 0}", .typeMismatch,
        "input 1 is int8, expected float32"),
    ],
    // All parts have the result's scale.
    int8Steps: 1)
}
