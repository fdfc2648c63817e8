import Foundation
import OctetDiagnostics
import OctetIR
import OctetImport
import OctetTestSupport
import Testing

/// Damage and hostile numbers in a small net that has every kind of layer: a graph that verifies or a
/// diagnostic, never a trap.
@Suite struct DarknetFuzzTests {
  static let net = """
    # every kind of layer
    [net]
    batch=1
    width=8
    height=8
    channels=4
    [convolutional]
    batch_normalize=1
    filters=8
    size=3
    stride=1
    pad=1
    groups=2
    activation=leaky
    [maxpool]
    size=2
    stride=2
    [upsample]
    stride=2
    [route]
    layers=-1, -3
    groups=2
    group_id=1
    [shortcut]
    from=-4
    activation=swish
    [reorg]
    stride=2
    [crop]
    crop_height=3
    crop_width=3
    [convolutional]
    filters=7
    activation=linear
    [yolo]
    mask=1
    anchors=1,2, 3,4
    num=2
    classes=2
    [route]
    layers=3
    [dropout]
    probability=.5
    [connected]
    batch_normalize=1
    output=6
    activation=mish
    [softmax]
    groups=2
    [cost]
    type=sse
    """

  static let numbers: [Float] = {
    let convolution = 8 * 4 + 8 * 2 * 9
    let head = 7 + 7 * 32
    let dense = 6 + 6 * 8 * 64 + 3 * 6
    return (0..<convolution + head + dense).map { Float(($0 * 37) % 64 + 1) / 32 }
  }()
  static let weights = DarknetWeightsEncoder.file(numbers)

  let folder: NetFolder

  init() throws { folder = try NetFolder() }

  @discardableResult
  func read(_ text: [UInt8], _ weights: [UInt8]?, _ what: String) throws -> DiagnosticLog {
    var fixture = NetFixture(.darknet, text, weights: weights)
    fixture.folder = folder
    return try fixture.readVerified(what)
  }

  @Test func theIntactNetReads() throws {
    let log = try read(Array(Self.net.utf8), Self.weights, "intact")
    #expect(log.diagnostics.allSatisfy { $0.severity == .remark }, "\(log.diagnostics)")
  }

  static let pieces = [
    "-1", "0", "1", "2", "7", "65536", "2147483648", "9223372036854775807",
    "-9223372036854775808", "5e18", "1e18", "1e300", "-0.5", "nan",
    "inf", "[", "]", "=", ",", "#", ";", "\n", "[yolo]", "[route]", "[net]", "layers=-1,-2",
    "size=9",
    "stride=0", "groups=8", "pad=1", "filters=0", "activation=linear", "activation=", "stride=-1",
  ].map { Array($0.utf8) }

  func damaged(_ original: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var bytes = original
    for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      let end = min(bytes.count, place + Int.random(in: 0..<24, using: &random))
      switch Int.random(in: 0..<8, using: &random) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes.removeSubrange(place..<end)
      case 2: bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 3: bytes.insert(contentsOf: Self.pieces.randomElement(using: &random) ?? [], at: place)
      default:
        // Another piece in place of a whole value.
        guard let start = bytes[place...].firstIndex(of: UInt8(ascii: "=")) else { continue }
        let stop = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
        bytes.replaceSubrange(
          start + 1..<stop, with: Self.pieces.randomElement(using: &random) ?? [])
      }
    }
    return bytes
  }

  @Test(arguments: [1, 2] as [UInt64])
  func damagedText(seed: UInt64) throws {
    let text = Array(Self.net.utf8)
    var refused = 0
    for round in 0..<2500 {
      var random = SplitMix64(seed: seed << 32 + UInt64(round))
      let log = try read(damaged(text, &random), Self.weights, "seed \(seed), round \(round)")
      if log.hasErrors { refused += 1 }
    }
    #expect(refused > 1000 && refused < 2490)
  }

  /// Extents that only the command line gives.
  @Test(arguments: [2_147_483_647, 1 << 40]) func hostileBatches(batch: Int) throws {
    var fixture = NetFixture(.darknet, "[net]\nwidth=1\nheight=1\nchannels=4\n[softmax]\ngroups=4")
    fixture.batch = batch
    #expect(try fixture.only(.tensorTooLarge).location?.node == "input")
  }

  @Test func damagedWeights() throws {
    let text = Array(Self.net.utf8)
    for round in 0..<1000 {
      var random = SplitMix64(seed: 3 << 32 + UInt64(round))
      try read(text, damaged(Self.weights, &random), "round \(round)")
    }
    for count in stride(from: 0, to: Self.weights.count, by: 13) {
      let log = try read(text, Array(Self.weights.prefix(count)), "\(count) bytes of weights")
      #expect(log.hasErrors)
    }
    for count in stride(from: 0, to: text.count, by: 2) {
      try read(Array(text.prefix(count)), nil, "\(count) bytes of text")
    }
  }

  @Test(arguments: [
    ("filters=8", "filters=2147483647"), ("filters=8", "filters=-8"), ("filters=8", "filters=1e18"),
    ("size=3", "size=65536"), ("size=3", "size=1e12"), ("size=3", "size=-1"),
    ("width=8", "width=1e12"), ("width=8", "width=-8"), ("width=8", "width=0"),
    ("channels=4", "channels=2147483648"), ("channels=4", "channels=0"), ("groups=2", "groups=0"),
    ("stride=2\n[route]", "stride=65535\n[route]"), ("layers=-1, -3", "layers=9223372036854775807"),
    ("layers=-1, -3", "layers=-9223372036854775808"), ("from=-4", "from=-1e18"),
    ("crop_height=3", "crop_height=-3"), ("classes=2", "classes=1e15"), ("num=2", "num=1e15"),
    ("num=2", "num=5e18"), ("size=2\nstride=2", "size=-9223372036854775808\nstride=2"),
    ("size=3\nstride=1\npad=1", "size=3\nstride=1\npadding=1e18\ndilation=100"),
    ("size=3\nstride=1\npad=1", "size=1\nstride=1\npadding=3\ndilation=9e18"),
    ("[upsample]\nstride=2", "[upsample]\nstride=65535"), ("batch=1", "batch=2147483647"),
    ("mask=1", "mask=-1"), ("output=6", "output=2147483647"), ("output=6", "output=0"),
    ("groups=2\n[cost]", "groups=9223372036854775807\n[cost]"), ("anchors=1,2,", "anchors=0,2,"),
  ])
  func hostileNumbers(_ old: String, _ new: String) throws {
    let text = Self.net.replacing(old, with: new)
    try #require(text != Self.net)
    for weights in [Self.weights, nil] {
      let log = try read(Array(text.utf8), weights, new)
      // Without weights their number cannot be wrong; the batch becomes 1 whatever it is.
      #expect(log.hasErrors || weights == nil || old == "batch=1", "\(new)")
    }
  }
}
