import Glibc

/// What a path leads to.
package enum PathKind: Sendable {
  case folder, file, other, missing
}

/// What `path` leads to, symbolic links followed.
package func pathKind(_ path: String) -> PathKind {
  var info = stat()
  guard !path.isEmpty, stat(path, &info) == 0 else { return .missing }
  switch info.st_mode & S_IFMT {
  case S_IFDIR: return .folder
  case S_IFREG: return .file
  default: return .other
  }
}

/// The names in a folder without `.` and `..`, sorted by bytes; nil when it can't be listed.
///
/// Stops at 100,000 names.
package func folderEntries(_ path: String) -> [String]? {
  guard let folder = opendir(path.isEmpty ? "." : path) else { return nil }
  defer { closedir(folder) }
  var names: [String] = []
  while names.count < 100_000, let entry = readdir(folder) {
    // Unsafe: readdir ends d_name with a zero byte inside the record it points to.
    let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
    let name = UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
    let text = String(cString: name)
    if text != ".", text != ".." { names.append(text) }
  }
  return names.sorted()
}

/// `name` inside `folder`; an absolute `name` stays as it is.
package func joinPath(_ folder: String, _ name: String) -> String {
  if folder.isEmpty || name.utf8.first == UInt8(ascii: "/") { return name }
  return folder.utf8.last == UInt8(ascii: "/") ? folder + name : folder + "/" + name
}

/// `path` cut at its last slash: `("a/b", "c")`, `("", "c")`, `("/", "c")`.
package func splitPath(_ path: String) -> (folder: String, name: String) {
  guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return ("", path) }
  let folder = slash == path.startIndex ? "/" : String(path[..<slash])
  return (folder, String(path[path.utf8.index(after: slash)...]))
}

/// The system's words for an `errno` value, in lower case: `no such file or directory`.
func errorText(_ code: Int32) -> String {
  guard let text = strerror(code) else { return "error \(code)" }
  let words = String(cString: text)
  return words.prefix(1).lowercased() + words.dropFirst()
}
