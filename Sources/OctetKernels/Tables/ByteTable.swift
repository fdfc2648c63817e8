import COctetKernels

/// A function of one byte as a table, for int8 or uint8 codes. A code counts as the byte with its bits.
package final class ByteTable {
  let raw: UnsafeMutablePointer<octet_x8_table>

  /// - Parameter function: the result for each byte.
  package init(_ function: (UInt8) -> UInt8) {
    raw = .allocate(capacity: 1)
    raw.initialize(to: octet_x8_table())
    let results = (0..<256).map { function(UInt8($0)) }
    withUnsafeMutableBytes(of: &raw.pointee.entries) { entries in
      for (byte, result) in results.enumerated() { entries[byte] = result }
    }
    withUnsafeMutableBytes(of: &raw.pointee.steps) { steps in
      for (byte, result) in results.enumerated() {
        steps[byte] = byte % 128 < 16 ? result : result ^ results[byte - 16]
      }
    }
  }

  deinit { raw.deallocate() }

  package func result(of byte: UInt8) -> UInt8 {
    withUnsafeBytes(of: &raw.pointee.entries) { $0[Int(byte)] }
  }

  /// One implementation and what it needs.
  package struct Variant: Sendable {
    typealias Function =
      @Sendable @convention(c) (
        Int, UnsafePointer<UInt8>, UnsafePointer<octet_x8_table>, UnsafeMutablePointer<UInt8>
      ) -> Void

    /// For profiles, for example `x8-table-u32--avx2`.
    package let name: StaticString
    /// Whether this CPU can run it. Running it elsewhere is an illegal instruction.
    package let isSupported: Bool
    let function: Function

    /// `to[i] = table[from[i]]` for i < count; `to` may be `from`.
    @inline(__always)
    package func run(
      count: Int, from: UnsafePointer<UInt8>, table: ByteTable, to: UnsafeMutablePointer<UInt8>
    ) {
      function(count, from, table.raw, to)
    }
  }

  /// Runs on every CPU.
  package static let portable = Variant(
    name: "x8-table-u1--portable", isSupported: true, function: octet_x8_table_u1__portable)

  /// All variants built for this architecture, fastest first.
  package static let variants: [Variant] = {
    var variants: [Variant] = []
    #if arch(x86_64)
      variants.append(
        Variant(
          name: "x8-table-u32--avx2", isSupported: CPUFeatures.hasAVX2AndFMA,
          function: octet_x8_table_u32__avx2))
    #endif
    variants.append(portable)
    return variants
  }()

  /// The fastest variant this CPU can run.
  package static let best: Variant = variants.first { $0.isSupported } ?? portable
}
