import OctetDiagnostics
import OctetIR
import OctetImport
import Testing

/// Nets that Darknet would not run, or that have no TFLite form: an error at the line to change.
@Suite struct DarknetRefusalTests {
  static let net = "[net]\nwidth=8\nheight=8\n"

  @Test(arguments: [
    ("[net]\nwidth=8\nsize\n", 3, "'size' is neither a [section] nor an option such as size=3"),
    ("width=8\n[net]\n", 1, "the option 'width=8' stands before the first section"),
    ("[net\n", 1, "a section is written [name], not '[net'"),
    ("[net]\n=8\n", 2, "'=8' is neither a [section] nor an option such as size=3"),
    (
      "[net]\nwidth=8\nwidth = 9 # again\n", 3,
      "'width' is given twice in one section, on line 2 too"
    ),
  ])
  func syntax(_ text: String, _ line: Int, _ message: String) throws {
    let problem = try NetFixture(.darknet, text).only(.textSyntax)
    #expect(problem.message == message)
    #expect(problem.location?.line == line)
  }

  @Test func blanksAndComments() throws {
    let text = """
      \u{FEFF}; a comment\r
      [ net ]\r
      wid th = 8 # pixels\r
      height=8\r\r
      [convolutional]\r
        filters = 2 ; two
      activation=linear
      """
    let graph = try #require(try NetFixture(.darknet, text).read().result?.graph)
    #expect(graph.outputs.map { graph[$0].type.text } == ["f32[1,8,8,2]"])
    #expect(graph[graph.outputs[0]].name == "convolutional0")
  }

  @Test(arguments: [
    (
      "[maxpool]\nsize=2\nstride=0", DiagnosticCode.unsupportedParameter,
      "stride 0x0 must lie in 1...65536"
    ),
    ("[maxpool]\nsize=2\nmaxpool_depth=1", .unsupportedParameter, "'maxpool_depth' of a maxpool"),
    (
      "[maxpool]\nsize=99\nstride=1\npadding=0", .shapeMismatch,
      "a window of 99 with padding 0 does not fit 8 pixels"
    ),
    (
      "[convolutional]\nfilters=4\nactivation=selu", .unsupportedParameter,
      "the activation 'selu' has no TFLite form"
    ),
    (
      "[convolutional]\nfilters=4\ngroups=2", .unsupportedParameter,
      "filters=4 and groups=2 do not fit 3 input channels"
    ),
    ("[convolutional]\nfilters=1.5", .unsupportedParameter, "'filters' must be a whole number"),
    ("[convolutional]\nxnor=1", .unsupportedParameter, "'xnor' of a convolutional layer"),
    ("[route]\nlayers=", .unsupportedParameter, "'layers' must be a whole number"),
    ("[route]", .unsupportedParameter, "the route has no layers"),
    (
      "[route]\nlayers=3", .unknownBlob,
      "layer 0 reads layer 3, which does not come before it"
    ),
    (
      "[route]\nlayers=-9", .unknownBlob, "layer 0 reads layer -9, which does not come before it"
    ),
    (
      "[route]\nlayers=-1\ngroups=2", .shapeMismatch,
      "3 channels of 'input' are not 2 equal groups"
    ),
    ("[route]\nlayers=-1\ngroups=3\ngroup_id=3", .unsupportedParameter, "group_id 3 is none of"),
    (
      "[maxpool]\nsize=2\nstride=2\n[shortcut]\nfrom=-2", .shapeMismatch,
      "the shortcut adds the shapes [1, 3, 4, 4] and [1, 3, 8, 8]"
    ),
    ("[reorg]\nstride=2", .shapeMismatch, "stride=2 of a reorg layer does not fit"),
    ("[upsample]\nstride=-2", .unsupportedParameter, "an upsample layer with stride=-2"),
    ("[softmax]\ngroups=5", .unsupportedParameter, "groups=5 with temperature=1.0 does not fit"),
    (
      "[yolo]\nanchors=1,2\nclasses=2", .shapeMismatch,
      "the layer before the head has 3 filters; 1 anchors of 7 numbers need 7"
    ),
    (
      "[yolo]\nanchors=1,2,3\nnum=2\nclasses=2", .unsupportedParameter,
      "num=2 needs 4 positive numbers in anchors, not 3"
    ),
    (
      "[yolo]\nmask=1\nanchors=1,2\nclasses=2", .unsupportedParameter,
      "the mask names an anchor that is none of 1"
    ),
    (
      "[yolo]\nanchors=1,2\nclasses=2\nscale_x_y=0", .unsupportedParameter,
      "scale_x_y=0.0 is not positive"
    ),
    (
      "[yolo]\nanchors=1,2\nclasses=2\nnum=70000", .unsupportedParameter,
      "num=70000 must lie in 1...65536"
    ),
    ("[yolo]\nanchors=1,2\nclasses=2\nnew_coords=1", .unsupportedParameter, "'new_coords' of a"),
    ("[region]\nanchors=1,2\ncoords=5", .unsupportedParameter, "a region layer has coords=4"),
    ("[crop]\ncrop_height=9\ncrop_width=1", .shapeMismatch, "a crop of 9x1 does not fit 8x8"),
    ("[gru]\noutput=3", .unknownLayer, "layer type 'gru' is not supported"),
  ])
  func layers(_ text: String, _ code: DiagnosticCode, _ message: String) throws {
    let problem = try NetFixture(.darknet, Self.net + text).only(code)
    #expect(problem.message.hasPrefix(message), "\(problem.message)")
    #expect((problem.location?.line ?? 0) >= 4)
  }

