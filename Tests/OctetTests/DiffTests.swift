import Foundation
import Octet
import OctetTestSupport
import Testing

/// Structures compared across formats.
@Suite final class DiffTests {
  static let yolo = Sample.root.appending(path: "samples/02-yolo").path()
  static let fixtures =
    Sample.root.appending(path: "Tests/OctetEndToEndTests/TensorFlow").path() + "/"
  static let corpus = URL(filePath: Sample.shared).deletingLastPathComponent().path() + "corpus/"
  static let hasCorpus = FileManager.default.fileExists(atPath: corpus)

  let folder: URL
  let log = DiagnosticLog()

  init() throws { folder = try Sample.temporaryFolder() }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func write(_ text: String, _ name: String) throws -> String {
    let path = folder.appending(path: name)
    try text.write(to: path, atomically: true, encoding: .utf8)
    return path.path()
  }

  func diff(_ a: String, _ b: String) throws -> ModelDiff { try ModelDiff(a, b, log: log) }

  /// The sample's detector, and one made of it by changing its text.
  func edited(_ change: (String) -> String) throws -> ModelDiff {
    let original = Self.yolo + "/digits.cfg"
    let text = try String(contentsOfFile: original, encoding: .utf8)
    let changed = change(text)
    try #require(changed != text)
    return try diff(original, try write(changed, "edited.cfg"))
  }

  // MARK: The same

  @Test func aModelIsItself() throws {
    let result = try diff(Self.yolo + "/digits.cfg", Self.yolo + "/digits.cfg")
    #expect(result.isSame && result.differences.isEmpty && result.matched.count == 13)
    #expect(result.a.layers == 13 && result.b.layers == 13)
    #expect(result.matched.allSatisfy { $0.a == $0.b && $0.difference == nil })
    #expect(result.text.contains("13 of 13 layers are the same: 13 conv_2d\nno operator differs\n"))
  }

  /// Normalization apart from its layer, explicit borders, clamps and layouts are not differences.
  @Test func aNetAndWhatItBecame() throws {
    let (net, weights) = (Sample.folder + "/lenet.prototxt", Sample.folder + "/lenet.caffemodel")
    let model = try Model.open(net, ModelOptions(weights: weights), log: log).optimized(log: log)
    let path = folder.appending(path: "lenet.tflite").path()
    try model.write(path, log: log)
    let result = try ModelDiff(net, path, optionsA: ModelOptions(weights: weights), log: log)
    #expect(result.isSame && result.matched.count == 4)
    #expect(result.matched.allSatisfy { $0.difference == 0 })
    #expect(result.text.contains("their weights are equal\n"))
    // Without its weights the net is the same, and nothing is said of numbers.
    let bare = try diff(net, path)
    #expect(bare.isSame && bare.matched.allSatisfy { $0.difference == nil })
    #expect(!bare.text.contains("weights are"))
  }

  @Test func codesAreNearTheirNumbers() throws {
    let (net, weights) = (Sample.folder + "/lenet.prototxt", Sample.folder + "/lenet.caffemodel")
    let options = ModelOptions(weights: weights)
    let model = try Model.open(net, options, log: log).optimized(log: log)
    let int8 = try Int8Conversion(
      model, Int8Options(data: Sample.folder + "/digits"),
      preprocessing: try Preprocessing("scale=1/256"), log: log
    ).model
    let path = folder.appending(path: "lenet8.tflite").path()
    try int8.write(path, log: log)
    let result = try ModelDiff(net, path, optionsA: options, log: log)
    #expect(result.matched.count == 4)
    for match in result.matched {
      let difference = try #require(match.difference)
      // Half a step of the coarsest channel, whose largest weight has the code 127.
      #expect(difference > 0 && difference <= 1 / 254 + 1e-6, "\(match.a): \(difference)")
    }
  }

  @Test(arguments: ["cnn.pb", "functions.pb", "cell"])
  func whatBecomesOfTensorFlowsModels(name: String) throws {
    let model = try Model.open(Self.fixtures + name, log: log).optimized(log: log)
    let path = folder.appending(path: "m.tflite").path()
    try model.write(path, log: log)
    let result = try diff(Self.fixtures + name, path)
    #expect(result.isSame, "\(result.text)")
    #expect(result.matched.count == result.a.layers && result.a.layers == result.b.layers)
    #expect(result.matched.allSatisfy { $0.isEqual })
  }

