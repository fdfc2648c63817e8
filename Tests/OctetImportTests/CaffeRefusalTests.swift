import OctetDiagnostics
import OctetIR
import OctetImport
import Testing

/// Nets that Caffe refuses, or whose layers compute what TFLite cannot: an error at the line to change,
/// never another result.
@Suite struct CaffeRefusalTests {
  static let input = "input: \"x\" input_dim: [1, 4, 6, 6]\n"

  func layer(_ type: String, _ settings: String, bottoms: String = "bottom: \"x\"") -> String {
    Self.input + "layer { name: \"l\" type: \"\(type)\" \(bottoms) top: \"y\"\n\(settings) }"
  }

  @Test(arguments: [
    (
      "Pooling", "pooling_param { global_pooling: true kernel_size: 2 }",
      "global_pooling takes no kernel size, stride or padding"
    ),
    (
      "Pooling", "pooling_param { global_pooling: true pad: 1 }",
      "global_pooling takes no kernel size, stride or padding"
    ),
    (
      "Pooling", "pooling_param { global_pooling: true stride_h: 2 stride_w: 2 }",
      "global_pooling takes no kernel size, stride or padding"
    ),
    (
      "Pooling", "pooling_param { kernel_size: 3 pad: 1 pad_h: 1 }",
      "'pad' and 'pad_h' or 'pad_w' are both given"
    ),
    (
      "Pooling", "pooling_param { kernel_size: 3 pad_w: 1 }",
      "only one of 'pad_h' and 'pad_w' is given"
    ),
    (
      "Pooling", "pooling_param { kernel_size: 3 stride_h: 2 }",
      "only one of 'stride_h' and 'stride_w' is given"
    ),
    (
      "Pooling", "pooling_param { kernel_size: 3 kernel_size: 2 }",
      "'kernel_size' is given 2 times"
    ),
    ("Pooling", "pooling_param { stride: 2 }", "the layer has no kernel_size"),
    (
      "Pooling", "pooling_param { kernel_size: 2 round_mode: CEIL ceil_mode: true }",
      "round_mode and ceil_mode are both given"
    ),
    (
      "Pooling", "pooling_param { kernel_size: 2 strde: 2 }",
      "'pooling_param' has no field 'strde'"
    ),
    (
      "Convolution", "convolution_param { num_output: 1 kernel_size: 3 stride_w: 2 }",
      "only one of 'stride_h' and 'stride_w' is given"
    ),
    (
      "Convolution", "convolution_param { num_output: 1 kernel_size: 3 kernel_h: 3 }",
      "'kernel_size' and 'kernel_h' or 'kernel_w' are both given"
    ),
    ("Convolution", "convolution_param { kernel_size: 3 }", "the layer has no num_output"),
    ("InnerProduct", "", "the layer has no num_output"),
    (
      "BatchNorm", "batch_norm_param { use_global_stats: false }",
      "use_global_stats: false takes the statistics of each batch"
    ),
    (
      "Dropout", "dropout_param { scale_train: false }",
      "scale_train: false scales the blob when the net is run"
    ),
    (
      "Concat", "concat_param { axis: 1 concat_dim: 1 }",
      "concat_param has both axis and concat_dim"
    ),
    (
      "ReLU", "include { phase: TEST } exclude { phase: TRAIN }",
      "the layer has include rules and exclude rules"
    ),
    ("ReLU", "phase: TSET", "'phase' must be one of TRAIN, TEST"),
    ("ReLU", "top: 3", "'top' must be a name or a quoted text"),
    ("ReLU", "relu_param: 3", "'relu_param' must be a message: relu_param { ... }"),
    ("ReLU", "relu_param { negative_slope: \"2\" }", "'negative_slope' must be a finite number"),
    ("ReLU", "bottom: 7", "'bottom' must be a name or a quoted text"),
    ("ReLU", "bottom: \"x\"", "ReLU takes 1 bottom, the layer has 2"),
    ("Scale", "bottom: \"x\" bottom: \"x\"", "Scale takes 1 or 2 bottoms, the layer has 3"),
    ("Eltwise", "", "Eltwise takes at least 2 bottoms, the layer has 1"),
    (
      "Eltwise", "bottom: \"x\" eltwise_param { coeff: \"2\" coeff: 1 }",
      "'coeff' must be a finite number"
    ),
    ("Reshape", "reshape_param { shape { dim: x } }", "'dim' must be a whole number"),
  ])
  func layers(_ type: String, _ settings: String, _ message: String) throws {
    let problem = try NetFixture(.caffe, layer(type, settings)).only(.unsupportedParameter)
    #expect(problem.message == message)
    #expect(problem.location?.node == "l")
    #expect([2, 3].contains(problem.location?.line))
  }

  @Test func fieldsWithNearNames() throws {
    let problem = try NetFixture(
      .caffe, layer("Pooling", "pooling_param { kernel_size: 2 strde: 2 }")
    )
    .only(.unsupportedParameter)
    #expect(problem.helps.first?.text.hasPrefix("did you mean 'stride'") == true)
    #expect(problem.location?.line == 3)
  }

