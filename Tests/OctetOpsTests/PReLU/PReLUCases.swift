import OctetDiagnostics

extension OpCases {
  static let pReLU = OpCases(
    "prelu",
    answers: [
      Answer(
        "%x: u8[3]{0.5:10}, %a: u8[3]{0.25:2}", "%y = prelu(%x, %a) : u8[3]{0.5:10}",
        [[0, 6, 255], [4, 6, 9]], gives: "u8[3]",
        [5, 6, 255]),
      Answer(
        "%x: f32[2,2]",
        """
        %a = const [0.5, 2] : f32[2]
        %y = prelu(%x, %a)
        """, [[-4, -4, 3, -1]], gives: "f32[2,2]", [-2, -8, 3, -2]),
      Answer(
        "%x: f32[1,2,2]",
        """
        %a = const [-1, 3] : f32[2,1]
        %y = prelu(%x, %a)
        """, [[-4, 5, -1, 0]], gives: "f32[1,2,2]", [4, 5, -3, 0]),
      Answer(
        "%x: f32[3]",
        """
        %a = const [0.25] : f32[1]
        %y = prelu(%x, %a)
        """, [[-4, 0, 8]], gives: "f32[3]", [-1, 0, 8]),
      // Slopes 0.25, 0.25, 0.5 and -1; -4 becomes -1, 3 stays, -4 becomes -2 and 4.
      Answer(
        "%x: i8[4]{1.0:0}",
        """
        %a = const [2, 2, 3, -3] : i8[4]{0.25:1}
        %y = prelu(%x, %a) : i8[4]{0.5:-10}
        """, [[-4, 3, -4, -4]], gives: "i8[4]", [-12, -4, -14, -2]),
      Answer(
        "%x: i8[2,2]{1.0:1}",
        """
        %a = const [1, 2] : i8[2]{0.5:0}
        %y = prelu(%x, %a) : i8[2,2]{0.5:0}
        """, [[-3, -3, 101, -128]], gives: "i8[2,2]", [-4, -8, 127, -128]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),4,?c(\"b\")]",
        """
        %a = const splat 1 : f32[5]
        %y = prelu(%x, %a)
        """, gives: "f32[?n,4,?c]")
    ],
    refusals: [
      Refusal(
        "%x: f32[2,1]",
        """
        %a = const splat 1 : f32[3]
        %y = prelu(%x, %a)
        """, .shapeMismatch, "alpha [3] does not broadcast to the input [2,1]"),
      Refusal(
        "%x: f32[3]",
        """
        %a = const splat 1 : f32[1,3]
        %y = prelu(%x, %a)
        """, .shapeMismatch, "alpha [1,3] does not broadcast to the input [3]"),
      Refusal(
        "%x: f32[1,1,1,1,3]",
        """
        %a = const splat 1 : f32[3]
        %y = prelu(%x, %a)
        """, .shapeMismatch, "TFLite's PReLU takes at most 4 dimensions, not 5"),
      Refusal(
        "%x: i32[2]", "%y = prelu(%x, %x)", .typeMismatch,
        "input 0 is int32, expected float32, int8, uint8"),
    ],
    // Half a step of the result, and the rounding of the input and of alpha.
    int8Steps: 2)
}
