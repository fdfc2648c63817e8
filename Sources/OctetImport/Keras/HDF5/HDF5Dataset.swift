import OctetArchives
package import OctetDiagnostics
package import OctetIR

/// A dataset: an array of numbers.
package struct HDF5Dataset: HDF5Object {
  package let file: HDF5File
  package let path: String
  package let position: Int

  /// The most bytes of an array.
  private static let largest = 1 << 32
  /// The most bytes that a file need not pay for, since they were never written.
  private static let largestUnwritten = 1 << 28

  /// The type and the extents of the elements. Bytes beside which an attribute `dtype` says `bfloat16` are that, as
  /// Keras writes them. Throws `OCT0113` for a dataset that is damaged or of no numbers.
  package func type() throws(Diagnostic) -> TensorType {
    let datatype = try datatype()
    let element: ElementType
    switch datatype.kind {
    case .number(let type, _): element = type
    case .text, .longText: throw unsupported("a dataset of text")
    case .opaque:
      guard datatype.byteCount == 2, try isBFloat16() else {
        throw unsupported("a dataset of bytes without a type")
      }
      element = .bfloat16
    case .other(let name): throw unsupported("a dataset of \(name)")
    }
    guard let message = record.header.first(.dataspace) else {
      throw damaged("it has no extents")
    }
    var cursor = try record.header.cursor(message, "dataspace")
    let space = try HDF5Dataspace(&cursor)
    guard let extents = space.extents else { throw unsupported("a dataset without a shape") }
    let type = TensorType(element, extents)
    guard let byteCount = type.byteCount, byteCount <= HDF5Dataset.largest else {
      throw unsupported("a dataset of more than 4 GiB (\(type.text) in '\(file.path)')")
    }
    return type
  }

  /// The elements. They stay in the file where they lie there as they are.
  ///
  /// Throws `OCT0113` for a dataset that is damaged, of no numbers, or stored in a way that is not read.
  package func tensor() throws(Diagnostic) -> Tensor {
    do {
      return try read()
    } catch {
      throw error.located(Location(node: path))
    }
  }

  private func read() throws(Diagnostic) -> Tensor {
    let type = try type()
    let byteCount = type.byteCount ?? 0
    let header = record.header
    if header.first(.externalFiles) != nil { throw unsupported("a dataset in other files") }
    guard let message = header.first(.layout) else { throw damaged("it has no layout") }
    var cursor = try header.cursor(message, "layout")
    let storage: Storage
    switch try HDF5Layout(&cursor) {
    case .place(let place?):
      guard byteCount <= place.count,
        let bytes = file.source.bytes.slice(place.lowerBound, byteCount)
      else { throw damaged("it has \(place.count) bytes of \(byteCount)") }
      storage = bytes.storage(alignedTo: type.element.byteCount ?? 1)
    case .place(nil):
      try requirePaid(byteCount, unwritten: byteCount)
      storage = try filled(byteCount)
    case .chunks(let chunks):
      let reader = try HDF5ChunkReader(
        self, chunks, extents: type.shape.extents ?? [], elementSize: type.element.byteCount ?? 1)
      try requirePaid(byteCount, unwritten: byteCount - reader.writtenBytes)
      storage = try filled(byteCount)
      try reader.read(into: storage.mutableBytes)
    }
    return Tensor(type, try littleEndian(storage, type))
  }

  func damaged(_ reason: String) -> Diagnostic {
    file.source.damaged("the dataset '\(path)': \(reason)")
  }

  func unsupported(_ part: String) -> Diagnostic {
    file.source.unsupported("\(part) ('\(path)')", in: path)
  }

  private func datatype() throws(Diagnostic) -> HDF5Datatype {
    guard let message = record.header.first(.datatype) else { throw damaged("it has no type") }
    if message.isShared { throw unsupported("a dataset of a named type") }
    var cursor = try record.header.cursor(message, "datatype")
    return try HDF5Datatype(&cursor)
  }

  private func isBFloat16() throws(Diagnostic) -> Bool {
    guard let name = try attribute("dtype"), name.isText else { return false }
    return try name.texts() == ["bfloat16"]
  }

  private func requirePaid(_ byteCount: Int, unwritten: Int) throws(Diagnostic) {
    guard unwritten <= HDF5Dataset.largestUnwritten else {
      throw damaged("\(unwritten) of its \(byteCount) bytes were never written")
    }
  }

  /// Bytes of what stands for elements that were never written, zeros unless the file says otherwise.
  private func filled(_ byteCount: Int) throws(Diagnostic) -> Storage {
    let storage = Storage(byteCount: byteCount)
    guard let value = try fillValue() else { return storage }
    let target = storage.mutableBytes
    value.withUnsafeBytes { value in
      for start in stride(from: 0, through: byteCount - value.count, by: value.count) {
        UnsafeMutableRawBufferPointer(rebasing: target[start..<start + value.count])
          .copyMemory(from: value)
      }
    }
    return storage
  }

  /// The bytes of the element that stands for those never written; nil if it is 0.
  ///
  /// Source: HDF5 File Format Specification, IV.A.2.e, IV.A.2.f.
  private func fillValue() throws(Diagnostic) -> [UInt8]? {
    let header = record.header
    guard let message = header.first(.fillValue) ?? header.first(.oldFillValue) else { return nil }
    var cursor = try header.cursor(message, "fill value")
    if message.kind == .fillValue {
      let version = try cursor.expect(version: 1...3)
      let isDefined: Bool
      if version == 3 {
        isDefined = try cursor.number(1) & 0x20 != 0
      } else {
        try cursor.skip(2)
        isDefined = try cursor.number(1) != 0 || version == 1
      }
      if !isDefined { return nil }
    }
    let place = try cursor.take(try cursor.number(4))
    guard place.count == (try datatype()).byteCount,
      let bytes = file.source.bytes.slice(place.lowerBound, place.count)?.array,
      bytes.contains(where: { $0 != 0 })
    else { return nil }
    return bytes
  }

  /// `storage` with the least significant byte of each element first, and truth as 0 or 1.
  private func littleEndian(_ storage: Storage, _ type: TensorType) throws(Diagnostic) -> Storage {
    guard case .number(let element, let isBigEndian) = try datatype().kind else { return storage }
    let size = element.byteCount ?? 1
    guard isBigEndian && size > 1 || element == .bool else { return storage }
    let result = Storage(byteCount: storage.bytes.count)
    let (source, target) = (storage.bytes, result.mutableBytes)
    if element == .bool {
      for index in source.indices { target[index] = source[index] == 0 ? 0 : 1 }
    } else {
      for start in stride(from: 0, to: source.count, by: size) {
        for byte in 0..<size { target[start + byte] = source[start + size - 1 - byte] }
      }
    }
    return result
  }
}
