#if !hasFeature(Embedded)
  internal import COctetSchema

  /// Why a model can't be serialized.
  package enum FlatWriteError: Error, Equatable {
    /// The file would pass the limit, which is at most the format's 2 GB.
    case tooLarge
    case outOfMemory
    /// A slot is out of range or set twice, or a size is none that the format has.
    case unsound
  }

  /// A finished `.tflite` file in memory.
  package final class SerializedModel {
    private let builder: OpaquePointer

    /// Serializes `model`, a `ModelTable.object(…)`; `limit` is the largest size allowed.
    package init(_ model: FlatObject, limit: Int = Int(Int32.max)) throws(FlatWriteError) {
      let expected = model.expectedSize
      guard expected.payload <= limit else { throw .tooLarge }
      // Enough from the start saves the builder from growing, which copies everything.
      let capacity = expected.payload.saturatingSum(expected.tables).saturatingSum(1024)
      guard let builder = octet_flat_create(capacity, max(limit, 0)) else { throw .outOfMemory }
      self.builder = builder
      let writer = FlatWriter(builder: builder)
      guard octet_flat_finish(builder, writer.write(model)) else {
        throw FlatWriteError(octet_flat_error(builder))
      }
    }

    deinit { octet_flat_destroy(builder) }

    package var count: Int { octet_flat_size(builder) }

    /// The file's bytes in place, 16-byte aligned.
    package func withUnsafeBytes<R, E: Error>(
      _ body: (UnsafeRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
      let bytes = UnsafeRawBufferPointer(start: octet_flat_bytes(builder), count: count)
      return try body(bytes)
    }
  }

  /// The bytes of a `.tflite` file holding `model`. `SerializedModel` saves this copy.
  package func serialize(_ model: FlatObject) throws(FlatWriteError) -> [UInt8] {
    try SerializedModel(model).withUnsafeBytes { Array($0) }
  }

  extension FlatWriteError {
    fileprivate init(_ status: octet_flat_status) {
      switch status {
      case OCTET_FLAT_TOO_LARGE: self = .tooLarge
      case OCTET_FLAT_NO_MEMORY: self = .outOfMemory
      default: self = .unsound
      }
    }
  }
#endif
