import OctetDiagnostics

extension OpCases {
  static let `where`: OpCases = {
    func answer(_ type: String, _ values: [Double], _ places: [Double]) -> Answer {
      Answer(
        "%x: \(type)", "%y = where(%x) : i64[?n(\"the data\"),2]", [values], gives: "i64[?n,2]",
        places)
    }
    return OpCases(
      "where",
      answers: [
        answer("bool[2,3]", [0, 1, 0, 1, 0, 1], [0, 1, 1, 0, 1, 2]),
        answer("f32[1,3]", [0, -0.5, 2], [0, 1, 0, 2]),
        answer("i8[1,2]", [0, -128], [0, 1]),
        answer("u8[2,1]", [255, 0], [0, 0]),
        answer("i32[1,2]", [16_777_216, 0], [0, 0]),
        answer("i64[1,2]", [0, 1_099_511_627_776], [0, 1]),
        answer("bool[2,2]", [0, 0, 0, 0], []),
      ],
      refusals: [
        Refusal(
          "%x: bool[2]", "%y = where(%x)", .unknownDimension,
          "input 0 decides the output's shape but is not a constant"),
        Refusal(
          "%x: bool[]", "%y = where(%x)", .shapeMismatch,
          "a tensor without dimensions has no places"),
        Refusal(
          "%x: i16[2]", "%y = where(%x)", .typeMismatch,
          "input 0 is int16, expected bool, float32, int8, uint8, int32, int64"),
      ],
      int8Steps: nil)
  }()
}
