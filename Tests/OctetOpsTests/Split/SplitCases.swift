import OctetDiagnostics

extension OpCases {
  private static func moves(_ body: (String) -> String, _ shape: String) -> [Answer] {
    [("i8", "{0.5:3}"), ("u8", "{0.5:3}"), ("i16", "{0.5:0}"), ("i32", "")].map { type, scale in
      Answer(
        "%x: \(type)[3]\(scale)", body("\(type)\(shape)\(scale)"), [[1, 100, 3]],
        gives: type + shape, [100])
    }
  }

  static let split = OpCases(
    "split",
    answers: [
      Answer(
        "%x: f32[2,4]", "%a = const [1] : i32[]\n%z, %y = split(%a, %x) {count = 2}",
        [[1, 2, 3, 4, 5, 6, 7, 8]], gives: "f32[2,2]", [3, 4, 7, 8]),
      Answer(
        "%x: f32[2,4]", "%a = const [-2] : i32[1]\n%z, %y = split(%a, %x) {count = 2}",
        [[1, 2, 3, 4, 5, 6, 7, 8]], gives: "f32[1,4]", [5, 6, 7, 8]),
    ]
      + moves(
        {
          "%a = const [0] : i32[]\n%z, %y, %w = split(%a, %x) {count = 3} : \($0), \($0), \($0)"
        }, "[1]"),
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),6]", "%a = const [1] : i32[]\n%z, %y = split(%a, %x) {count = 2}",
        gives: "f32[?n,3]"),
      Inference(
        "%x: f32[?n(\"a\"),6]", "%a = const [0] : i32[]\n%z, %y = split(%a, %x) {count = 2}",
        gives: "f32[?n/split,6]"),
    ],
    refusals: [
      Refusal(
        "%x: f32[5]", "%a = const [0] : i32[]\n%y, %z = split(%a, %x) {count = 2}",
        .shapeMismatch, "an extent of 5 is no multiple of 2"),
      Refusal(
        "%x: f32[4]", "%a = const [1] : i32[]\n%y, %z = split(%a, %x) {count = 2}",
        .invalidAttribute, "axis 1 is none of 1 dimensions"),
      Refusal(
        "%x: f32[4], %a: i32[]", "%y, %z = split(%a, %x) {count = 2}", .unknownDimension,
        "input 0 decides the output's shape but is not a constant"),
      Refusal(
        "%x: f32[4]", "%a = const [0] : i32[]\n%y = split(%a, %x) {count = 0}",
        .invalidAttribute, "a tensor cannot be cut into 0 parts"),
    ],
    int8Steps: 0.5)

  static let splitV = OpCases(
    "split_v",
    answers: [
      Answer(
        "%x: f32[2,3]",
        "%s = const [2, -1] : i32[2]\n%a = const [1] : i32[]\n%z, %y = split_v(%x, %s, %a) {count = 2}",
        [[1, 2, 3, 4, 5, 6]], gives: "f32[2,1]", [3, 6])
    ]
      + moves(
        {
          """
          %s = const [1, 1, 1] : i32[3]
          %a = const [-1] : i32[]
          %z, %y, %w = split_v(%x, %s, %a) {count = 3} : \($0), \($0), \($0)
          """
        }, "[1]"),
    inferences: [
      Inference(
        "%x: f32[?n(\"a\")]",
        "%s = const [2, -1] : i32[2]\n%a = const [0] : i32[]\n%z, %y = split_v(%x, %s, %a) {count = 2}",
        gives: "f32[?n/split]")
    ],
    refusals: [
      Refusal(
        "%x: f32[4]",
        "%s = const [2, 3] : i32[2]\n%a = const [0] : i32[]\n%z, %y = split_v(%x, %s, %a) {count = 2}",
        .shapeMismatch, "an extent of 4 does not split into 2 parts of 2,3"),
      Refusal(
        "%x: f32[4]",
        "%s = const [-1, -1] : i32[2]\n%a = const [0] : i32[]\n%z, %y = split_v(%x, %s, %a) {count = 2}",
        .shapeMismatch, "an extent of 4 does not split into 2 parts of -1,-1"),
      Refusal(
        "%x: f32[4]",
        "%s = const [4] : i32[1]\n%a = const [0, 0] : i32[2]\n%y = split_v(%x, %s, %a) {count = 1}",
        .shapeMismatch, "a tensor is cut along one dimension, not 2"),
    ],
    int8Steps: 0.5)

  static let unpack = OpCases(
    "unpack",
    answers: [
      Answer(
        "%x: f32[2,2]", "%z, %y = unpack(%x) {axis = -1, count = 2}", [[1, 2, 3, 4]],
        gives: "f32[2]", [2, 4])
    ] + moves({ "%z, %y, %w = unpack(%x) {count = 3} : \($0), \($0), \($0)" }, "[]"),
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),2]", "%z, %y = unpack(%x) {axis = 0, count = 2}", gives: "f32[2]")
    ],
    refusals: [
      Refusal(
        "%x: f32[3]", "%y, %z = unpack(%x) {count = 2}", .shapeMismatch,
        "an extent of 3 does not unpack into 2 parts"),
      Refusal(
        "%x: f32[]", "%y = unpack(%x) {count = 1}", .invalidAttribute,
        "axis 0 is none of 0 dimensions"),
    ],
    int8Steps: 0.5)
}
