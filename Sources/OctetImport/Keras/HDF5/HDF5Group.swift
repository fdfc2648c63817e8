package import OctetDiagnostics

/// A group or a dataset.
package protocol HDF5Object: Sendable {
  /// From the root, for example `/model_weights/conv2d`.
  var path: String { get }
  var file: HDF5File { get }
  /// Where its header is, the same for all links to it.
  var position: Int { get }
}

extension HDF5Object {
  /// The last part of the path; empty for the root.
  package var name: String { path.split(separator: "/").last.map(String.init) ?? "" }

  package var attributeNames: [String] { record.attributes.map { $0.name } }

  /// Nil if it has no such attribute. Throws `OCT0113` for one that is damaged.
  package func attribute(_ name: String) throws(Diagnostic) -> HDF5Attribute? {
    let record = record
    guard let place = record.attributePlaces[name] else { return nil }
    return try HDF5Attribute(record.attributes[place], of: path, file.source)
  }

  var record: HDF5File.Record { file.record(at: position) }
}

/// A group: names for other groups and datasets.
package struct HDF5Group: HDF5Object {
  package enum Member: Sendable {
    case group(HDF5Group)
    case dataset(HDF5Dataset)

    package var object: any HDF5Object {
      switch self {
      case .group(let group): group
      case .dataset(let dataset): dataset
      }
    }
  }

  package let file: HDF5File
  package let path: String
  package let position: Int

  /// In the order of their creation where the file keeps it, else by name. Links that lead nowhere or to another
  /// file are left out, and so are named types.
  package var members: [Member] { (record.links ?? []).compactMap { member($0.name) } }

  package func group(_ path: String) -> HDF5Group? {
    if case .group(let group) = member(path) { return group }
    return nil
  }

  package func dataset(_ path: String) -> HDF5Dataset? {
    if case .dataset(let dataset) = member(path) { return dataset }
    return nil
  }

  /// All datasets below the group, depth first in the order of `members`, each once under its first path. A group in
  /// more than one place counts at its first, and paths end after 256 names.
  package var datasets: [HDF5Dataset] {
    var result: [HDF5Dataset] = []
    var pending: [(member: Member, depth: Int)] = [(.group(self), 0)]
    var seen: Set<Int> = []
    while let (member, depth) = pending.popLast() {
      guard seen.insert(member.object.position).inserted else { continue }
      switch member {
      case .dataset(let dataset): result.append(dataset)
      case .group(let group):
        if depth < 256 { pending += group.members.reversed().map { ($0, depth + 1) } }
      }
    }
    return result
  }

  /// What is at `path`, which starts here unless it begins with `/`.
  private func member(_ path: String) -> Member? {
    guard let target = file.position(of: path, from: position) else { return nil }
    let record = file.record(at: target)
    let full =
      path.hasPrefix("/") || self.path == "/"
      ? "/" + path.split(separator: "/").joined(separator: "/") : self.path + "/" + path
    if record.links != nil { return .group(HDF5Group(file: file, path: full, position: target)) }
    guard record.header.first(.layout) != nil else { return nil }
    return .dataset(HDF5Dataset(file: file, path: full, position: target))
  }
}
