import OctetArchives
import OctetDiagnostics
import OctetIR
import OctetImport
import Testing

/// What is refused, and in which words.
@Suite struct HDF5RefusalTests {
  static let datasets: [(String, String)] = [
    ("lzf", "packed by lzf"), ("offsets", "packed by scaleoffset"), ("text", "of text"),
    ("free text", "of text"), ("records", "of records"), ("bytes", "of bytes without a type"),
    ("complex", "of records"), ("nothing", "without a shape"), ("named", "of a named type"),
    ("elsewhere", "in other files"), ("virtual", "put together from others"),
    ("huge", "of more than 4 GiB"), ("unwritten", "were never written"),
    ("unwritten chunks", "were never written"),
  ]

  @Test(arguments: ["refused", "refused-latest"])
  func kindsOfDatasets(name: String) throws {
    let root = try HDF5Fixture(name).file().root
    for (path, reason) in Self.datasets {
      let dataset = try #require(root.dataset(path), "\(path)")
      let error = #expect(throws: Diagnostic.self) { try dataset.tensor() }
      #expect(error?.code == .invalidKeras)
      #expect(error?.message.contains(reason) == true, "\(path): \(error?.message ?? "")")
      #expect(error?.location?.node == "/" + path)
    }
    // A named type is no member.
    #expect(root.dataset("type") == nil && root.group("type") == nil)
    #expect(!root.members.map { $0.object.name }.contains("type"))
    let grows = try #require(root.dataset("grows"))
    if name == "refused" {
      #expect(try grows.tensor().extents == [8, 8])
    } else {
      let error = #expect(throws: Diagnostic.self) { try grows.tensor() }
      #expect(error?.message.contains("a dataset that can grow") == true)
    }
  }

  @Test(arguments: ["refused", "refused-latest"])
  func kindsOfAttributes(name: String) throws {
    let root = try HDF5Fixture(name).file().root
    func refusal(_ name: String, _ read: (HDF5Attribute) throws -> Void) throws -> String? {
      let attribute = try #require(try root.attribute(name))
      return #expect(throws: Diagnostic.self) { try read(attribute) }?.message
    }
    #expect(
      try refusal("records") { _ = try $0.texts() } == "the attribute 'records' of '/' is not text")
    #expect(
      try refusal("records") { _ = try $0.reals() }
        == "the attribute 'records' of '/' is not integers")
    #expect(
      try refusal("number") { _ = try $0.text() } == "the attribute 'number' of '/' is not text")
    #expect(
      try refusal("texts") { _ = try $0.text() } == "the attribute 'texts' of '/' is not one text")
    #expect(
      try refusal("large") { _ = try $0.integers() }
        == "the attribute 'large' of '/' is not integers below 2^63")
  }

  @Test func filesThatAreNone() throws {
    for bytes in [[], Array("a text".utf8), [UInt8](repeating: 0x89, count: 5000)] as [[UInt8]] {
      #expect(!HDF5File.isHDF5(ByteSlice(bytes)))
      let error = #expect(throws: Diagnostic.self) { try HDF5File(ByteSlice(bytes), path: "f.h5") }
      #expect(error?.message == "'f.h5' is no HDF5 file: it has no superblock")
    }
    let bytes = try HDF5Fixture("legacy").bytes
    let error = #expect(throws: Diagnostic.self) {
      try HDF5File(ByteSlice(Array(bytes.dropLast())), path: "f.h5")
    }
    #expect(
      error?.message
        == "'f.h5' is damaged: it is cut off: \(bytes.count - 1) bytes of \(bytes.count) are there")
  }

  /// Replaces the last address of the file's first node of a B-tree by that of the node.
  @Test func circleInATree() throws {
    var bytes = try HDF5Fixture("members").bytes
    let signature = Array("TREE".utf8)
    // The one node above others is at level 1.
    let node = try #require(
      (0..<bytes.count - 8).first {
        Array(bytes[$0..<$0 + 4]) == signature && bytes[$0 + 5] == 1
      })
    let firstChild = node + 24 + 8
    for byte in 0..<8 { bytes[firstChild + byte] = UInt8(truncatingIfNeeded: node >> (8 * byte)) }
    let error = #expect(throws: Diagnostic.self) { try HDF5File(ByteSlice(bytes), path: "f.h5") }
    #expect(error?.message.contains("a B-tree has a node of a wrong level") == true)
  }

  /// A header whose continuation is the block that names it.
  @Test func circleInAHeader() throws {
    var bytes = try HDF5Fixture("members").bytes
    // The root's header is at 96; its last message of type 0x10 leads on.
    let header = 96 + 16
    let message = try #require(
      stride(from: header, to: header + 512, by: 8).first {
        Array(bytes[$0..<$0 + 8]) == [0x10, 0, 16, 0, 0, 0, 0, 0]
      })
    for byte in 0..<8 {
      bytes[message + 8 + byte] = UInt8(truncatingIfNeeded: message >> (8 * byte))
    }
    bytes.replaceSubrange(message + 16..<message + 24, with: [24, 0, 0, 0, 0, 0, 0, 0])
    let error = #expect(throws: Diagnostic.self) { try HDF5File(ByteSlice(bytes), path: "f.h5") }
    #expect(error?.message.contains("an object header is used twice") == true)
  }
}
