/// The type of a tensor's elements, in TFLite's terms.
public enum ElementType: UInt8, Sendable, CaseIterable {
  case float32, float16, float64, bfloat16
  case int4, int8, int16, int32, int64
  case uint8, uint16, uint32, uint64
  case bool, string, complex64, complex128, resource, variant

  /// Bytes of one element; nil for types without a fixed whole number of bytes.
  public var byteCount: Int? {
    switch self {
    case .int8, .uint8, .bool: 1
    case .float16, .bfloat16, .int16, .uint16: 2
    // A resource is the number of one, as in TFLite.
    case .float32, .int32, .uint32, .resource: 4
    case .float64, .int64, .uint64, .complex64: 8
    case .complex128: 16
    case .int4, .string, .variant: nil
    }
  }

  /// The long name, as in reports: `float32`.
  public var name: String {
    switch self {
    case .float32: "float32"
    case .float16: "float16"
    case .float64: "float64"
    case .bfloat16: "bfloat16"
    case .int4: "int4"
    case .int8: "int8"
    case .int16: "int16"
    case .int32: "int32"
    case .int64: "int64"
    case .uint8: "uint8"
    case .uint16: "uint16"
    case .uint32: "uint32"
    case .uint64: "uint64"
    case .bool: "bool"
    case .string: "string"
    case .complex64: "complex64"
    case .complex128: "complex128"
    case .resource: "resource"
    case .variant: "variant"
    }
  }

  /// The short name of the text IR: `f32`, `i8`, `u8`.
  public var shortName: String {
    switch self {
    case .float32: "f32"
    case .float16: "f16"
    case .float64: "f64"
    case .bfloat16: "bf16"
    case .int4: "i4"
    case .int8: "i8"
    case .int16: "i16"
    case .int32: "i32"
    case .int64: "i64"
    case .uint8: "u8"
    case .uint16: "u16"
    case .uint32: "u32"
    case .uint64: "u64"
    case .complex64: "c64"
    case .complex128: "c128"
    case .bool, .string, .resource, .variant: name
    }
  }

  /// The type called `name`, long or short.
  public init?(named name: String) {
    for type in ElementType.allCases where type.name == name || type.shortName == name {
      self = type
      return
    }
    return nil
  }
}
