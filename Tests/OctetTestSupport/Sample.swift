public import Foundation

/// The repo's sample and the shared data beside the checkout.
public enum Sample {
  public static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  public static let folder = root.appending(path: "samples/01-mnist-lenet").path()
  public static let shared = root.deletingLastPathComponent().appending(path: "shared/data").path()

  /// Whether the shared data has these folders, which a test needs.
  public static func hasShared(_ folders: String...) -> Bool {
    folders.allSatisfy { FileManager.default.fileExists(atPath: shared + "/" + $0) }
  }

  /// A new folder, which the caller removes.
  public static func temporaryFolder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "octet-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }
}
