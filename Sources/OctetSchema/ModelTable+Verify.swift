internal import COctetSchema

extension ModelTable {
  /// The model in `bytes`; nil when any offset, size or alignment in them is unsound, when tables
  /// nest deeper than 64 or number over 1,000,000, or when the bytes are no `.tflite` at all.
  ///
  /// What it means is not checked: indices may point beyond tensors and buffers, `Buffer.offset`
  /// beyond the file. `bytes` must start 4-byte aligned and may go on behind the FlatBuffer.
  package init?(verifying bytes: UnsafeRawBufferPointer) {
    let start = bytes.bindMemory(to: UInt8.self).baseAddress
    guard octet_tflite_verify(start, bytes.count) else { return nil }
    self.init(FlatTable(rootOf: bytes))
  }
}

extension OperatorCodeTable {
  /// The operator a code stands for: old files fill only the narrow field, new ones both.
  package var resolvedCode: BuiltinOperator {
    let narrow = Int32(deprecatedBuiltinCode)
    return builtinCode.rawValue > narrow ? builtinCode : BuiltinOperator(rawValue: narrow)
  }

  /// A code to write, with the narrow field filled as old readers expect it.
  package static func object(
    resolvedCode code: BuiltinOperator, customCode: String? = nil, version: Int32 = 1
  ) -> FlatObject {
    let placeholder = BuiltinOperator.placeholderForGreaterOpCodes.rawValue
    return object(
      deprecatedBuiltinCode: Int8(truncatingIfNeeded: min(code.rawValue, placeholder)),
      customCode: customCode, version: version, builtinCode: code)
  }
}
