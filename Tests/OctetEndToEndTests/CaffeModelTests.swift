import Foundation
import Octet
import OctetData
import OctetIR
import OctetTestSupport
import Testing

/// Published Caffe models, which lie beside the checkout, against OpenCV's own importer
/// (tools/peer/opencv), and their int8 form against the float one.
@Suite struct CaffeModelTests {
  struct Published: Decodable, Sendable, CustomTestStringConvertible {
    struct Output: Decodable, Sendable {
      let name: String
      let shape: [Int]
      let largest: Float
      /// Places in Caffe's order and the elements there.
      let samples: [[Float]]
    }

    let name: String
    let weights: String
    let input: [Int]
    let outputs: [Output]

    var testDescription: String { name }
  }

  static let models: [Published] = {
    struct File: Decodable { let models: [Published] }
    let file = GoldenTests.folder.appending(path: "caffe-models.json")
    let data = (try? Data(contentsOf: file)) ?? Data()
    return (try? JSONDecoder().decode(File.self, from: data))?.models ?? []
  }()

  @Test func thereAreModels() { #expect(Self.models.count == 7) }

  let log = DiagnosticLog()

  func open(_ model: Published) throws -> Model {
    let folder = Sample.shared + "/caffe/"
    return try Model.open(
      folder + model.name + ".prototxt",
      ModelOptions(weights: folder + model.weights + ".caffemodel"), log: log
    ).optimized(log: log)
  }

  /// The numbers that tools/peer/opencv gives the model, in another order for other seeds.
  func input(_ model: Published, seed: Int = 11) -> Tensor {
    let count = model.input.reduce(1, *)
    let values = (0..<count).map { Float(($0 * 37 + seed) % 256) / 128 - 1 }
    let last = Permutation.toChannelsLast
    return Tensor(last.apply(model.input), last.apply(values, extents: model.input))
  }

  @Test(.enabled(if: Sample.hasShared("caffe"), "needs ../shared/data/caffe"), arguments: models)
  func floatEqualsOpenCV(_ model: Published) throws {
    let result = try Session(try open(model), log: log).run([(nil, input(model))], log: log)
    #expect(result.outputs.map { $0.name }.sorted() == model.outputs.map { $0.name }.sorted())
    for expected in model.outputs {
      let found = try #require(result.outputs.first { $0.name == expected.name }).tensor
      let isImage = expected.shape.count == 4
      let order = isImage ? Permutation.toChannelsFirst : Permutation(Array(expected.shape.indices))
      #expect(order.apply(found.extents) == expected.shape)
      let values = order.apply(try #require(found.realValues), extents: found.extents)
      for sample in expected.samples {
        let difference = abs(values[Int(sample[0])] - sample[1])
        #expect(difference <= 4e-5 * max(1, expected.largest), "\(expected.name) at \(sample[0])")
      }
    }
  }

  /// Images are channels-last inside: a layer that asks for that order costs nothing.
  @Test(.enabled(if: Sample.hasShared("caffe"), "needs ../shared/data/caffe"), arguments: models)
  func noTransposeIsLeft(_ model: Published) throws {
    #expect(try open(model).graph.nodes.allSatisfy { $0.op.name != "transpose" })
  }

  @Test(.enabled(if: Sample.hasShared("caffe"), "needs ../shared/data/caffe"), arguments: models)
  func int8IsNearFloat(_ model: Published) throws {
    let folder = try Sample.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let samples = (0..<4).map { input(model, seed: 11 + 61 * $0) }
    let data = folder.appending(path: "x.npz").path()
    try NPZ.write(
      [
        NamedTensor(
          "x",
          Tensor(
            [samples.count] + samples[0].extents.dropFirst(),
            samples.flatMap { $0.storage.array(of: Float.self) }))
      ], to: data)
    var options = Int8Options(data: data)
    options.algorithm = .minMax
    let conversion = try Int8Conversion(
      try open(model), options, preprocessing: .identity, log: log)
    let path = folder.appending(path: "m.tflite").path()
    try conversion.model.write(path, log: log)
    let agreement = try #require(try conversion.verify(path, log: log))
    for output in agreement.outputs {
      #expect(output.decibels > 15, "\(output.name): \(output.decibels)")
    }
  }
}
