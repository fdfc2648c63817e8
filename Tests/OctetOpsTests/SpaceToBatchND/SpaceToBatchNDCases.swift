import OctetDiagnostics

extension OpCases {
  static let spaceToBatchND = OpCases(
    "space_to_batch_nd",
    answers: [
      Answer(
        "%x: i16[1,1,2,1]{0.5:0}",
        "%b = const [1, 2] : i32[2]\n%p = const [0, 0, 0, 0] : i32[2,2]\n%y = space_to_batch_nd(%x, %b, %p) : i16[2,1,1,1]{0.5:0}",
        [[1, 2]], gives: "i16[2,1,1,1]",
        [1, 2]),
      Answer(
        "%x: f32[1,2,4,1]",
        """
        %b = const [2, 2] : i32[2]
        %p = const [0, 0, 0, 0] : i32[2,2]
        %y = space_to_batch_nd(%x, %b, %p)
        """, [[1, 2, 3, 4, 5, 6, 7, 8]], gives: "f32[4,1,2,1]", [1, 3, 2, 4, 5, 7, 6, 8]),
      // 0 1 2 3 and 4 5 6 0 of both images; those of one pixel of the block are together.
      Answer(
        "%x: f32[2,3,1]",
        """
        %b = const [2] : i32[1]
        %p = const [1, 0] : i32[1,2]
        %y = space_to_batch_nd(%x, %b, %p)
        """, [[1, 2, 3, 4, 5, 6]], gives: "f32[4,2,1]", [0, 2, 0, 5, 1, 3, 4, 6]),
      Answer(
        "%x: i8[1,1,1,2]{0.5:3}",
        """
        %b = const [1, 2] : i32[2]
        %p = const [0, 0, 0, 1] : i32[2,2]
        %y = space_to_batch_nd(%x, %b, %p) : i8[2,1,1,2]{0.5:3}
        """, [[-7, 9]], gives: "i8[2,1,1,2]", [-7, 9, 3, 3]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),?h(\"b\"),5,3]",
        """
        %b = const [1, 2] : i32[2]
        %p = const [0, 0, 1, 2] : i32[2,2]
        %y = space_to_batch_nd(%x, %b, %p)
        """, gives: "f32[?n/space_to_batch_nd,?h,4,3]")
    ],
    refusals: [
      Refusal(
        "%x: f32[1,3,1]",
        """
        %b = const [2] : i32[1]
        %p = const [0, 0] : i32[1,2]
        %y = space_to_batch_nd(%x, %b, %p)
        """, .shapeMismatch, "an extent of 3 is no multiple of 2"),
      Refusal(
        "%x: f32[1,3,3,1]",
        """
        %b = const [2] : i32[1]
        %p = const [0, 0] : i32[1,2]
        %y = space_to_batch_nd(%x, %b, %p)
        """, .shapeMismatch, "a block of 1 dimensions does not fit a tensor of 4"),
      Refusal(
        "%x: f32[1,3,1]",
        """
        %b = const [0] : i32[1]
        %p = const [0, 0] : i32[1,2]
        %y = space_to_batch_nd(%x, %b, %p)
        """, .invalidAttribute, "a block's extents must be positive, and borders not negative"),
    ],
    // The same codes.
    int8Steps: 1)
}
