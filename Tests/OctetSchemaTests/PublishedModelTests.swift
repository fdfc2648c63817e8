import Foundation
import OctetSchema
import Testing

/// Models made by other tools, kept beside the checkout.
private enum PublishedModels {
  static let folder = URL(fileURLWithPath: #filePath)
    .appendingPathComponent("../../../../shared/data/tflite").standardized

  static let files: [URL] = {
    let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    return (all?.compactMap { $0 as? URL } ?? [])
      .filter { $0.pathExtension == "tflite" }
      .sorted { $0.path < $1.path }
  }()
}

@Suite(.enabled(if: !PublishedModels.files.isEmpty, "no published models beside the checkout"))
struct PublishedModelTests {
  @Test(arguments: PublishedModels.files)
  func everyFieldReads(file: URL) throws {
    let walk = try #require(ModelWalk.of([UInt8](try Data(contentsOf: file))))
    #expect(walk.tensors > 0)
    #expect(walk.operators > 0)
  }
}
