package import OctetArchives
package import OctetDiagnostics
package import OctetFiles
import OctetIR

/// The groups, datasets and attributes of an HDF5 file.
///
/// Opening reads all groups and the names of all attributes, so that damage to them is found at once; values are read
/// when they are asked for. Everything is checked against the bytes that are there, and time and memory against how
/// many there are.
package final class HDF5File: Sendable {
  /// What is known of a group or dataset, by the position of its header.
  struct Record: Sendable {
    let header: HDF5ObjectHeader
    let attributes: [HDF5AttributeMessage]
    /// Nil for what is no group.
    let links: [HDF5Link]?
    /// The place in `links` of each name, and in `attributes`.
    let linkPlaces: [String: Int]
    let attributePlaces: [String: Int]
  }

  /// The file as the user named it.
  package var path: String { source.path }

  let source: HDF5Source
  private let records: [Int: Record]
  private let rootPosition: Int

  package static func isHDF5(_ bytes: ByteSlice) -> Bool {
    HDF5Superblock.position(bytes) != nil
  }

  /// Throws `OCT0113` for a file that is damaged, is no HDF5 file or has a part that is not read.
  package convenience init(_ file: MappedFile) throws(Diagnostic) {
    try self.init(ByteSlice(Storage(borrowing: file.bytes, owner: file)), path: file.path)
  }

  /// - Parameter path: names the file in diagnostics.
  package init(_ bytes: ByteSlice, path: String) throws(Diagnostic) {
    let superblock = try HDF5Superblock(bytes, path: path)
    source = superblock.source
    rootPosition = superblock.root
    // The head of a header is looked at before it is read.
    let budget = HDF5Budget(source, times: 2)
    var records: [Int: Record] = [:]
    var pending = [rootPosition]
    while let position = pending.popLast() {
      guard records[position] == nil else { continue }
      let record = try Record(source, at: position, budget)
      records[position] = record
      for link in record.links ?? [] {
        if case .object(let position) = link.target { pending.append(position) }
      }
    }
    self.records = records
    guard records[rootPosition]?.links != nil else {
      throw source.damaged("its root is no group", at: rootPosition)
    }
  }

  /// How many groups and datasets there are.
  var objectCount: Int { records.count }

  package var root: HDF5Group { HDF5Group(file: self, path: "/", position: rootPosition) }

  /// - Precondition: `position` is that of the root or of a link's target.
  func record(at position: Int) -> Record {
    guard let record = records[position] else { preconditionFailure("no object is here") }
    return record
  }

  /// The position of the object at `path`, which starts at the group at `start`; nil if there is none. Links by path
  /// are followed, 16 in all.
  func position(of path: String, from start: Int) -> Int? {
    var position = path.hasPrefix("/") ? rootPosition : start
    var names: [Substring] = path.split(separator: "/").reversed()
    var followed = 0
    while let name = names.popLast() {
      if name == "." { continue }
      let record = record(at: position)
      guard let links = record.links, let place = record.linkPlaces[String(name)] else {
        return nil
      }
      switch links[place].target {
      case .object(let target): position = target
      case .path(let path):
        followed += 1
        guard followed <= 16 else { return nil }
        if path.hasPrefix("/") { position = rootPosition }
        names += path.split(separator: "/").reversed()
      }
    }
    return position
  }
}

extension HDF5File.Record {
  init(
    _ source: HDF5Source, at position: Int, _ budget: HDF5Budget
  ) throws(Diagnostic) {
    header = try HDF5ObjectHeader(source, at: position, budget)
    attributes = try header.attributes(budget)
    links = try header.links(budget)
    linkPlaces = places((links ?? []).map { $0.name })
    attributePlaces = places(attributes.map { $0.name })
  }
}

/// Where each name is first.
private func places(_ names: [String]) -> [String: Int] {
  Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
}