  /// The same net in two formats.
  @Test(.enabled(if: Sample.hasShared("darknet", "caffe"), "needs ../shared/data"))
  func twins() throws {
    let name = "MobileNetV2-YOLOv3-Nano-voc"
    let darknet = Sample.shared + "/darknet/" + name
    let caffe = Sample.shared + "/caffe/mobilenetv2-yolov3-nano-voc/" + name
    let bare = try diff(darknet + ".cfg", caffe + ".prototxt")
    #expect(
      bare.isSame && bare.matched.count == bare.a.layers && bare.a.layers == 59, "\(bare.text)")
    let full = try ModelDiff(
      darknet + ".cfg", caffe + ".prototxt",
      optionsA: ModelOptions(weights: darknet + ".weights"),
      optionsB: ModelOptions(weights: caffe + ".caffemodel"), log: log)
    #expect(full.isSame && full.matched.count == full.a.layers)
    #expect(full.matched.allSatisfy { $0.difference != nil && $0.isEqual }, "\(full.text)")
  }

  // MARK: Changes

  @Test func aLayerMore() throws {
    let layer = """
      [convolutional]
      batch_normalize=1
      filters=128
      size=3
      stride=1
      pad=1
      activation=leaky

      [maxpool]
      size=2
      stride=1
      """
    let more = """
      [convolutional]
      filters=128
      size=3
      stride=1
      pad=1
      activation=leaky


      """
    let result = try edited { $0.replacing(layer, with: more + layer) }
    #expect(result.matched.count == 13 && result.removed.isEmpty && result.changed.isEmpty)
    let added = try #require(result.added.first)
    #expect(result.added.count == 1 && added.subject == .layer)
    #expect(added.b?.filter == [128, 3, 3, 128])
    #expect(added.b?.operators == ["conv_2d", "leaky_relu"])
    #expect(!result.isSame && result.text.contains("14 layers"))
  }

  @Test func anotherNumberOfClasses() throws {
    let result = try edited {
      $0.replacing("filters=45", with: "filters=24").replacing("classes=10", with: "classes=3")
    }
    #expect(result.matched.count == 11 && result.added.isEmpty && result.removed.isEmpty)
    #expect(
      result.changed.map { $0.changes } == [
        [.init(what: "filter", a: "[45, 1, 1, 128]", b: "[24, 1, 1, 128]")],
        [.init(what: "filter", a: "[45, 1, 1, 96]", b: "[24, 1, 1, 96]")],
      ])
    #expect(result.changed.allSatisfy { $0.subject == .layer && $0.a?.line != nil })
  }

  /// Layers are counterparts by where they are when no filter is the same.
  @Test func everyLayerWider() throws {
    var widths: [Substring] = []
    let result = try edited { text in
      text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
        guard line.hasPrefix("filters="), let width = Int(line.dropFirst(8)), width != 45 else {
          return String(line)
        }
        widths.append(line)
        return "filters=\(width * 2)"
      }.joined(separator: "\n")
    }
    #expect(widths.count == 11 && result.matched.isEmpty)
    #expect(result.added.isEmpty && result.removed.isEmpty && result.changed.count == 13)
    // The same place in the file, since all that was changed are numbers.
    #expect(result.changed.allSatisfy { $0.subject == .layer && $0.a?.line == $0.b?.line })
    #expect(result.changed.allSatisfy { $0.changes.map { $0.what } == ["filter"] })
  }

  @Test func modelsWithNothingInCommon() throws {
    let result = try diff(Sample.folder + "/lenet.prototxt", Self.yolo + "/digits.cfg")
    #expect(result.matched.isEmpty && result.changed.map { $0.subject } == [.input])
    #expect(result.removed.filter { $0.subject == .layer }.count == 4)
    #expect(result.added.filter { $0.subject == .layer }.count == 13)
  }

  /// A stride of 2 on a picture of twice the size.
  @Test func anotherStride() throws {
    let result = try edited { text in
      guard let first = text.range(of: "size=3\nstride=1") else { return text }
      return text.replacingCharacters(in: first, with: "size=3\nstride=2")
        .replacing("=224", with: "=448")
    }
    #expect(result.matched.count == 12 && result.added.isEmpty && result.removed.isEmpty)
    #expect(result.changed.map { $0.subject } == [.input, .layer])
    // Of the border of 1 the last windows don't reach what is right and below.
    #expect(
      result.changed.last?.changes == [
        .init(what: "stride", a: "[1, 1]", b: "[2, 2]"),
        .init(what: "padding", a: "[1, 1, 1, 1]", b: "[1, 1, 0, 0]"),
      ])
  }

  @Test func anotherActivation() throws {
    let result = try edited { text in
      guard let first = text.range(of: "activation=leaky") else { return text }
      return text.replacingCharacters(in: first, with: "activation=relu")
    }
    #expect(result.matched.count == 13 && result.added.isEmpty && result.removed.isEmpty)
    #expect(
      result.changed.map { $0.changes } == [
        [.init(what: "operators", a: "leaky_relu", b: "relu")]
      ])
  }

  @Test func anotherInputSize() throws {
    let result = try edited {
      $0.replacing("width=224", with: "width=416").replacing("height=224", with: "height=416")
    }
    #expect(result.matched.count == 13)
    #expect(result.differences.map { $0.subject } == [.input])
    #expect(
      result.differences.first?.changes == [
        .init(what: "type", a: "f32[1,224,224,3]", b: "f32[1,416,416,3]")
      ])
  }

  @Test func anotherRoute() throws {
    // The second of the layers that are joined lies elsewhere, with as many channels.
    let graph = """
      octet-ir 1
      graph @main(%x: f32[1,8,8,4]) -> (%y) {
        %w = const \(zeros(16)) : f32[4,1,1,4]
        %b = const \(zeros(4)) : f32[4]
        %p = conv_2d(%x, %w, %b) {padding = same}
        %q = conv_2d(%p, %w, %b) {padding = same, stride = [1, 1]}
        %r = tanh(%q)
        %s = conv_2d(%r, %w, %b) {padding = same}
        %y = concatenation(%s, %p) {axis = 3}
      }
      """
    let a = try write(graph, "a.oct")
    let b = try write(graph.replacing("(%s, %p)", with: "(%s, %q)"), "b.oct")
    let result = try diff(a, b)
    #expect(result.matched.count == 3 && result.differences.count == 1, "\(result.text)")
    let difference = try #require(result.differences.first)
    #expect(difference.subject == .connection)
    #expect(difference.changes == [.init(what: "reads", a: "s, p", b: "s, q")])
  }

  /// Branches may be listed in any order, and names be others.
  @Test func branchesInAnotherOrder() throws {
    func net(_ branches: String, _ ends: String) -> String {
      """
      octet-ir 1
      graph @main(%x: f32[1,8,8,4]) -> (\(ends)) {
        %w = const \(zeros(16)) : f32[4,1,1,4]
        %v = const \(zeros(24)) : f32[6,1,1,4]
        %b = const \(zeros(4)) : f32[4]
        %c = const \(zeros(6)) : f32[6]
        %p = conv_2d(%x, %w, %b) {padding = same}
      \(branches)
      }
      """
    }
    let left =
      "  %l = conv_2d(%p, %w, %b) {padding = same}\n  %m = conv_2d(%l, %v, %c) {padding = same}"
    let right = "  %r = conv_2d(%p, %v, %c) {padding = same}"
    let a = try write(net(left + "\n" + right, "%m, %r"), "a.oct")
    let b = try write(
      net(right.replacing("%r", with: "%first") + "\n" + left, "%first, %m"), "b.oct")
    let result = try diff(a, b)
    #expect(result.isSame && result.matched.count == 4, "\(result.text)")
    #expect(result.matched.contains { $0.a == "r" && $0.b == "first" })
  }

  private func zeros(_ count: Int) -> String {
    "[" + [String](repeating: "0.0", count: count).joined(separator: ", ") + "]"
  }

  @Test func operatorsAfterTheLastLayer() throws {
    let path = folder.appending(path: "cut.tflite").path()
    var options = ModelOptions(weights: Sample.folder + "/lenet.caffemodel")
    options.outputs = ["ip2"]
    let net = Sample.folder + "/lenet.prototxt"
    let cut = try Model.open(net, options, log: log).optimized(log: log)
    try cut.write(path, log: log)
    let result = try diff(path, net)
    #expect(result.matched.count == 4 && result.removed.isEmpty && result.changed.isEmpty)
    #expect(result.added.map { $0.b?.operators } == [["softmax"]])
    #expect(result.added.first?.b?.after == ["ip2"])
  }

  // MARK: What stops a conversion

  /// A decode that a map_fn makes of every picture.
  @Test(.enabled(if: hasCorpus, "needs ../shared/corpus"))
  func theDifferenceThatStopsAConversion() throws {
    let trained = Self.corpus + "models/yolov3_tf2_decode"
    var options = ModelOptions(inputShapes: ["image": [1, 96, 96, 3]])
    options.outputs = ["yolo_head/logits"]
    let path = folder.appending(path: "official.tflite").path()
    try Model.open(trained, options, log: log).optimized(log: log).write(path, log: log)
    let result = try diff(path, trained)
    #expect(result.matched.count == 3 && result.matched.allSatisfy { $0.difference == 0 })
    // What B leaves open is taken from A.
    #expect(result.b.arguments == ["--input-shape", "image=1,96,96,3"])
    #expect(result.b.stops.map { $0.diagnostic.code } == [.unknownDimension])
    let decode = try #require(result.added.first)
    #expect(result.added.count == 1 && result.changed.isEmpty && result.removed.isEmpty)
    #expect(decode.stops == ["OCT0203"] && decode.b?.operators.contains("logistic") == true)
    #expect(!result.isSame && result.text.contains("what stops B"))
  }

  /// A training leftover in a layer that both have.
  @Test(.enabled(if: hasCorpus, "needs ../shared/corpus"))
  func theCounterpartOfWhatStopsAConversion() throws {
    let trained = Self.corpus + "models/bn_training_leftover"
    var options = ModelOptions()
    options.fixes = ["bn-moving-statistics"]
    let path = folder.appending(path: "inference.tflite").path()
    try Model.open(trained, options, log: log).optimized(log: log).write(path, log: log)
    let result = try diff(path, trained)
    #expect(result.differences.isEmpty && result.matched.count == 1 && !result.isSame)
    #expect(result.b.stops.map { $0.diagnostic.code } == [.trainingLeftover])
    #expect(result.b.stops.first?.counterpart == result.matched.first?.a)
  }

  // MARK: Files that can't be compared

  @Test func aFileThatIsNoModel() throws {
    let path = try write("nothing", "x.txt")
    #expect(throws: DiagnosticFailure.self) {
      try self.diff(Self.yolo + "/digits.cfg", path)
    }
    #expect(log.diagnostics.map { $0.code } == [.unknownFormat])
  }

  /// Lines left out, doubled and exchanged: whatever becomes of the net, it is compared or refused.
  @Test func damagedNets() throws {
    let original = Self.yolo + "/digits.cfg"
    let lines = try String(contentsOfFile: original, encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false)
    var random = SplitMix64(seed: 7)
    var compared = 0
    for _ in 0..<40 {
      var changed = lines
      for _ in 0..<3 {
        let place = Int(random.next() % UInt64(changed.count))
        switch random.next() % 3 {
        case 0: changed.remove(at: place)
        case 1: changed.insert(changed[place], at: place)
        default: changed.swapAt(place, Int(random.next() % UInt64(changed.count)))
        }
      }
      let path = try write(changed.joined(separator: "\n"), "damaged.cfg")
      let found = DiagnosticLog()
      if let result = try? ModelDiff(original, path, log: found) {
        compared += 1
        let own = result.removed + result.changed + result.added
        #expect(own.count == result.differences.count)
        #expect(result.matched.count <= min(result.a.layers, result.b.layers))
      } else {
        #expect(found.hasErrors)
      }
    }
    #expect(compared > 0)
  }
}
