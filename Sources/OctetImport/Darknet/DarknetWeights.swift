import OctetDiagnostics
import OctetFiles

/// The numbers of a `.weights` file, which layers take one after the other.
///
/// Source: Darknet's `load_weights_upto`: three int32 of version, the number of pictures seen (int32
/// before version 0.2, int64 from there on), then float32, all little-endian.
struct DarknetWeights {
  let file: MappedFile
  /// Versions above 1000 store matrices transposed.
  let isTransposed: Bool
  /// Numbers in the file.
  let count: Int
  /// Numbers that layers have asked for, also those the file no longer has.
  private(set) var asked = 0
  private let start: Int

  /// Throws `OCT0314` for a file that is no weights file.
  init(_ file: MappedFile) throws(Diagnostic) {
    func problem(_ message: String) -> Diagnostic {
      Diagnostic(
        .invalidWeights, message, at: Location(file: file.path, format: "darknet"),
        help: "give the .weights file that Darknet wrote for this cfg")
    }
    guard file.bytes.count >= 16 else {
      throw problem("the weights file has \(file.bytes.count) bytes, its header alone has 16")
    }
    func int32(_ index: Int) -> Int {
      Int(Int32(littleEndian: file.bytes.loadUnaligned(fromByteOffset: 4 * index, as: Int32.self)))
    }
    let (major, minor, revision) = (int32(0), int32(1), int32(2))
    guard [major, minor, revision].allSatisfy({ (0...1 << 16).contains($0) }) else {
      throw problem(
        "the weights file says version \(major).\(minor).\(revision): it is no Darknet weights file"
      )
    }
    let hasLongCount = major * 10 + minor >= 2 && major < 1000 && minor < 1000
    start = hasLongCount ? 20 : 16
    guard (file.bytes.count - start) % 4 == 0, file.bytes.count >= start else {
      throw problem(
        "the weights file has \(file.bytes.count) bytes: no whole number of floats after its header"
      )
    }
    self.file = file
    count = (file.bytes.count - start) / 4
    isTransposed = major > 1000 || minor > 1000
  }

  /// The next numbers as tensors of the given shapes; nil when the file has less.
  mutating func take(_ shapes: [[Int]]) -> [ForeignTensor]? {
    let counts = shapes.map { $0.reduce(1, *) }
    let first = asked
    asked += counts.reduce(0, +)
    guard asked <= count else { return nil }
    var offset = start + 4 * first
    return zip(shapes, counts).map { shape, count in
      let values = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
        UnsafeMutableRawBufferPointer(buffer).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: file.bytes[offset..<offset + 4 * count]))
        initialized = count
      }
      offset += 4 * count
      return ForeignTensor(extents: shape, values: values)
    }
  }
}
