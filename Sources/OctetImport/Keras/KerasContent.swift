import OctetArchives
import OctetDiagnostics
import OctetFiles
import OctetIR

/// What a file of Keras holds: the layers, and where the weights are.
struct KerasContent {
  let model: KerasArchitecture
  let store: KerasStore
  /// The first number of the Keras version that wrote it.
  let version: Int

  /// - Parameter architecture: the file with the layers, for weights alone.
  init(_ file: MappedFile, architecture: String?) throws(Diagnostic) {
    if KerasArchive.isArchive(file) {
      let archive = try KerasArchive(file)
      model = try KerasArchitecture(try KerasValue(Array(archive.config.utf8), "config.json"))
      store = try KerasStore(archive.weights)
      let metadata = try archive.metadata.map { text throws(Diagnostic) in
        try KerasValue(Array(text.utf8), "metadata.json")
      }
      version = Self.major(metadata?["keras_version"]?.text ?? "3")
      return
    }
    let weights = try HDF5File(file)
    store = try KerasStore(weights)
    let root = weights.root
    var written = try root.attribute("keras_version")?.text()
    if written == nil {
      written = try root.group("model_weights")?.attribute("keras_version")?.text()
    }
    let text: [UInt8]
    if let path = architecture {
      let file = try MappedFile(path)
      try file.require(atMost: 1 << 28)
      text = Array(file.bytes)
    } else if let config = try root.attribute("model_config") {
      text = Array(try config.text().utf8)
    } else {
      throw Diagnostic(
        .invalidKeras, "'\(file.path)' has weights alone, without the model's layers",
        notes: ["Keras writes such a file with model.save_weights()"],
        helps: [
          .init(
            "give the layers, which model.to_json() makes",
            arguments: ["--architecture", "FILE.json"])
        ])
    }
    let value = try KerasValue(text, architecture ?? "the attribute model_config")
    model = try KerasArchitecture(value)
    version = Self.major(value["keras_version"]?.text ?? written ?? "2")
  }

  private static func major(_ version: String) -> Int {
    version.split(separator: ".").first.flatMap { Int($0) } ?? 2
  }
}
