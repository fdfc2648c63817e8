package import OctetIR
package import OctetSchema

extension ElementType {
  /// Nil for the types of newer schemas that Octet does not know.
  package init?(_ type: StoredType) {
    switch type {
    case .float32: self = .float32
    case .float16: self = .float16
    case .float64: self = .float64
    case .bfloat16: self = .bfloat16
    case .int4: self = .int4
    case .int8: self = .int8
    case .int16: self = .int16
    case .int32: self = .int32
    case .int64: self = .int64
    case .uint8: self = .uint8
    case .uint16: self = .uint16
    case .uint32: self = .uint32
    case .uint64: self = .uint64
    case .bool: self = .bool
    case .string: self = .string
    case .complex64: self = .complex64
    case .complex128: self = .complex128
    case .resource: self = .resource
    case .variant: self = .variant
    default: return nil
    }
  }

  package var schema: StoredType {
    switch self {
    case .float32: .float32
    case .float16: .float16
    case .float64: .float64
    case .bfloat16: .bfloat16
    case .int4: .int4
    case .int8: .int8
    case .int16: .int16
    case .int32: .int32
    case .int64: .int64
    case .uint8: .uint8
    case .uint16: .uint16
    case .uint32: .uint32
    case .uint64: .uint64
    case .bool: .bool
    case .string: .string
    case .complex64: .complex64
    case .complex128: .complex128
    case .resource: .resource
    case .variant: .variant
    }
  }
}
