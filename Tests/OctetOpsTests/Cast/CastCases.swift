import OctetDiagnostics

extension OpCases {
  static let cast = OpCases(
    "cast",
    answers: [
      // Cut towards zero, kept within the range; NaN is the largest.
      Answer(
        "%x: f32[7]", "%y = cast(%x) {to = int32}",
        [[1.9, -1.9, -0.5, 3e9, -3e9, 16_777_216, .nan]],
        gives: "i32[7]", [1, -1, 0, 2_147_483_647, -2_147_483_648, 16_777_216, 2_147_483_647]),
      Answer(
        "%x: f32[4]", "%y = cast(%x) {to = int64}", [[-7.5, 1e12, -1e30, 0.99]], gives: "i64[4]",
        [-7, 999_999_995_904, -0x1p63, 0]),
      Answer(
        "%x: f32[4]", "%y = cast(%x) {to = int8}", [[127.9, 128, -200, -1.5]], gives: "i8[4]",
        [127, 127, -128, -1]),
      Answer(
        "%x: f32[4]", "%y = cast(%x) {to = uint8}", [[255.5, 300, -0.5, -7]], gives: "u8[4]",
        [255, 255, 0, 0]),
      Answer(
        "%x: f32[4]", "%y = cast(%x) {to = bool}", [[0, -0.0, 0.25, .nan]], gives: "bool[4]",
        [0, 0, 1, 1]),
      Answer(
        "%x: i32[2]", "%y = cast(%x) {to = float32}", [[16_777_217, -3]], gives: "f32[2]",
        [16_777_216, -3]),
      // Whole numbers wrap.
      Answer(
        "%x: i32[3]", "%y = cast(%x) {to = int8}", [[200, -129, 5]], gives: "i8[3]", [-56, 127, 5]),
      Answer(
        "%x: i64[3]", "%y = cast(%x) {to = int32}", [[0x1p32 + 7, -1, 0x1p31]], gives: "i32[3]",
        [7, -1, -2_147_483_648]),
      Answer("%x: u8[2]", "%y = cast(%x) {to = float32}", [[0, 255]], gives: "f32[2]", [0, 255]),
      Answer("%x: i8[2]", "%y = cast(%x) {to = uint8}", [[-1, 5]], gives: "u8[2]", [255, 5]),
      Answer("%x: bool[2]", "%y = cast(%x) {to = float32}", [[0, 1]], gives: "f32[2]", [0, 1]),
      Answer(
        "%x: i32[3]", "%y = cast(%x) {to = bool}", [[0, 256, -1]], gives: "bool[3]", [0, 1, 1]),
      Answer("%x: bool[2]", "%y = cast(%x) {to = bool}", [[0, 1]], gives: "bool[2]", [0, 1]),
      Answer(
        "%x: c64[2]", "%y = cast(%x) {to = float32}", [[1.5, 2, -3, 4]], gives: "f32[2]", [1.5, -3]),
    ],
    inferences: [
      Inference("%x: i64[?n(\"a\")]", "%y = cast(%x) {to = float32}", gives: "f32[?n]")
    ],
    refusals: [
      Refusal(
        "%x: f32[3]", "%y = cast(%x) {to = int16}", .invalidAttribute,
        "'cast' does not know to 'int16'"),
      Refusal(
        "%x: f32[3]", "%y = cast(%x)", .invalidAttribute,
        "'cast' needs attribute 'to' to be one of float32, int64, int32, int8, uint8, bool"),
      Refusal(
        "%x: i16[3]", "%y = cast(%x) {to = bool}", .typeMismatch,
        "input 0 is int16, expected float32, int64, int32, int8, uint8, bool, complex64"),
    ],
    int8Steps: nil)
}
