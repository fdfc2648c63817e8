package import OctetIR

/// Some bytes of a file or of unpacked data, kept alive as long as the slice.
///
/// Every read is bounds-checked: a read past the end is nil, so a reader of untrusted bytes can say
/// what is missing. Copies share the bytes; O(1).
package struct ByteSlice: Sendable {
  private let storage: Storage
  private let start: Int
  package let count: Int

  package init(_ storage: Storage) {
    self.storage = storage
    self.start = 0
    self.count = storage.bytes.count
  }

  package init(_ bytes: [UInt8]) {
    self.init(Storage(bytes))
  }

  private init(storage: Storage, start: Int, count: Int) {
    self.storage = storage
    self.start = start
    self.count = count
  }

  /// `count` bytes from `offset`; nil when they are not all there.
  package func slice(_ offset: Int, _ count: Int) -> ByteSlice? {
    guard offset >= 0, count >= 0, offset <= self.count, count <= self.count - offset else {
      return nil
    }
    return ByteSlice(storage: storage, start: start + offset, count: count)
  }

  package func byte(_ offset: Int) -> UInt8? {
    guard offset >= 0, offset < count else { return nil }
    return storage.bytes[start + offset]
  }

  /// A little-endian 16-bit number.
  package func uint16(_ offset: Int) -> Int? {
    load(offset, as: UInt16.self).map { Int(UInt16(littleEndian: $0)) }
  }

  /// A little-endian 32-bit number.
  package func uint32(_ offset: Int) -> Int? {
    load(offset, as: UInt32.self).map { Int(UInt32(littleEndian: $0)) }
  }

  /// A big-endian 32-bit number.
  package func bigEndianUInt32(_ offset: Int) -> Int? {
    load(offset, as: UInt32.self).map { Int(UInt32(bigEndian: $0)) }
  }

  package func starts(with prefix: [UInt8]) -> Bool {
    guard prefix.count <= count else { return false }
    for (index, value) in prefix.enumerated() where storage.bytes[start + index] != value {
      return false
    }
    return true
  }

  /// The bytes as text, with invalid UTF-8 replaced.
  package var text: String { withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }

  /// The lines of the text without spaces at their ends.
  package var lines: [String] {
    text.split(omittingEmptySubsequences: false) { $0.isNewline }.map { line in
      var line = line.drop { $0.isWhitespace }
      while line.last?.isWhitespace == true { line.removeLast() }
      return String(line)
    }
  }

  package var array: [UInt8] { withUnsafeBytes { [UInt8]($0) } }

  /// Calls `body` with the bytes; the pointer must not leave it.
  package func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(storage) {} }
    // Unsafe: the range was checked when the slice was made, and `storage` outlives the call.
    return try body(UnsafeRawBufferPointer(rebasing: storage.bytes[start..<(start + count)]))
  }

  /// The bytes as a tensor's storage: shared when they lie at a multiple of 64, else copied.
  package var tensorStorage: Storage { storage(alignedTo: 64) }

  /// The bytes as storage: shared when they lie at a multiple of `alignment`, else copied.
  package func storage(alignedTo alignment: Int) -> Storage {
    if start == 0, count == storage.bytes.count { return storage }
    return withUnsafeBytes { source in
      guard let base = source.baseAddress, count > 0 else { return Storage(byteCount: 0) }
      if Int(bitPattern: base) % alignment == 0 {
        return Storage(borrowing: source, owner: storage)
      }
      let copy = Storage(byteCount: count)
      copy.mutableBytes.copyMemory(from: source)
      return copy
    }
  }

  private func load<Number: BitwiseCopyable>(_ offset: Int, as type: Number.Type) -> Number? {
    let size = MemoryLayout<Number>.size
    guard offset >= 0, offset <= count, size <= count - offset else { return nil }
    return storage.bytes.loadUnaligned(fromByteOffset: start + offset, as: type)
  }
}
