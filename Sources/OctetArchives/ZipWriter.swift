package import OctetDiagnostics

/// Builds a zip file of stored (unpacked) entries, in the order they are added.
///
/// Dates are 1980-01-01, so the same entries always give the same bytes. Sizes and offsets must fit
/// 32 bits: there is no zip64.
package struct ZipWriter {
  private let file: String
  private var output: [UInt8] = []
  private var directory: [UInt8] = []
  private var names: Set<String> = []

  /// - Parameter file: names the archive in diagnostics.
  package init(file: String) {
    self.file = file
  }

  /// - Throws: `.unwritableFile` for a name used before and for what zip cannot hold.
  package mutating func add(_ name: String, _ contents: [UInt8]) throws(Diagnostic) {
    let nameBytes = Array(name.utf8)
    guard nameBytes.count <= 0xFFFF else { throw refused("an entry name is over 65535 bytes") }
    guard names.insert(name).inserted else { throw refused("two entries are called '\(name)'") }
    guard names.count < 0xFFFF else { throw refused("a zip file holds at most 65534 entries") }
    let largest = 0xFFFF_FFFE - output.count - directory.count - 2 * nameBytes.count - 200
    guard contents.count <= largest else { throw refused("a zip file holds at most 4 GiB") }
    let offset = output.count
    // Both headers share these fields: version 2.0, flags, stored, time, date, checksum, sizes.
    var fields: [UInt8] = []
    fields.append16(20)
    fields.append16(nameBytes.allSatisfy { $0 < 128 } ? 0 : 1 << 11)
    fields.append16(0)
    fields.append16(0)
    fields.append16(0x21)
    fields.append32(ByteSlice(contents).checksum)
    fields.append32(contents.count)
    fields.append32(contents.count)
    fields.append16(nameBytes.count)
    fields.append16(0)

    output.append32(0x0403_4B50)
    output += fields
    output += nameBytes
    output += contents

    directory.append32(0x0201_4B50)
    directory.append16(20)
    directory += fields
    for _ in 0..<3 { directory.append16(0) }
    directory.append32(0)
    directory.append32(offset)
    directory += nameBytes
  }

  /// The finished archive.
  package func finished() -> [UInt8] {
    var result = output
    result += directory
    result.append32(0x0605_4B50)
    result.append32(0)
    result.append16(names.count)
    result.append16(names.count)
    result.append32(directory.count)
    result.append32(output.count)
    result.append16(0)
    return result
  }

  private func refused(_ reason: String) -> Diagnostic {
    Diagnostic(.unwritableFile, "cannot write '\(file)': \(reason)", at: Location(file: file))
  }
}

extension [UInt8] {
  /// Appends the low 16 bits, little-endian.
  package mutating func append16(_ value: Int) {
    append(UInt8(truncatingIfNeeded: value))
    append(UInt8(truncatingIfNeeded: value >> 8))
  }

  /// Appends the low 32 bits, little-endian.
  package mutating func append32(_ value: Int) {
    append16(value)
    append16(value >> 16)
  }
}
