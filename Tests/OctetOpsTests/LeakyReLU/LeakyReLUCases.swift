import OctetDiagnostics

extension OpCases {
  static let leakyReLU = OpCases(
    "leaky_relu",
    answers: [
      Answer(
        "%x: u8[3]{0.5:10}", "%y = leaky_relu(%x) {alpha = 0.5} : u8[3]{0.5:10}", [[0, 12, 255]],
        gives: "u8[3]",
        [5, 12, 255]),
      // More elements than codes.
      Answer(
        "%x: i16[2]{0.5:0}",
        """
        %n = const [40000, 1] : i32[2]
        %r = reshape(%x) {shape = [1, 2]} : i16[1,2]{0.5:0}
        %t = tile(%r, %n) : i16[40000,2]{0.5:0}
        %l = leaky_relu(%t) {alpha = 0.5} : i16[40000,2]{0.25:0}
        %b = const [39999, 0] : i32[2]
        %s = const [1, 2] : i32[2]
        %y = slice(%l, %b, %s) : i16[1,2]{0.25:0}
        """, [[10, -10]], gives: "i16[1,2]", [20, -10]),
      Answer(
        "%x: i16[2]{0.5:0}",
        "%y = leaky_relu(%x) {alpha = 0.5} : i16[2]{0.25:0}", [[10, -10]], gives: "i16[2]",
        [20, -10]),
      Answer(
        "%x: f32[3]", "%y = leaky_relu(%x) {alpha = 0.5}", [[-4, 0, 3]], gives: "f32[3]",
        [-2, 0, 3]),
      Answer(
        "%x: f32[2]", "%y = leaky_relu(%x) {alpha = 2}", [[-4, 3]], gives: "f32[2]", [-8, 3]),
      Answer(
        "%x: i8[4]{1.0:0}", "%y = leaky_relu(%x) {alpha = 0.25} : i8[4]{0.5:-10}",
        [[-4, 0, 3, 100]], gives: "i8[4]", [-12, -10, -4, 127]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),4]", "%y = leaky_relu(%x) {alpha = 0.1}", gives: "f32[?n,4]")
    ],
    refusals: [
      Refusal(
        "%x: f32[3]", "%y = leaky_relu(%x)", .invalidAttribute,
        "'leaky_relu' needs attribute 'alpha' to be a number"),
      Refusal(
        "%x: i32[3]", "%y = leaky_relu(%x) {alpha = 0.1}", .typeMismatch,
        "input 0 is int32, expected float32, int8, int16, uint8"),
    ],
    // Half a step each of input and output.
    int8Steps: 1.5)
}