  @Test func severalBadFieldsAtOnce() throws {
    let all = try NetFixture(
      .caffe, layer("ReLU", "bottom: \"x\"\n relu_param { slope: 1\n alpha: 2 }")
    )
    .diagnostics()
    #expect(all.map { $0.location?.line } == [2, 4, 5])
  }

  @Test(arguments: [
    (
      "input: 'x' input_dim: [1, 1, 2, 2] input_shape { dim: 1 }",
      "the net has input_shape and input_dim", 1
    ),
    ("input: 'x' input_dim: [1, 2, 2]", "the net gives 3 input_dim for 1 input", 1),
    (
      "input: 'x'\ninput_shape { dim: 1 } input_shape { dim: 1 }",
      "the net gives 2 input_shape for 1 input", 2
    ),
    ("input: 3", "'input' must be a name or a quoted text", 1),
    (
      "layer { name: 'i' type: 'Input' top: 'x' input_param { shape { dim: 1 }\nshpe { dim: 1 } } }",
      "'input_param' has no field 'shpe'", 2
    ),
    ("\nlayer: 3", "'layer' must be a message: layer { ... }", 2),
    (
      "layer { name: 'i' type: 'Input' top: 'x'\ninput_param { shape { dim: x } } }",
      "'dim' must be a whole number", 2
    ),
    (
      "layer { name: 'i' type: 'Input' top: 'a' input_param { shape { dim: 1 } shape { dim: 2 } } }",
      "the layer gives 2 shapes for 1 top", 1
    ),
    ("layer { name: 'l' type: 'SoftmaxWithLoss' }", "the loss has no bottom", 1),
    ("layer { name: 'a' bottom: 'x' top: 'y' }", "layer 'a' has no type", 1),
    (
      "layers { bottom: 'x' top: 'y'\n layer { name: 'c' type: 'conv' } }",
      "the net has the oldest form of layers (V0)", 1
    ),
    ("input: 'x' input_shape { dim: 4 dim: 0 }", "input 'x' of shape [1, 0] has no elements", 1),
  ])
  func nets(_ text: String, _ message: String, _ line: Int) throws {
    let all = try NetFixture(.caffe, text).diagnostics()
    let problem = try #require(all.first { $0.code == .unsupportedParameter }, "\(all)")
    #expect(problem.message == message)
    #expect(problem.location?.line == line)
  }

