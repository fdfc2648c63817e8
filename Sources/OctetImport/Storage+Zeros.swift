import Glibc
import OctetDiagnostics
import OctetIR

extension Storage {
  /// Read-only zeros. Many of them take address space, but no memory until they are read, and then
  /// one page for all.
  ///
  /// Throws `OCT0209` when the system has no address space to give.
  static func zeros(byteCount: Int) throws(Diagnostic) -> Storage {
    guard byteCount >= 1 << 16 else { return Storage(byteCount: byteCount) }
    guard let pages = ZeroPages(byteCount: byteCount) else {
      throw Diagnostic(.tensorTooLarge, "there is no memory for \(byteCount) bytes of weights")
    }
    return Storage(borrowing: pages.bytes, owner: pages)
  }
}

private final class ZeroPages {
  let bytes: UnsafeRawBufferPointer

  /// Nil when the system has no address space to give.
  init?(byteCount: Int) {
    let pages = mmap(
      nil, byteCount, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let pages, pages != MAP_FAILED else { return nil }
    bytes = UnsafeRawBufferPointer(start: pages, count: byteCount)
  }

  deinit { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count) }
}
