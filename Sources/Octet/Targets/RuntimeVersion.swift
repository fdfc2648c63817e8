/// A release of TFLite, by its first two numbers.
public struct RuntimeVersion: Sendable, Hashable, Comparable {
  public let major: Int
  public let minor: Int

  public init(_ major: Int, _ minor: Int) {
    self.major = major
    self.minor = minor
  }

  public static func < (a: Self, b: Self) -> Bool { (a.major, a.minor) < (b.major, b.minor) }

  /// `2.16`
  public var text: String { "\(major).\(minor)" }

  init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let major = parts[0], let minor = parts[1] else { return nil }
    self.init(major, minor)
  }

  /// The last one that the tables know.
  static let newest = RuntimeVersion(2, 20)

  /// The first release that has an operator in so high a version; nil for custom operators and for versions that no known
  /// release has.
  static func first(of builtin: String, version: Int) -> RuntimeVersion? {
    guard let releases = releases[builtin], releases.indices.contains(version - 1) else {
      return nil
    }
    return releases[version - 1]
  }

  /// How many versions of an operator a release has.
  func count(of builtin: String) -> Int {
    (Self.releases[builtin] ?? []).lastIndex { $0 <= self }.map { $0 + 1 } ?? 0
  }

  private static let releases = Dictionary(
    uniqueKeysWithValues: table.split(separator: "\n").map { line in
      let words = line.split(separator: " ")
      return (String(words[0]), words.dropFirst().compactMap { RuntimeVersion($0) })
    })

  /// For each operator the first release with version 1, 2 and so on.
  ///
  /// Source: the table in LiteRT's `tflite/tools/versioning/runtime_version.cc`, as of its commit 05215c2 (which files of
  /// TensorFlow's `lite/tools/versioning` go before). BROADCAST_TO has no version 1; a release of 2.14.4 counts as 2.15.
  private static let table = """
    ABS 1.13 2.4 2.5 2.6 2.12
    ADD 1.5 1.14 2.4 2.6 2.13
    ARG_MAX 1.9 1.14 2.9
    ARG_MIN 1.9 1.14 2.9
    ASSIGN_VARIABLE 2.6
    AVERAGE_POOL_2D 1.5 1.14 2.3
    BATCH_MATMUL 2.3 2.3 2.4 2.5
    BATCH_TO_SPACE_ND 1.6 1.14 2.3 2.12
    BROADCAST_TO 2.5 2.5 2.5
    CALL_ONCE 2.5
    CAST 1.5 2.7 2.8 2.9 2.12 2.15 2.17
    CEIL 1.14
    COMPLEX_ABS 2.5
    CONCATENATION 1.5 1.14 2.3 2.14
    CONV_2D 1.5 1.14 1.14 2.3 2.4 2.9 2.11 2.15
    CONV_3D 2.5
    COS 1.14
    CUMSUM 2.4
    DEPTH_TO_SPACE 2.1 2.5
    DEPTHWISE_CONV_2D 1.5 1.12 1.14 2.2 2.3 2.3 2.11
    DEQUANTIZE 1.13 1.14 1.15 2.2 2.7 2.18
    DIV 1.6 2.3
    DYNAMIC_UPDATE_SLICE 2.9 2.17 2.19 2.20
    ELU 1.14
    EQUAL 1.14 1.14 2.3 2.13
    EXP 1.7 2.12
    EXPAND_DIMS 1.10
    FAKE_QUANT 1.5 1.10
    FILL 1.13 2.3 2.5 2.12
    FLOOR 1.9
    FLOOR_DIV 1.14 1.14 2.13
    FLOOR_MOD 1.13 2.13
    FULLY_CONNECTED 1.5 1.10 1.14 1.14 2.0 2.1 2.3 2.3 2.3 2.11 2.15 2.17 2.18
    GATHER 1.6 1.14 1.15 2.4 2.5 2.13 2.15
    GATHER_ND 1.14 2.3 2.5 2.13 2.16
    GELU 2.9 2.9
    GREATER 1.14 1.14
    GREATER_EQUAL 1.14 1.14 2.13
    HARD_SWISH 1.15
    IF 1.15
    IMAG 2.5
    L2_NORMALIZATION 1.5 1.14
    LEAKY_RELU 1.13 2.3
    LESS 1.14 1.14 2.13
    LESS_EQUAL 1.14 1.14
    LOCAL_RESPONSE_NORMALIZATION 1.5
    LOG 1.14 2.15
    LOGICAL_AND 1.11
    LOGICAL_NOT 1.11
    LOGICAL_OR 1.11
    LOGISTIC 1.14 1.14 2.3
    LOG_SOFTMAX 1.14 1.14
    MAX_POOL_2D 1.5 1.14 2.3
    MAXIMUM 1.14 1.14 2.3 2.3
    MEAN 1.6 1.14 2.4
    MINIMUM 1.14 1.14 2.3 2.3
    MIRROR_PAD 1.13 2.3 2.12
    MUL 1.5 1.14 1.15 2.3 2.6 2.11 2.13
    NEG 1.9
    NON_MAX_SUPPRESSION_V4 2.1
    NON_MAX_SUPPRESSION_V5 2.1
    NOT_EQUAL 1.14 1.14 2.3
    ONE_HOT 1.11
    PACK 1.11 1.14 2.3 2.13
    PAD 1.5 1.14 2.4 2.6
    PADV2 1.9 1.14 2.4 2.6
    POW 1.10
    PRELU 1.8
    QUANTIZE 1.14 1.15 2.7
    RANGE 1.13 2.14
    RANK 1.14
    READ_VARIABLE 2.6
    REAL 2.5
    REDUCE_ALL 2.6
    REDUCE_ANY 1.11
    REDUCE_MAX 1.11 1.14 2.5
    REDUCE_MIN 1.11 1.14 2.5
    REDUCE_PROD 1.11 2.6
    RELU 1.5 2.1 2.5
    RELU6 1.5 1.14 2.5
    RESHAPE 1.5
    RESIZE_BILINEAR 1.7 1.14 2.2 2.5
    RESIZE_NEAREST_NEIGHBOR 1.13 1.14 2.3 2.4
    REVERSE_V2 1.14 2.2 2.5
    RFFT2D 2.5
    ROUND 1.14
    RSQRT 1.10 2.5 2.15
    SCATTER_ND 2.1
    SELECT 1.14 1.14 2.12 2.12
    SELECT_V2 2.2 2.12
    SHAPE 1.10
    SIGN 2.11 2.12
    SIN 1.9
    SLICE 1.14 1.14 1.14 2.4 2.5 2.14
    SOFTMAX 1.5 1.14 2.3
    SPACE_TO_BATCH_ND 1.6 1.14 2.3 2.12
    SPACE_TO_DEPTH 1.5 1.14
    SPLIT 1.5 1.14 1.14 2.3
    SPLIT_V 1.13 2.3
    SQRT 1.10
    SQUARE 1.12
    SQUARED_DIFFERENCE 1.13 2.5
    SQUEEZE 1.6 2.5
    STRIDED_SLICE 1.6 1.14 2.1 2.2 2.5 2.6 2.14 2.14
    SUB 1.6 1.14 2.3 2.4 2.4
    SUM 1.10 1.15
    SVDF 1.5 1.14 2.2 2.3
    TANH 1.14 1.14 2.3
    TILE 1.10 2.2 2.8
    TOPK_V2 1.7 1.14 2.13
    TRANSPOSE 1.6 1.14 1.15 2.3 2.4 2.12 2.15
    TRANSPOSE_CONV 1.9 2.2 2.3 2.13 2.15
    UNIDIRECTIONAL_SEQUENCE_LSTM 1.13 1.14 2.3 2.12
    UNPACK 1.11 1.14 2.2 2.3
    VAR_HANDLE 2.6
    WHERE 1.14 2.8
    WHILE 1.15
    """
}