  @Test func aLayerWithoutTop() throws {
    let net = Self.input + "layer { name: 'l' type: 'TanH' bottom: 'x' }"
    #expect(
      try NetFixture(.caffe, net).only(.unsupportedParameter).message == "the layer has no top")
  }

  @Test(arguments: [
    ("Convolution", "convolution_param { num_output: 1 kernel_size: 1 }", "a convolution needs"),
    ("Pooling", "pooling_param { kernel_size: 1 }", "a pooling needs"),
  ])
  func blobsOfThreeDimensions(_ type: String, _ settings: String, _ message: String) throws {
    let net = """
      input: "x" input_shape { dim: [1, 4, 6] }
      layer { name: "l" type: "\(type)" bottom: "x" top: "y" \(settings) }
      """
    #expect(
      try NetFixture(.caffe, net).only(.unsupportedParameter).message
        == message + " a blob of 4 dimensions, this one has 3")
  }

  /// A scalar has no channels to normalize.
  @Test func aNormalizedScalar() throws {
    let net = """
      input: "x" input_shape { dim: 1 }
      layer { name: "r" type: "Reshape" bottom: "x" top: "r" reshape_param { shape { } num_axes: 1 } }
      layer { name: "b" type: "BatchNorm" bottom: "r" top: "b" }
      """
    #expect(
      try NetFixture(.caffe, net).only(.unsupportedParameter).message
        == "a BatchNorm needs a blob with dimensions")
  }

  // Names.

  @Test(arguments: [
    ("layer { name: 'a' type: 'ReLU' bottom: 'x' top: 'y' }", "the blob 'y' is made twice"),
    ("layer { name: 'a' type: 'ReLU' bottom: 'y' top: 'x' }", "the blob 'x' is made twice"),
    ("input: 'x' input_dim: [1, 4, 6, 6]", "the blob 'x' is made twice"),
    (
      "layer { name: 'a' type: 'Eltwise' bottom: 'x' bottom: 'y' top: 'y' }",
      "the blob 'y' is made twice"
    ),
  ])
  func blobsMadeTwice(_ text: String, _ message: String) throws {
    let problem = try NetFixture(.caffe, layer("TanH", "") + "\n" + text).only(.duplicateName)
    #expect(problem.message == message)
    #expect(problem.helps.first?.text == "give one of the blobs another name")
  }

  @Test func layersWithOneName() throws {
    let settings = "type: 'InnerProduct' inner_product_param { num_output: 4 }"
    let net =
      Self.input + """
        layer { name: "l" bottom: "x" top: "a" \(settings) }
        layer { name: "l" bottom: "a" top: "b" type: "ReLU" }
        layer { name: "l" bottom: "b" top: "c" \(settings) }
        """
    let problem = try NetFixture(.caffe, net).only(.duplicateName)
    #expect(problem.message == "two layers with weights are called 'l'")
    #expect(problem.location?.line == 4)
  }

  // Cuts.

  /// The `--outputs` of each unsupported layer; with each the net must read.
  func cuts(_ layers: String) throws -> [String?] {
    let all = try NetFixture(.caffe, Self.input + layers).diagnostics()
    #expect(all.allSatisfy { $0.code == .unknownLayer }, "\(all.map { $0.message })")
    return try all.map { problem in
      guard let help = problem.helps.first(where: { $0.arguments.first == "--outputs" }) else {
        return nil
      }
      var fixture = NetFixture(.caffe, Self.input + layers)
      fixture.outputs = [help.arguments[1]]
      let (result, log) = try fixture.read()
      #expect(result != nil, "\(log.diagnostics.map { $0.message })")
      return help.arguments[1]
    }
  }

  func chain(_ layers: [(type: String, bottom: String, top: String)]) -> String {
    layers.enumerated().map { index, layer in
      "layer { name: 'l\(index)' type: '\(layer.type)' bottom: '\(layer.bottom)' top: '\(layer.top)' }"
    }.joined(separator: "\n")
  }

  @Test func cutsAvoidEveryBadLayer() throws {
    #expect(
      try cuts(chain([("ReLU", "x", "a"), ("Bad", "a", "b"), ("Worse", "b", "c")])) == ["a", "a"])
    // What a bad layer rewrites in place is no way out.
    #expect(
      try cuts(chain([("ReLU", "x", "a"), ("TanH", "a", "b"), ("Bad", "b", "b")])) == ["a"])
    #expect(try cuts(chain([("Bad", "x", "x")])) == [nil])
    #expect(try cuts(chain([("Bad", "x", "a"), ("ReLU", "a", "b")])) == [nil])
    #expect(
      try cuts(
        chain([("TanH", "x", "a"), ("Bad", "x", "b"), ("Bad", "a", "c"), ("ReLU", "b", "d")]))
        == [nil, "a"])
  }

  @Test func layersInPlaceSayHowToCutBeforeThem() throws {
    let problem = try NetFixture(
      .caffe, Self.input + chain([("ReLU", "x", "a"), ("Bad", "a", "a")])
    ).only(.unknownLayer)
    #expect(problem.helps.map { $0.text }.contains { $0.contains("it works in place") })
  }

  @Test func unsupportedLayersAreReportedOnce() throws {
    let net =
      Self.input + """
        layer { name: "p" type: "Tile" bottom: "x" top: "p" tile_param { tiles: 2 }
          param { lr_mult: 1 } blobs_lrr: 3 }
        """
    var fixture = NetFixture(.caffe, net)
    fixture.needsWeights = true
    #expect(try fixture.diagnostics().map { $0.code } == [.unknownLayer])
  }

  @Test func diagnosticsFollowTheLines() throws {
    let net =
      Self.input + """
        layer { name: "a" type: "Bad" bottom: "x" top: "a" }
        layer { name: "b" type: "ReLU" bottom: "y" top: "b" }
        layer { name: "c" type: "ReLU" bottom: "x" top: "c" colour: 3 }
        layer { name: "d" type: "Pooling" bottom: "x" top: "d" }
        layer { name: "e" type: "Bad" bottom: "x" top: "e" }
        """
    #expect(try NetFixture(.caffe, net).diagnostics().map { $0.location?.line } == [2, 3, 4, 5, 6])
  }

  /// Reading takes time in proportion to the layers, also when all are wrong.
  @Test(arguments: ["ReLU", "Bad", "ReLu"])
  func manyLayers(_ type: String) throws {
    var text = Self.input
    for index in 0..<10_000 {
      let bottom = type == "ReLu" ? "missing\(index)" : index == 0 ? "x" : "blob\(index - 1)"
      text +=
        "layer { name: 'layer\(index)' type: '\(type)' bottom: '\(bottom)' top: 'blob\(index)' }\n"
    }
    let start = ContinuousClock.now
    let (result, log) = try NetFixture(.caffe, text).read()
    #expect(ContinuousClock.now - start < .seconds(20))
    #expect((result?.graph.outputs.count ?? 0) == (type == "ReLU" ? 1 : 0))
    #expect(log.diagnostics.count <= 2 * DiagnosticLog.limit)
    let ends = log.diagnostics.filter { $0.notes.contains { $0.contains("are not shown") } }
    // A misspelt layer that reads a misspelt blob has two codes.
    #expect(ends.count == ["ReLU": 0, "Bad": 1, "ReLu": 2][type])
  }
}
