package import OctetIR

/// A 64-bit FNV-1a hash.
package struct ContentHash {
  package private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  package init() {}

  package mutating func mix(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
  }

  /// 16 digits.
  package static func text(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

extension Graph {
  package var contentHash: GraphHash {
    var (structure, weights) = (ContentHash(), ContentHash())
    structure.mix(GraphPrinter(constantLimit: 0, showsLocations: false).print(self).utf8)
    for value in values { if let constant = value.constant { weights.mix(constant.bytes) } }
    return GraphHash(
      structure: ContentHash.text(structure.value), weights: ContentHash.text(weights.value))
  }
}
