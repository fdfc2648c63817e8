import OctetDiagnostics

extension OpCases {
  static let gatherND = OpCases(
    "gather_nd",
    answers: [
      Answer(
        "%x: i16[3]{0.5:0}",
        "%i = const [1] : i32[1,1]\n%y = gather_nd(%x, %i) : i16[1]{0.5:0}", [[1, 2, 3]],
        gives: "i16[1]",
        [2]),
      Answer(
        "%x: f32[2,3]", "%i = const [1, 2, 0, 0] : i32[2,2]\n%y = gather_nd(%x, %i)",
        [[1, 2, 3, 4, 5, 6]], gives: "f32[2]", [6, 1]),
      Answer(
        "%x: f32[2,3]", "%i = const [1, 0] : i64[2,1]\n%y = gather_nd(%x, %i)",
        [[1, 2, 3, 4, 5, 6]], gives: "f32[2,3]", [4, 5, 6, 1, 2, 3]),
      // A place is beyond the tensor as soon as one of its indices is.
      Answer(
        "%x: f32[2,3], %i: i32[3,2]", "%y = gather_nd(%x, %i)",
        [[1, 2, 3, 4, 5, 6], [0, 3, -1, 1, 1, 1]], gives: "f32[3]", [0, 0, 5]),
      Answer(
        "%x: i32[2,2]", "%i = const [1, 1] : i32[2]\n%y = gather_nd(%x, %i)", [[1, 2, 3, -4]],
        gives: "i32[]", [-4]),
      Answer(
        "%x: i8[2,2]{0.5:3}, %i: i32[3,1]", "%y = gather_nd(%x, %i) : i8[3,2]{0.5:3}",
        [[1, 2, 3, -4], [1, 2, 0]], gives: "i8[3,2]", [3, -4, 3, 3, 1, 2]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),4,5], %i: i32[?k(\"b\"),2]", "%y = gather_nd(%x, %i)",
        gives: "f32[?k,5]")
    ],
    refusals: [
      Refusal(
        "%x: f32[2,3]", "%i = const [0, 3] : i32[1,2]\n%y = gather_nd(%x, %i)",
        .invalidAttribute, "index 3 lies beyond an extent of 3"),
      Refusal(
        "%x: f32[2,3], %i: i32[2,3]", "%y = gather_nd(%x, %i)", .shapeMismatch,
        "3 indices are given for 2 dimensions"),
      Refusal(
        "%x: f32[2,3], %i: i32[2,?k(\"b\")]", "%y = gather_nd(%x, %i)", .unknownDimension,
        "the number of indices of a place must be known"),
    ],
    // The same codes.
    int8Steps: 1)
}
