import Foundation
import Octet
import Testing

/// `octet compare` on models that are wrong in one known way each. `tools/seeded-faults` prints the table.
@Suite struct SeededFaultTests {
  static let seeds: [UInt64] =
    ProcessInfo.processInfo.environment["OCTET_FAULT_SEEDS"]
    .map { $0.split(separator: ",").compactMap { UInt64($0) } } ?? [1]

  @Test(arguments: seeds) func guiltyLayersAndCausesAreNamed(_ seed: UInt64) throws {
    var injector = FaultInjector(seed: seed)
    let faults = try injector.faults(try .lenet(), try .yolo())
    var table = "seed \(seed)\n"
    var (named, worded) = (0, 0)
    for fault in faults {
      let comparison = try fault.net.compared(fault.a, fault.b)
      let first = comparison.ranking.first.map { comparison.tensors[$0] }
      let isNamed: Bool
      let causes: [Cause]
      if let layer = fault.layer {
        isNamed =
          comparison.causes.isEmpty
          && first.map { Self.layer($0.name) == Self.layer(layer) } ?? false
        causes = first?.causes ?? []
      } else {
        isNamed = !comparison.causes.isEmpty
        causes = comparison.causes
      }
      let isWorded = causes.first.map { fault.kinds.contains($0.kind) } ?? false
      named += isNamed ? 1 : 0
      worded += isNamed && isWorded ? 1 : 0
      let columns = [
        fault.name, fault.net.name, fault.layer ?? "data",
        comparison.causes.isEmpty ? first?.name ?? "" : "data", isNamed ? "yes" : "NO",
        isWorded ? "yes" : "NO", causes.first.map { "\($0.kind.rawValue): \($0.text)" } ?? "",
      ]
      table += columns.joined(separator: " | ") + "\n"
    }
    table += "named \(named) of \(faults.count), cause \(worded) of \(faults.count)\n"
    print(table)
    #expect(named >= faults.count - 1, "\(table)")
    #expect(worded >= faults.count - 2, "\(table)")
  }

  /// A healthy model is not said to be broken.
  @Test func healthyModelsHaveNoFaults() throws {
    for net in [try FaultyNet.lenet(), try FaultyNet.yolo()] {
      let comparison = try net.compared(net.model, net.int8)
      #expect(comparison.causes.isEmpty)
      #expect(comparison.tensors.filter { $0.isSuspicious }.map { $0.name } == [])
    }
  }

  /// Factors that the layers behind take back are none either, through a concatenation and pools.
  @Test func scaledChannelsAreNoFaults() throws {
    let net = try FaultyNet.yolo()
    let scaled = try FaultInjector(seed: 1).scaledChannels(net)
    let comparison = try net.compared(net.model, try net.quantized(scaled), samples: 4)
    #expect(comparison.causes.isEmpty)
    #expect(comparison.tensors.filter { $0.isSuspicious }.map { $0.name } == [])
  }

  /// The name of a layer's tensors without what tells them apart.
  private static func layer(_ name: String) -> Substring { name.prefix { $0 != "#" } }
}
