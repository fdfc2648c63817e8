import Foundation
import OctetArchives
import OctetDiagnostics
import OctetFiles
import OctetIR
import OctetImport
import OctetTestSupport
import Testing

/// What Keras puts into its containers.
@Suite struct KerasFileTests {
  @Test(arguments: ["legacy", "legacy-long", "legacy-latest"])
  func wholeModel(name: String) throws {
    let file = try HDF5Fixture(name).file()
    let config = try #require(try file.root.attribute("model_config")).text()
    #expect(try JSONSerialization.jsonObject(with: Data(config.utf8)) is [String: Any])
    #expect((config.utf8.count > 65536) == (name == "legacy-long"))
    #expect(try file.root.attribute("keras_version")?.text() == "2.15.0")
    #expect(try file.root.attribute("training_config") == nil)
    #expect(file.root.group("model_weights/conv2d")?.path == "/model_weights/conv2d")
    let layers = try #require(try KerasWeights(file)).layers
    #expect(layers.map { $0.name } == ["conv2d", "flatten", "dense"])
    #expect(
      layers.map { $0.weights.map { $0.name } } == [
        ["conv2d/kernel:0", "conv2d/bias:0"], [], ["dense/kernel:0", "dense/bias:0"],
      ])
    let bias = layers[2].weights[1].dataset
    #expect(bias.path == "/model_weights/dense/dense/bias:0" && bias.name == "bias:0")
    #expect(try bias.tensor().type == TensorType(.float32, [2]))
    #expect(file.root.datasets.count == 5)
  }

  /// The list of layers is in two attributes, since it was too long for one.
  @Test func splitList() throws {
    let layers = try #require(try KerasWeights(try HDF5Fixture("weights").file())).layers
    #expect(layers.map { $0.name } == (0..<6).map { "layer_\($0)" })
    #expect(layers.allSatisfy { $0.weights.count == 2 })
  }

  @Test(arguments: [("dense/kernel:0", "weight"), ("flatten", "layer")])
  func listedButMissing(_ name: String, _ kind: String) throws {
    var bytes = try HDF5Fixture("legacy").bytes
    let pattern = Array(name.utf8)
    // Lists come behind the names that groups have.
    let place = try #require(
      (0..<bytes.count - pattern.count).last {
        Array(bytes[$0..<$0 + pattern.count]) == pattern
      })
    bytes[place] = UInt8(ascii: "X")
    let error = #expect(throws: Diagnostic.self) {
      try KerasWeights(try HDF5File(ByteSlice(bytes), path: "f.h5"))
    }
    #expect(
      error?.message.contains("the \(kind) 'X\(name.dropFirst())'") == true, "\(error as Any)")
  }

  /// What the same weights under many names would cost has a limit.
  @Test func listedTooOften() throws {
    let file = try HDF5Fixture("repeated").file()
    #expect(file.root.datasets.count == 2)
    let error = #expect(throws: Diagnostic.self) { try KerasWeights(file) }
    #expect(error?.message == "'repeated.h5' is damaged: it lists more weights than it has")
  }

  @Test(arguments: ["stored", "deflated"])
  func archive(name: String) throws {
    let file = try MappedFile(HDF5Fixture.folder.appending(path: name + ".keras").path())
    #expect(KerasArchive.isArchive(file))
    let archive = try KerasArchive(file)
    #expect(archive.config.hasPrefix(#"{"class_name": "Functional""#))
    #expect(archive.metadata == #"{"keras_version": "3.15.0"}"#)
    #expect(try KerasWeights(archive.weights) == nil)
    let root = archive.weights.root
    #expect(root.datasets.map { $0.path } == ["/layers/dense/vars/0", "/layers/dense/vars/1"])
    let kernel = try #require(root.dataset("layers/dense/vars/0")).tensor()
    // By NumPy: random(3, 2) of tools/peer/hdf5.
    #expect(kernel.extents == [3, 2] && kernel.realValues?.count == 6)
    #expect(root.group("layers/flatten/vars")?.members.isEmpty == true)
  }

  @Test func archivesThatAreNotOfKeras() throws {
    func refusal(_ entries: [(String, [UInt8])], damage: Bool = false) throws -> Diagnostic {
      var writer = ZipWriter(file: "x.keras")
      for (name, contents) in entries { try writer.add(name, contents) }
      var bytes = writer.finished()
      // After the first entry's head and name.
      if damage { bytes[30 + 11] ^= 1 }
      let url = try Sample.temporaryFolder().appending(path: "x.keras")
      defer { try? FileManager.default.removeItem(at: url.deletingLastPathComponent()) }
      try Data(bytes).write(to: url)
      let file = try MappedFile(url.path())
      return try #require(
        #expect(throws: Diagnostic.self) { _ = try KerasArchive(file) })
    }
    #expect(try refusal([]).message.contains("has no config.json"))
    let config = ("config.json", Array("{}".utf8))
    #expect(try refusal([config]).message.contains("has no model.weights.h5"))
    let text = ("model.weights.h5", Array("text".utf8))
    #expect(try refusal([config, text]).message.contains("is no HDF5 file"))
    let damaged = try refusal([config, text], damage: true)
    #expect(damaged.code == .invalidKeras && damaged.message.contains("checksum"))
  }
}
