import OctetIR

/// A zip archive behind a model, which holds what belongs to it: labels, for example.
package struct AppendedFiles: Sendable {
  private let archive: Storage
  /// Where the archive's parts say that they lie, from its start.
  private let origin: Int
  /// The places in the archive of numbers that say so: of each entry and of the directory.
  private let places: [Int]

  package var byteCount: Int { archive.bytes.count }

  private static let (end, entry) = (0x0605_4B50, 0x0201_4B50)

  /// Nil for a file without an archive that ends where the file does.
  package init?(of file: UnsafeRawBufferPointer, owner: AnyObject) {
    func number(_ place: Int, _ width: Int) -> Int {
      var value = 0
      for i in 0..<width { value |= Int(file[place + i]) << (8 * i) }
      return value
    }
    // The comment behind the end record has at most 2^16 - 1 bytes.
    var last = file.count - 22
    let least = max(0, last - 0xFFFF)
    while last >= least,
      number(last, 4) != Self.end || last + 22 + number(last + 20, 2) != file.count
    { last -= 1 }
    guard last >= least, last >= 0 else { return nil }
    let (count, size, offset) = (number(last + 10, 2), number(last + 12, 4), number(last + 16, 4))
    let directory = last - size
    guard directory >= offset else { return nil }
    // Offsets count from the file's start, or from the archive's.
    let shift = directory - offset
    var first = directory
    var numbers = [last + 16]
    var place = directory
    for _ in 0..<count {
      guard place + 46 <= last, number(place, 4) == Self.entry else { return nil }
      first = min(first, number(place + 42, 4) + shift)
      numbers.append(place + 42)
      place += 46 + number(place + 28, 2) + number(place + 30, 2) + number(place + 32, 2)
    }
    archive = Storage(borrowing: UnsafeRawBufferPointer(rebasing: file[first...]), owner: owner)
    origin = first - shift
    places = numbers.map { $0 - first }
  }

  /// The archive's bytes where it begins `start` bytes from the start of a file.
  package func bytes(from start: Int) -> [UInt8] {
    var result = archive.array(of: UInt8.self)
    for place in places {
      var value = start - origin
      for i in 0..<4 { value += Int(result[place + i]) << (8 * i) }
      for i in 0..<4 { result[place + i] = UInt8(truncatingIfNeeded: value >> (8 * i)) }
    }
    return result
  }
}
