import OctetDiagnostics

extension OpCases {
  static let batchToSpaceND = OpCases(
    "batch_to_space_nd",
    answers: [
      Answer(
        "%x: i16[2,1,1,1]{0.5:0}",
        "%b = const [1, 2] : i32[2]\n%p = const [0, 0, 0, 0] : i32[2,2]\n%y = batch_to_space_nd(%x, %b, %p) : i16[1,1,2,1]{0.5:0}",
        [[1, 2]], gives: "i16[1,1,2,1]",
        [1, 2]),
      Answer(
        "%x: f32[4,1,2,1]",
        """
        %b = const [2, 2] : i32[2]
        %p = const [0, 0, 0, 0] : i32[2,2]
        %y = batch_to_space_nd(%x, %b, %p)
        """, [[1, 3, 2, 4, 5, 7, 6, 8]], gives: "f32[1,2,4,1]", [1, 2, 3, 4, 5, 6, 7, 8]),
      Answer(
        "%x: f32[4,2,1]",
        """
        %b = const [2] : i32[1]
        %p = const [1, 1] : i32[1,2]
        %y = batch_to_space_nd(%x, %b, %p)
        """, [[0, 2, 0, 5, 1, 3, 4, 6]], gives: "f32[2,2,1]", [1, 2, 4, 5]),
      Answer(
        "%x: i8[2,1,1,2]{0.5:3}",
        """
        %b = const [1, 2] : i32[2]
        %p = const [0, 0, 1, 0] : i32[2,2]
        %y = batch_to_space_nd(%x, %b, %p) : i8[1,1,1,2]{0.5:3}
        """, [[-7, 9, 3, 4]], gives: "i8[1,1,1,2]", [3, 4]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),?h(\"b\"),5,3]",
        """
        %b = const [1, 2] : i32[2]
        %p = const [0, 1, 1, 2] : i32[2,2]
        %y = batch_to_space_nd(%x, %b, %p)
        """, gives: "f32[?n/batch_to_space_nd,?h/crop,7,3]")
    ],
    refusals: [
      Refusal(
        "%x: f32[3,3,1]",
        """
        %b = const [2] : i32[1]
        %p = const [0, 0] : i32[1,2]
        %y = batch_to_space_nd(%x, %b, %p)
        """, .shapeMismatch, "an extent of 3 is no multiple of 2"),
      Refusal(
        "%x: f32[2,3,1]",
        """
        %b = const [2] : i32[1]
        %p = const [3, 3] : i32[1,2]
        %y = batch_to_space_nd(%x, %b, %p)
        """, .shapeMismatch, "6 pixels cannot be taken off an extent of 6"),
    ],
    // The same codes.
    int8Steps: 1)
}
