import OctetDiagnostics

extension OpCases {
  static let reshape = OpCases(
    "reshape",
    answers: [
      Answer(
        "%x: i16[2]{0.5:0}",
        "%y = reshape(%x) {shape = [2, 1]} : i16[2,1]{0.5:0}", [[1, 2]], gives: "i16[2,1]",
        [1, 2]),
      Answer(
        "%x: f32[2,3]", "%y = reshape(%x) {shape = [3, 2]}", [[1, 2, 3, 4, 5, 6]],
        gives: "f32[3,2]", [1, 2, 3, 4, 5, 6]),
      Answer(
        "%x: f32[2,3]", "%s = const [-1, 2] : i32[2]\n%y = reshape(%x, %s)",
        [[1, 2, 3, 4, 5, 6]], gives: "f32[3,2]", [1, 2, 3, 4, 5, 6]),
      // The tensor counts where it contradicts the attribute.
      Answer(
        "%x: f32[2]", "%s = const [1, 2] : i32[2]\n%y = reshape(%x, %s) {shape = [2, 1]}",
        [[1, 2]], gives: "f32[1,2]", [1, 2]),
      Answer("%x: f32[1]", "%y = reshape(%x) {shape = []}", [[5]], gives: "f32[]", [5]),
      Answer(
        "%x: i8[2]{0.5:3}", "%y = reshape(%x) {shape = [2, 1]} : i8[2,1]{0.5:3}", [[-128, 127]],
        gives: "i8[2,1]", [-128, 127]),
      Answer(
        "%x: u8[2]{0.5:3}", "%y = reshape(%x) {shape = [1, 2]} : u8[1,2]{0.5:3}", [[255, 0]],
        gives: "u8[1,2]", [255, 0]),
      Answer(
        "%x: i32[2]", "%y = reshape(%x) {shape = [2, 1]}", [[70000, -1]], gives: "i32[2,1]",
        [70000, -1]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),4]", "%y = reshape(%x) {shape = [2, -1]}", gives: "f32[2,?reshape]")
    ],
    refusals: [
      Refusal(
        "%x: f32[2,3]", "%y = reshape(%x) {shape = [5, 7]}", .shapeMismatch,
        "6 elements cannot take the shape [5,7]"),
      Refusal(
        "%x: f32[2,3]", "%y = reshape(%x) {shape = [4, -1]}", .shapeMismatch,
        "6 elements cannot take the shape [4,-1]"),
      Refusal(
        "%x: f32[2,3]", "%y = reshape(%x) {shape = [-1, -1]}", .invalidAttribute,
        "a shape holds int32 extents, of which one may be -1 and none below"),
      Refusal(
        "%x: f32[2,3], %s: i32[1]", "%y = reshape(%x, %s)", .unknownDimension,
        "input 1 decides the output's shape but is not a constant"),
    ],
    // The same codes.
    int8Steps: 1)
}