  @Test func allProblemsAtOnce() throws {
    let text =
      Self.net + "[convolutionl]\nfilters=2\n[maxpool]\nsise=2\nstride=0\n[yolo]\nnew_coords=1"
    let found = try NetFixture(.darknet, text).read().log.diagnostics
    #expect(found.map { $0.code } == [.unknownLayer, .unknownField, .unsupportedParameter])
    #expect(found[0].helps.first?.text == "did you mean 'convolutional'?")
    #expect(found[1].helps.first?.text == "did you mean 'size'?")
  }

  /// The way out is one that works.
  @Test func cutsBeforeAnUnknownLayer() throws {
    let text = Self.net + "[avgpool]\n[lstm]\n[gru]\n"
    let found = try NetFixture(.darknet, text).diagnostics()
    #expect(found.map { $0.code } == [.unknownLayer, .unknownLayer])
    #expect(found[0].helps.last?.arguments == ["--outputs", "avgpool0"])
    #expect(found[1].helps.allSatisfy { $0.arguments.isEmpty })
    var fixture = NetFixture(.darknet, text)
    fixture.outputs = ["avgpool0"]
    #expect(try fixture.read().result != nil)
  }

  @Test func aMissingInputSize() throws {
    let problem = try NetFixture(.darknet, "[net]\nbatch=1\n[avgpool]").only(.unknownDimension)
    #expect(problem.helps.first?.arguments == ["--input-shape", "input=1,CHANNELS,HEIGHT,WIDTH"])
    var fixture = NetFixture(.darknet, "[net]\nbatch=1\n[avgpool]")
    fixture.inputShapes = ["input": [1, 3, 4, 4]]
    #expect(try fixture.read().result != nil)
  }

  @Test func theBatchOfTrainingGoes() throws {
    let text = "[net]\nbatch=64\nwidth=8\nheight=8\n[avgpool]"
    #expect(try NetFixture(.darknet, text).only(.batchBecameOne).message.contains("suggests 64"))
    var fixture = NetFixture(.darknet, text)
    fixture.batch = 2
    let graph = try #require(try fixture.read().result?.graph)
    #expect(graph[graph.inputs[0]].type.text == "f32[2,8,8,3]")
  }

  static let twoLayers =
    net + "[convolutional]\nfilters=2\nactivation=linear\n[connected]\noutput=3\nactivation=linear"
  /// 2 biases, 2 x 3 filters; 3 biases, 3 x 128 weights.
  static let count = 8 + 387

  @Test func weightsMustFill() throws {
    func read(_ numbers: Int, _ outputs: [String] = []) throws -> Diagnostic? {
      var fixture = NetFixture(
        .darknet, Self.twoLayers,
        weights: DarknetWeightsEncoder.file([Float](repeating: 1, count: numbers)))
      fixture.outputs = outputs
      return try fixture.read().log.diagnostics.first { $0.severity == .error }
    }
    #expect(try read(Self.count) == nil)
    let short = try #require(try read(100))
    #expect(short.code == .invalidWeights)
    #expect(short.message == "the weights file has 100 floats, the net needs 395")
    #expect(short.notes.first == "it ends at 'connected1', which needs 387 and gets 92")
    #expect(short.location?.node == "connected1")
    let long = try #require(try read(Self.count + 5))
    #expect(long.message == "the weights file has 400 floats, the net needs 395")
    #expect(long.notes == ["5 floats of the file are left after the last layer"])
    // A part of the net takes a part of the file.
    #expect(try read(Self.count + 5, ["convolutional0"]) == nil)
    #expect(try read(8, ["convolutional0"]) == nil)
  }

