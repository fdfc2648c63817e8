import OctetDiagnostics

extension OpCases {
  static let oneHot = OpCases(
    "one_hot",
    answers: [
      // An index beyond the row has none.
      Answer(
        "%x: i32[4]",
        """
        %d = const [3] : i32[]
        %on = const [1] : f32[]
        %off = const [0] : f32[]
        %y = one_hot(%x, %d, %on, %off)
        """, [[0, 2, 3, -1]], gives: "f32[4,3]", [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
      Answer(
        "%x: i32[1,2]",
        """
        %d = const [2] : i32[]
        %on = const [5] : i32[]
        %off = const [-1] : i32[]
        %y = one_hot(%x, %d, %on, %off) {axis = 1}
        """, [[1, 0]], gives: "i32[1,2,2]", [-1, 5, 5, -1]),
    ],
    inferences: [
      Inference(
        "%x: i64[?n(\"a\")], %on: f32[], %off: f32[]",
        "%d = const [7] : i32[]\n%y = one_hot(%x, %d, %on, %off)", gives: "f32[?n,7]")
    ],
    refusals: [
      Refusal(
        "%x: i32[2], %on: f32[], %off: f32[]",
        "%d = const [0] : i32[]\n%y = one_hot(%x, %d, %on, %off)", .invalidAttribute,
        "the depth must be one positive number"),
      Refusal(
        "%x: i32[2], %on: f32[], %off: i32[]",
        "%d = const [2] : i32[]\n%y = one_hot(%x, %d, %on, %off)", .typeMismatch,
        "the two values are f32[] and i32[], not one element of one type"),
      Refusal(
        "%x: i32[2], %on: f32[], %off: f32[]",
        "%d = const [2] : i32[]\n%y = one_hot(%x, %d, %on, %off) {axis = 2}", .invalidAttribute,
        "axis 2 is none of 2 dimensions"),
    ],
    int8Steps: nil)
}
