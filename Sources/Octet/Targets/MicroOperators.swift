import OctetIR

/// What TensorFlow Lite for Microcontrollers (TFLM) runs: for each operator the types that its kernel takes.
///
/// Source: the operators that `MicroMutableOpResolver` has and the types that the reference kernels in
/// `tensorflow/lite/micro/kernels` check; each line but those of operators without data was tried in the runtime of the
/// package tflite-micro 0.dev20261023 with the models of `Tests/OctetEndToEndTests/Golden`. Versions of operators do not
/// count there.
enum MicroOperators {
  /// What a kernel takes.
  enum Types {
    case any
    /// Results of these types, of operands of the same where they are data.
    case same([ElementType])
    /// Operands of the first types, results of the others.
    case pairs([(from: [ElementType], to: [ElementType])])

    func takes(_ input: ElementType?, _ result: ElementType?) -> Bool {
      switch self {
      case .any: return true
      case .same(let types): return result.map { types.contains($0) } ?? true
      case .pairs(let pairs):
        guard let input, let result else { return false }
        return pairs.contains { $0.from.contains(input) && $0.to.contains(result) }
      }
    }

    /// `float32, int8` or `int8 to float32`
    var text: String {
      func list(_ types: [ElementType]) -> String {
        types.map { $0.name }.joined(separator: ", ")
      }
      switch self {
      case .any: return "any"
      case .same(let types): return list(types)
      case .pairs(let pairs):
        return pairs.map { "\(list($0.from)) to \(list($0.to))" }.joined(separator: "; ")
      }
    }
  }

  /// By TFLite's name; of a custom operator its own.
  static func types(_ name: String) -> Types? { table[name] }

  private static let f = ElementType.float32
  private static let (i8, i16, i32, i64) = (
    ElementType.int8, ElementType.int16, ElementType.int32, ElementType.int64
  )
  private static let comparison = Types.pairs([([f, .int8, .int32, .int64], [.bool])])
  private static let equality = Types.pairs([([f, .int8, .int32, .int64, .bool], [.bool])])
  private static let codes: Types = .same([.float32, .int8])
  private static let wideCodes: Types = .same([.float32, .int8, .int16])
  private static let numbers: Types = .same([.float32, .int8, .int16, .int32])
  private static let real: Types = .same([.float32])
  private static let truth: Types = .same([.bool])

  private static let table: [String: Types] = [
    "ABS": wideCodes, "ADD": numbers,
    "ARG_MAX": .pairs([([f, i8], [i32])]), "ARG_MIN": .pairs([([f, i8], [i32])]),
    "ASSIGN_VARIABLE": .any, "AVERAGE_POOL_2D": wideCodes, "BATCH_MATMUL": wideCodes,
    "BATCH_TO_SPACE_ND": codes, "BROADCAST_TO": .same([f, i8, i32]), "CALL_ONCE": .any,
    "CAST": .pairs([([f, i8, i16, i32, .bool], [f, i8, i16, i32, .bool])]),
    "CEIL": real, "CONCATENATION": .same([f, i8, i16, i32, i64, .bool]), "CONV_2D": wideCodes,
    "COS": real, "CUMSUM": codes, "DEPTH_TO_SPACE": codes, "DEPTHWISE_CONV_2D": wideCodes,
    "DEQUANTIZE": .pairs([([i8, i16, .uint8], [f])]), "DIV": .same([f, i8, i32]),
    "DYNAMIC_UPDATE_SLICE": .same([f, i8, i32]), "ELU": codes, "EQUAL": equality, "EXP": real,
    "EXPAND_DIMS": wideCodes, "FILL": numbers, "FLOOR": real, "FLOOR_DIV": real,
    "FLOOR_MOD": real, "FULLY_CONNECTED": wideCodes, "GATHER": codes, "GATHER_ND": codes,
    "GREATER": comparison, "GREATER_EQUAL": comparison, "HARD_SWISH": codes, "IF": .any,
    "L2_NORMALIZATION": codes, "LEAKY_RELU": wideCodes, "LESS": comparison,
    "LESS_EQUAL": comparison, "LOG": real, "LOGICAL_AND": truth, "LOGICAL_NOT": truth,
    "LOGICAL_OR": truth, "LOGISTIC": wideCodes, "LOG_SOFTMAX": codes, "MAX_POOL_2D": wideCodes,
    "MAXIMUM": .same([f, i8, i16, i32, i64]), "MEAN": wideCodes,
    "MINIMUM": .same([f, i8, i16, i32, i64]), "MIRROR_PAD": codes, "MUL": numbers, "NEG": real,
    "NOT_EQUAL": equality, "PACK": .same([f, i8, i16, i32, i64]), "PAD": numbers,
    "PADV2": numbers, "PRELU": codes,
    "QUANTIZE": .pairs([
      ([f], [i8, i16]), ([i8], [i8, i16, i32, .uint8]), ([i16], [i8, i16, i32]),
      ([i32], [i8, i16]), ([.uint8], [i8]),
    ]),
    "READ_VARIABLE": .any, "REDUCE_ALL": truth, "REDUCE_MAX": codes, "REDUCE_MIN": codes,
    "RELU": wideCodes, "RELU6": wideCodes, "RESHAPE": .any, "RESIZE_BILINEAR": codes,
    "RESIZE_NEAREST_NEIGHBOR": wideCodes, "REVERSE_V2": numbers, "ROUND": real,
    "RSQRT": wideCodes, "SELECT_V2": wideCodes, "SHAPE": .same([i32]), "SIN": real,
    "SLICE": numbers, "SOFTMAX": wideCodes, "SPACE_TO_BATCH_ND": codes, "SPACE_TO_DEPTH": codes,
    "SPLIT": numbers, "SPLIT_V": numbers, "SQRT": real, "SQUARE": real,
    "SQUARED_DIFFERENCE": .same([f, i8, i32]), "SQUEEZE": .any,
    "STRIDED_SLICE": .same([f, i8, i16, i32, .bool]), "SUB": numbers, "SUM": wideCodes,
    "SVDF": codes, "TANH": wideCodes, "TFLite_Detection_PostProcess": real,
    "TRANSPOSE": wideCodes, "TRANSPOSE_CONV": wideCodes,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": wideCodes, "UNPACK": numbers, "VAR_HANDLE": .any,
    "WHILE": .any,
  ]

  /// Inputs that a kernel needs to be constants, since they decide a shape.
  static func constants(_ name: String) -> [Int] {
    switch name {
    case "FILL": [0]
    case "PAD", "PADV2", "RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR", "BROADCAST_TO": [1]
    case "STRIDED_SLICE": [1, 2, 3]
    default: []
    }
  }
}