  @Test(arguments: [(0, 1), (0, 2), (2, 0)] as [(Int32, Int32)])
  func headersOfEveryVersion(_ major: Int32, _ minor: Int32) throws {
    let numbers = (0..<Self.count).map { Float($0) }
    let file = DarknetWeightsEncoder.file(numbers, major: major, minor: minor)
    let graph = try #require(
      try NetFixture(.darknet, Self.twoLayers, weights: file).read().result?.graph)
    let bias = try #require(graph.values.first { $0.name == "convolutional0/bias" }?.constant)
    #expect(bias.array(of: Float.self) == [0, 1])
  }

  /// Versions above 1000 store matrices inputs by outputs.
  @Test func transposedMatrices() throws {
    let numbers = (0..<Self.count).map { Float($0) }
    let file = DarknetWeightsEncoder.file(numbers, major: 0, minor: 1001)
    let (result, log) = try NetFixture(.darknet, Self.twoLayers, weights: file).read()
    let graph = try #require(result?.graph, "\(log.diagnostics)")
    let weights = try #require(graph.values.first { $0.name == "connected1/weights" }?.constant)
    #expect(weights.array(of: Float.self).prefix(3) == [11, 14, 17])
  }

  @Test func whatIsNoWeightsFile() throws {
    func message(_ bytes: [UInt8]) throws -> String {
      try NetFixture(.darknet, Self.twoLayers, weights: bytes).only(.invalidWeights).message
    }
    #expect(
      try message([1, 2, 3]) == "the weights file has 3 bytes, its header alone has 16")
    #expect(try message(Array("layer { name: 1 } ........".utf8)).contains("it is no Darknet"))
    #expect(
      try message(DarknetWeightsEncoder.file([1]) + [0]) == "the weights file has 25 bytes: "
        + "no whole number of floats after its header")
  }

  /// What another net's numbers would mean is not reported beside their number.
  @Test func weightsOfAnotherNet() throws {
    let text = Self.net + "[convolutional]\nbatch_normalize=1\nfilters=2\nactivation=linear"
    let file = DarknetWeightsEncoder.file([Float](repeating: -1, count: 40))
    let twice = text + "\n[convolutional]\nfilters=3\nactivation=linear"
    let found = try NetFixture(.darknet, twice, weights: file).diagnostics()
    #expect(found.map { $0.code } == [.invalidWeights])
    let whole = DarknetWeightsEncoder.file([Float](repeating: -1, count: 14))
    let problem = try NetFixture(.darknet, text, weights: whole).only(.weightsMismatch)
    #expect(problem.message == "a variance of the layer is -1.0, which has no square root")
  }

  @Test func aForkSaysWhetherItLetterboxes() throws {
    let text = "[net]\nwidth=8\nheight=8\nletter_box=0\n[avgpool]"
    #expect(
      try NetFixture(.darknet, text).read().result?.preprocessing
        == "scale=1/255,resize=stretch,channels=rgb")
  }

  @Test func aHeadThatIsNotDecoded() throws {
    let text = Self.net + "[connected]\noutput=30\nactivation=linear\n[detection]\nclasses=20"
    let problem = try NetFixture(.darknet, text).only(.headNotDecoded)
    #expect(problem.severity == .warning && problem.location?.node == "detection1")
    #expect(try NetFixture(.darknet, text).read().result?.detector == nil)
  }

  @Test func tooManyLayers() throws {
    let text = Self.net + String(repeating: "[dropout]\n", count: 4096)
    let problem = try NetFixture(.darknet, text).only(.unsupportedParameter)
    #expect(problem.message == "the net has 4096 layers; Octet reads fewer than 4096")
  }

  @Test func weightsAreAskedForOnlyToConvert() throws {
    var fixture = NetFixture(.darknet, Self.twoLayers)
    #expect(try fixture.read().log.diagnostics.allSatisfy { $0.severity == .remark })
    fixture.needsWeights = true
    #expect(try fixture.only(.noWeightsFile).location?.node == "convolutional0")
  }

  @Test func headsWithUnlikeClasses() throws {
    let head = "[convolutional]\nfilters=FILTERS\nactivation=linear\n[yolo]\nanchors=1,2\nclasses="
    let text =
      Self.net + head.replacing("FILTERS", with: "6") + "1\n[route]\nlayers=0\n"
      + head.replacing("FILTERS", with: "7") + "2\n"
    let problem = try NetFixture(.darknet, text).only(.unsupportedParameter)
    #expect(problem.message == "'yolo4' has classes=2, 'yolo1' has classes=1")
    // Of one head nothing contradicts itself.
    var fixture = NetFixture(.darknet, text)
    fixture.outputs = ["yolo4"]
    #expect(try fixture.read().result?.detector == "yolo classes=2 anchors=1x2 output=yolo4")
  }

  @Test func headsAreDescribed() throws {
    let text =
      Self.net + """
        [convolutional]
        filters=14
        activation=linear
        [yolo]
        mask=1,2
        anchors=10,14,  23,27,  37.5,58
        num=3
        classes=2
        scale_x_y=1.05
        [route]
        layers=-3
        [convolutional]
        filters=7
        activation=linear
        [region]
        anchors=1.08,1.19
        classes=2
        softmax=1
        """
    // The route's -3 is before the first layer: the input's.
    let (result, log) = try NetFixture(.darknet, text).read()
    #expect(
      result?.detector == """
        yolo classes=2 anchors=23x27,37.5x58 scale_xy=1.05 output=yolo1
        region classes=2 anchors=1.08x1.19 softmax=1 output=region4
        """, "\(log.diagnostics)")
    #expect(result?.preprocessing == "scale=1/255,resize=letterbox,channels=rgb")
    let graph = try #require(result?.graph)
    #expect(graph.outputs.map { graph[$0].name } == ["yolo1", "region4"])
  }
}
