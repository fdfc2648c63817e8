import Foundation
import OctetArchives
import OctetDiagnostics
import OctetIR
import OctetImport
import Testing

/// A file of `HDF5/` and what h5py reads from it. `tools/peer/hdf5` writes them.
struct HDF5Fixture {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "HDF5")
  static let names = [
    "attributes", "attributes-order", "chunked", "chunked-latest", "dense", "dense-order", "legacy",
    "legacy-latest", "legacy-long", "members", "sizes", "sizes-v1", "sizes-v2", "types",
    "types-latest",
    "weights",
  ]

  let name: String
  let bytes: [UInt8]

  init(_ name: String) throws {
    self.name = name
    let packed = try Data(contentsOf: Self.folder.appending(path: name + ".h5.gz"))
    bytes = try Inflate.gzip(ByteSlice([UInt8](packed)), limit: 1 << 20, file: name).array
  }

  func file() throws -> HDF5File { try HDF5File(ByteSlice(bytes), path: name + ".h5") }

  /// By path, in the form of `contents(of:)`.
  func expected() throws -> [String: [String: Any]] {
    let data = try Data(contentsOf: Self.folder.appending(path: name + ".json"))
    return try #require(JSONSerialization.jsonObject(with: data) as? [String: [String: Any]])
  }

  /// Everything in `file` by path, an object with several paths under its first.
  static func contents(of file: HDF5File) throws -> [String: [String: Any]] {
    var result: [String: [String: Any]] = [:]
    var seen: Set<Int> = []
    func add(_ object: any HDF5Object) throws {
      guard seen.insert(object.position).inserted else { return }
      var entry: [String: Any] = [:]
      var attributes: [String: Any] = [:]
      for name in object.attributeNames {
        let attribute = try #require(try object.attribute(name))
        attributes[name] = try values(of: attribute)
      }
      entry["attributes"] = attributes
      if let dataset = object as? HDF5Dataset {
        let tensor = try dataset.tensor()
        entry["type"] = tensor.type.element.name
        entry["extents"] = tensor.extents
        entry["bytes"] = shortened(
          tensor.storage.bytes.map { String(format: "%02x", $0) }.joined())
      }
      result[object.path] = entry
      guard let group = object as? HDF5Group else { return }
      result[object.path]?["members"] = shortened(
        group.members.map { $0.object.name }.joined(separator: "\n"))
      for member in group.members { try add(member.object) }
    }
    try add(file.root)
    return result
  }

  private static func values(of attribute: HDF5Attribute) throws -> [String] {
    let texts: [String]
    if attribute.isText {
      texts = try attribute.texts()
    } else if let integers = try? attribute.integers() {
      texts = integers.map { "\($0)" }
    } else {
      texts = try attribute.reals().map { "\($0)" }
    }
    let lines = shortened(texts.joined(separator: "\n"))
    return lines.hasPrefix("crc32") ? [lines] : texts
  }

  private static func shortened(_ text: String) -> String {
    let bytes = ByteSlice(Array(text.utf8))
    return bytes.count <= 400 ? text : "crc32 \(bytes.checksum) of \(bytes.count) bytes"
  }
}
