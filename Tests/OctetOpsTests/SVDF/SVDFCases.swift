import OctetDiagnostics

extension OpCases {
  static let svdf = OpCases(
    "svdf",
    answers: [
      // Filters make 1 and 3, whose newest weights are 2 and -1. What was kept before is 0.
      Answer(
        "%x: f32[1,2]",
        """
        %w = const [1, 0, 1, 1] : f32[2,2]
        %t = const [5, 2, 7, -1] : f32[2,2]
        %b = const [10] : f32[1]
        %y = svdf(%x, %w, %t, %b) {rank = 2}
        """, [[1, 2]], gives: "f32[1,1]", [9]),
      // A unit for each filter, and two rows.
      Answer(
        "%x: f32[2,2]",
        """
        %w = const [1, 0, 1, 1] : f32[2,2]
        %t = const [2, -1] : f32[2,1]
        %y = svdf(%x, %w, %t) {rank = 1, activation = relu}
        """, [[1, 2, -1, -3]], gives: "f32[2,2]", [2, 0, 0, 4]),
      // Steps of 0.5 from 0: -127 and 80, which make 33 * 0.125; the newest weight is 2.
      Answer(
        "%x: f32[1,2]",
        """
        %w = const [1, 2] : i8[1,2]{0.25:0}
        %t = const [7, 4] : i8[1,2]{0.5:0}
        %y = svdf(%x, %w, %t) {rank = 1}
        """, [[-63.5, 40.2]], gives: "f32[1,1]", [8.25]),
      // Steps of 0.5 from -128: -128, 127 and 20, which make 186 * 0.125.
      Answer(
        "%x: f32[1,3]",
        """
        %w = const [1, 2, 3] : i8[1,3]{0.25:0}
        %t = const [4] : i8[1,1]{0.5:0}
        %y = svdf(%x, %w, %t) {rank = 1, asymmetric = true}
        """, [[-64, 63.5, 10.2]], gives: "f32[1,1]", [46.5]),
      // 2 * 4 + 4 * 8 and 2 * -2 + 4 * 2 become 20 and 2; 3 * 20 - 5 * 2 + 6 is 56, and a quarter of that 14, from -10.
      Answer(
        "%x: i8[1,2]{0.5:1}",
        """
        %w = const [4, 8, -2, 2] : i8[2,2]{0.25:0}
        %t = const [9, 3, 9, -5] : i16[2,2]{0.5:0}
        %b = const [6] : i32[1]{0.125:0}
        %y = svdf(%x, %w, %t, %b) {rank = 2, activation = relu, state_scale = 0.25} : i8[1,1]{0.5:-10}
        """, [[3, 5]], gives: "i8[1,1]", [4]),
    ],
    inferences: [
      Inference(
        "%x: f32[?n(\"a\"),2]",
        "%w = const splat 1 : f32[6,2]\n%t = const splat 1 : f32[6,4]\n%y = svdf(%x, %w, %t) {rank = 2}",
        gives: "f32[?n,3]")
    ],
    refusals: [
      Refusal(
        "%x: f32[1,2]",
        "%w = const splat 1 : f32[6,2]\n%t = const splat 1 : f32[6,4]\n%y = svdf(%x, %w, %t) {rank = 4}",
        .shapeMismatch, "weights [6,2] and [6,4] do not make units of rank 4 of 2 features"),
      Refusal(
        "%x: i8[1,2]{0.5:0}",
        "%w = const splat 1 : i8[6,2]{0.5:0}\n%t = const splat 1 : i8[6,4]{0.5:0}\n%y = svdf(%x, %w, %t) {rank = 2}",
        .typeMismatch, "input 2 is int8, expected int16"),
      Refusal(
        "%x: i8[1,2]{0.5:0}",
        "%w = const splat 1 : i8[6,2]{0.5:0}\n%t = const splat 1 : i16[6,4]{0.5:0}\n%y = svdf(%x, %w, %t) {rank = 2}",
        .invalidAttribute, "an int8 SVDF needs activation relu and a state_scale above 0"),
      Refusal(
        "%x: f32[1,2]",
        "%w = const splat 1 : f32[6,2]\n%t = const splat 1 : f32[6,4]\n%y = svdf(%x, %w, %t) {rank = 2, state_scale = 1}",
        .invalidAttribute, "only an int8 SVDF has a state_scale"),
    ],
    int8Steps: nil)
}
