import Glibc
import OctetFiles

/// The paths that exist and match a shell pattern (glob of POSIX), sorted by bytes; a star does not
/// match hidden files.
func matchingPaths(_ pattern: String) -> [String] {
  guard !pattern.utf8.contains(0) else { return [] }
  var found = glob_t()
  defer { globfree(&found) }
  guard glob(pattern, 0, nil, &found) == 0 else { return [] }
  var paths: [String] = []
  for index in 0..<Int(found.gl_pathc) {
    if let path = found.gl_pathv[index] { paths.append(String(cString: path)) }
  }
  return paths.sorted()
}
