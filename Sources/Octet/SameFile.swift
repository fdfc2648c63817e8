import OctetFiles

/// Whether both paths lead to one regular file.
public func isSameFile(_ path: String, _ other: String) -> Bool { sameFile(path, other) }
