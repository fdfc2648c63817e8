import FoundationEssentials
import OctetDiagnostics
package import OctetIR

extension ElementType {
  /// The element type that TensorFlow numbers so; references (100 more) count as what they refer to. Nil for
  /// those that Octet has not.
  init?(_ type: TFDataType) {
    let known: [ElementType?] = [
      nil, .float32, .float64, .int32, .uint8, .int16, .int8, .string, .complex64, .int64, .bool,
      .int8, .uint8, .int32, .bfloat16, .int16, .uint16, .uint16, .complex128, .float16, .resource,
      .variant, .uint32, .uint64,
    ]
    let number = type.rawValue > 100 ? type.rawValue - 100 : type.rawValue
    guard known.indices.contains(number), let element = known[number] else { return nil }
    self = element
  }
}

extension TFTensorShapeProto {
  /// Nil for a shape whose rank or one of whose extents is unknown, or with extents below 0.
  var extents: [Int]? {
    guard !unknownRank else { return nil }
    var result: [Int] = []
    for dimension in dim {
      guard dimension.size >= 0, dimension.size < 1 << 40 else { return nil }
      result.append(Int(dimension.size))
    }
    return result
  }
}

extension Tensor {
  /// The contents of a constant. Throws `OCT0106` for one that contradicts itself, `OCT0202` for a type without
  /// numbers.
  init(_ proto: TFTensorProto) throws(Diagnostic) {
    guard let element = ElementType(proto.dtype), let size = element.byteCount else {
      throw Diagnostic(
        .typeMismatch,
        "a constant of type \(ElementType(proto.dtype)?.name ?? "\(proto.dtype)") has no "
          + "numbers")
    }
    guard let extents = proto.tensorShape.extents, let count = Shape.elementCount(extents),
      count <= proto.tensorContent.count || count <= 1 << 26
    else {
      throw Diagnostic(.invalidProtobuf, "a constant has no shape, or one that is too large")
    }
    let type = TensorType(element, extents)
    if !proto.tensorContent.isEmpty {
      let content = proto.tensorContent
      guard content.count == count * size else {
        throw Diagnostic(
          .invalidProtobuf, "a constant of type \(type.text) has \(content.count) bytes")
      }
      let storage = Storage(byteCount: content.count)
      content.withUnsafeBytes { storage.mutableBytes.copyMemory(from: $0) }
      self.init(type, storage)
      return
    }
    switch element {
    case .float32: self = try Tensor.filled(type, count, proto.floatVal)
    case .float64: self = try Tensor.filled(type, count, proto.doubleVal)
    case .int32: self = try Tensor.filled(type, count, proto.intVal)
    case .int64: self = try Tensor.filled(type, count, proto.int64Val)
    case .int8:
      self = try Tensor.filled(type, count, proto.intVal.map { Int8(truncatingIfNeeded: $0) })
    case .int16:
      self = try Tensor.filled(type, count, proto.intVal.map { Int16(truncatingIfNeeded: $0) })
    case .uint8:
      self = try Tensor.filled(type, count, proto.intVal.map { UInt8(truncatingIfNeeded: $0) })
    case .uint16:
      self = try Tensor.filled(type, count, proto.intVal.map { UInt16(truncatingIfNeeded: $0) })
    case .float16, .bfloat16:
      self = try Tensor.filled(type, count, proto.halfVal.map { UInt16(truncatingIfNeeded: $0) })
    case .uint32: self = try Tensor.filled(type, count, proto.uint32Val)
    case .uint64: self = try Tensor.filled(type, count, proto.uint64Val)
    case .bool: self = try Tensor.filled(type, count, proto.boolVal.map { $0 ? 1 as UInt8 : 0 })
    case .complex64, .complex128, .int4, .string, .resource, .variant:
      throw Diagnostic(.typeMismatch, "constants of type \(element.name) are not read")
    }
  }

  /// The last of `values` stands for all that are missing; none are zeros.
  private static func filled<Element: BitwiseCopyable>(
    _ type: TensorType, _ count: Int, _ values: [Element]
  ) throws(Diagnostic) -> Tensor {
    guard values.count <= count else {
      throw Diagnostic(
        .invalidProtobuf, "a constant of type \(type.text) has \(values.count) numbers")
    }
    let storage = Storage(byteCount: count * MemoryLayout<Element>.stride)
    let target = storage.mutableBytes.bindMemory(to: Element.self)
    for index in values.indices { target[index] = values[index] }
    if let last = values.last {
      for index in values.count..<count { target[index] = last }
    }
    return Tensor(type, storage)
  }
}

/// What the importer knows of a tensor of TensorFlow.
package enum TensorFlowValue {
  /// The graph computes it.
  case computed(ValueID)
  case constant(Tensor)
  /// A list of tensors, those that are set.
  case list([TensorFlowValue?])
  /// A list of tensors of one type, all in a tensor [count, item…] that the graph computes.
  case packedList(ValueID)
  /// The handle of a variable.
  case variable(String)
  /// Complex numbers, as two tensors.
  case complex(real: ValueID, imaginary: ValueID)
  /// Random numbers that become their mean.
  case random(RandomNumbers)
  /// It is of a branch that does not run.
  case dead
  /// It could not be made, which has been reported.
  case missing
}
