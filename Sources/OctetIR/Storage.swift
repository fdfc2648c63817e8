/// The bytes of a tensor: owned, or borrowed from a mapped file that `owner` keeps alive.
public final class Storage: @unchecked Sendable {
  // Sendable: written only before it is shared; the holder of a writable pointer guarantees that.
  public let bytes: UnsafeRawBufferPointer
  private let owner: AnyObject?
  private let forget: (@Sendable (UnsafeRawBufferPointer) -> Void)?
  private let allocation: UnsafeMutableRawPointer?

  /// Zero-filled bytes, aligned to 64.
  public init(byteCount: Int) {
    let pointer = UnsafeMutableRawPointer.allocate(byteCount: max(byteCount, 1), alignment: 64)
    pointer.initializeMemory(as: UInt8.self, repeating: 0, count: max(byteCount, 1))
    allocation = pointer
    bytes = UnsafeRawBufferPointer(start: pointer, count: byteCount)
    owner = nil
    forget = nil
  }

  /// Bytes that belong to `owner`, which is kept alive.
  ///
  /// - Parameter forget: gives back memory that can be read anew, as that of a mapped file.
  public init(
    borrowing bytes: UnsafeRawBufferPointer, owner: AnyObject,
    forget: (@Sendable (UnsafeRawBufferPointer) -> Void)? = nil
  ) {
    self.bytes = bytes
    self.owner = owner
    self.forget = forget
    allocation = nil
  }

  /// A copy of `values`.
  public convenience init<Element: BitwiseCopyable>(_ values: [Element]) {
    self.init(byteCount: values.count * MemoryLayout<Element>.stride)
    values.withUnsafeBytes { source in
      if let base = source.baseAddress, let target = allocation {
        target.copyMemory(from: base, byteCount: source.count)
      }
    }
  }

  deinit { allocation?.deallocate() }

  /// Says that the bytes will hardly be read again; memory that can be had anew is given back.
  package func forgetPages() { forget?(bytes) }

  /// The bytes for writing; only for storage that owns them and is not shared yet.
  public var mutableBytes: UnsafeMutableRawBufferPointer {
    guard let allocation else { preconditionFailure("borrowed storage is read-only") }
    return UnsafeMutableRawBufferPointer(start: allocation, count: bytes.count)
  }

  /// The contents as an array of `Element`, from any alignment.
  public func array<Element: BitwiseCopyable>(of type: Element.Type) -> [Element] {
    let count = bytes.count / MemoryLayout<Element>.stride
    return Array(unsafeUninitializedCapacity: count) { target, initialized in
      // A copy of bytes makes elements of a bitwise-copyable type, whatever the source's alignment.
      UnsafeMutableRawBufferPointer(target).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: bytes.prefix(count * MemoryLayout<Element>.stride)))
      initialized = count
    }
  }
}
