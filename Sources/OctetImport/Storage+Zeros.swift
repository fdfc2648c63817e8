import Glibc
import OctetIR

extension Storage {
  /// Read-only zeros. Many of them take address space, but no memory until they are read, and then
  /// one page for all.
  static func zeros(byteCount: Int) -> Storage {
    guard byteCount >= 1 << 16, let pages = ZeroPages(byteCount: byteCount) else {
      return Storage(byteCount: byteCount)
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
