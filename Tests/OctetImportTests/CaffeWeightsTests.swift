import OctetDiagnostics
import OctetImport
import Testing

/// A net and its caffemodel: every disagreement has its diagnostic.
@Suite struct CaffeWeightsTests {
  static let dense =
    CaffeNetTests.input + """
      layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
        inner_product_param { num_output: 2 } }
      """

  func dense(_ layers: [CaffeModelEncoder.Weights]) -> NetFixture {
    NetFixture(.caffe, Self.dense, weights: CaffeModelEncoder.model(layers))
  }

  static let right = [Blob([2, 4], seed: 1), Blob([2], seed: 2)]

  @Test func fittingWeightsAreSilent() throws {
    let (result, log) = try dense([("fc", Self.right)]).read()
    #expect(result != nil)
    #expect(log.diagnostics.isEmpty)
  }

  @Test func missingAndUnusedWeights() throws {
    let fixture = dense([("fc1", Self.right)])
    let missing = try fixture.only(.missingWeights)
    #expect(missing.message == "the weights file has nothing for layer 'fc'")
    #expect(missing.helps.last?.text == "did you mean 'fc1'?")
    let unused = try fixture.only(.unusedWeights)
    #expect(unused.message == "no layer of the net takes the weights of 'fc1'")
    #expect(unused.severity == .warning)
  }

  /// The weights of a layer that only training needs are no surprise.
  @Test func weightsOfRemovedLayersAreSilent() throws {
    var fixture = dense([("fc", Self.right), ("aux", Self.right)])
    fixture.text += """
      layer { name: "aux" type: "InnerProduct" bottom: "data" top: "aux" include { phase: TRAIN } }
      """
    #expect(try fixture.diagnostics().map { $0.code } == [.layerRemoved])
  }

  @Test(arguments: [
    (
      [Blob([2, 3], seed: 1), Blob([2], seed: 2)],
      "weights have the shape [2, 3], the layer needs [2, 4]"
    ),
    (
      [Blob([2, 4], seed: 1), Blob([3], seed: 2)],
      "biases have the shape [3], the layer needs [2]"
    ),
    (
      [Blob([4, 2], seed: 1), Blob([2], seed: 2)],
      "weights have the shape [4, 2], the layer needs [2, 4]"
    ),
    ([Blob([2, 4], seed: 1)], "weights file has no biases for the layer"),
    (
      right + [Blob([1], seed: 3)],
      "weights file has 3 blobs for the layer, which takes 2"
    ),
  ])
  func weightsOfOtherSizes(_ blobs: [Blob], _ message: String) throws {
    let problem = try dense([("fc", blobs)]).only(.weightsMismatch)
    #expect(problem.message == "the " + message)
    #expect(problem.location?.node == "fc")
  }

  /// The layers after one with wrong weights are checked as well; what they read is of the right shape.
  @Test func everyLayersWeightsAreChecked() throws {
    let net =
      Self.dense + """
        layer { name: "fc2" type: "InnerProduct" bottom: "fc" top: "fc2"
          inner_product_param { num_output: 3 } }
        layer { name: "bn" type: "BatchNorm" bottom: "fc2" top: "bn" }
        layer { name: "fc3" type: "InnerProduct" bottom: "bn" top: "fc3"
          inner_product_param { num_output: 1 } }
        """
    let weights = CaffeModelEncoder.model([
      ("fc", [Blob([2, 3], seed: 1), Blob([2], seed: 2)]),
      ("fc2", [Blob([3, 2], seed: 3), Blob([3], seed: 4)]),
      ("bn", [Blob([5], seed: 5), Blob([5], seed: 6), Blob([1], seed: 7)]),
      ("fc3", [Blob([1, 2], seed: 8), Blob([1], seed: 9)]),
    ])
    let found = try NetFixture(.caffe, net, weights: weights).diagnostics()
    #expect(found.map { $0.code } == [.weightsMismatch, .weightsMismatch, .weightsMismatch])
    #expect(found.map { $0.location?.node } == ["fc", "bn", "fc3"])
  }

  @Test func blobsThatContradictThemselves() throws {
    let problem = try dense([("fc", [Blob([2, 4], [1, 2, 3])])]).only(.invalidProtobuf)
    #expect(problem.message == "blob 0 of layer 'fc' has other extents than contents")
  }

  @Test(
    arguments: [
      ([], "the weights file is empty"),
      (Array("name: \"net\"\n".utf8), "the weights file is text"),
      (CaffeModelEncoder.message(1, [200, 201]), "the weights file is damaged or no caffemodel"),
      (CaffeModelEncoder.message(1, [0x61]), "the weights file holds no layers"),
    ] as [([UInt8], String)])
  func otherFilesAsWeights(_ bytes: [UInt8], _ message: String) throws {
    let problem = try NetFixture(.caffe, Self.dense, weights: bytes).only(.invalidProtobuf)
    #expect(problem.message.hasPrefix(message))
  }

  /// The offsets of a layer that takes its factors from a blob.
  @Test func offsetsAreMissedToo() throws {
    func net(_ hasBias: Bool) -> String {
      CaffeNetTests.input + """
        layer { name: "s" type: "Scale" bottom: "data" bottom: "data" top: "s"
          scale_param { axis: 0 bias_term: \(hasBias) } }
        """
    }
    let weights = CaffeModelEncoder.model([("other", Self.right)])
    #expect(
      try NetFixture(.caffe, net(true), weights: weights).only(.missingWeights).location?.node
        == "s")
    #expect(
      try NetFixture(.caffe, net(false), weights: weights).diagnostics().map { $0.code }
        == [.unusedWeights])
  }

  /// Of a layer that the file has twice the last counts, as in Caffe.
  @Test func theLastOfTwoLayersOfAFile() throws {
    let wrong = [Blob([2, 3], seed: 1)]
    #expect(try dense([("fc", wrong), ("fc", Self.right)]).diagnostics().isEmpty)
    _ = try dense([("fc", Self.right), ("fc", wrong)]).only(.weightsMismatch)
  }

  @Test(
    arguments: [
      (
        [CaffeModelEncoder.message(7, CaffeModelEncoder.message(1, [2, 4]))],
        "blob 0 of layer 'fc' of shape [2, 4] has no float numbers"
      ),
      (
        [CaffeModelEncoder.message(5, [UInt8](repeating: 0, count: 8))],
        "blob 0 of layer 'fc' has 2 numbers and no shape"
      ),
    ] as [([[UInt8]], String)])
  func blobsOfOtherForms(_ blobs: [[UInt8]], _ message: String) throws {
    let layer =
      CaffeModelEncoder.message(1, Array("fc".utf8))
      + blobs.flatMap { CaffeModelEncoder.message(7, $0) }
    let fixture = NetFixture(.caffe, Self.dense, weights: CaffeModelEncoder.message(100, layer))
    #expect(try fixture.only(.invalidProtobuf).message == message)
  }

  @Test func noWeightsFile() throws {
    var fixture = NetFixture(.caffe, Self.dense)
    fixture.needsWeights = true
    let problem = try fixture.only(.noWeightsFile)
    #expect(problem.location?.node == "fc")
    #expect(problem.helps.first?.arguments == ["--weights", "FILE.caffemodel"])
    fixture.text = CaffeNetTests.input + "layer { name: 't' type: 'TanH' bottom: 'data' top: 't' }"
    #expect(try fixture.diagnostics().isEmpty)
  }
}
