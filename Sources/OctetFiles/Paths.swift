import COctetPlatform
import OctetDiagnostics

/// What a path leads to.
package enum PathKind: Sendable {
  case folder, file, other, missing
}

/// What `path` leads to, symbolic links followed.
package func pathKind(_ path: String) -> PathKind {
  switch octet_path_kind(path) {
  case OCTET_PATH_FOLDER: .folder
  case OCTET_PATH_FILE: .file
  case OCTET_PATH_OTHER: .other
  default: .missing
  }
}

/// Whether both paths lead to one regular file.
package func sameFile(_ path: String, _ other: String) -> Bool { octet_same_file(path, other) != 0 }

/// The names in a folder without `.` and `..`, sorted; nil when it cannot be listed.
///
/// Stops at 100,000 names.
package func folderEntries(_ path: String) -> [String]? {
  var names: [String] = []
  let error = withUnsafeMutablePointer(to: &names) { names in
    octet_list_folder(path.isEmpty ? "." : path, 100_000, names) { context, name in
      guard let context, let name else { return }
      // Unsafe: the context is the pointer to `names` above, which outlives the call.
      context.assumingMemoryBound(to: [String].self).pointee.append(String(cString: name))
    }
  }
  return error == 0 ? names.sorted() : nil
}

/// `name` inside `folder`; an absolute `name` stays as it is.
package func joinPath(_ folder: String, _ name: String) -> String {
  if folder.isEmpty || name.utf8.first == UInt8(ascii: "/") { return name }
  return folder.utf8.last == UInt8(ascii: "/") ? folder + name : folder + "/" + name
}

/// `path` cut at its last slash: `("a/b", "c")`, `("", "c")`, `("/", "c")`.
package func splitPath(_ path: String) -> (folder: String, name: String) {
  guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return ("", path) }
  let folder = slash == path.utf8.startIndex ? "/" : String(path[..<slash])
  return (folder, String(path[path.utf8.index(after: slash)...]))
}
