package import OctetIR

/// A 64-bit FNV-1a hash.
struct ContentHash {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func mix(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
  }

  /// 16 digits.
  static func text(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

extension Graph {
  /// A 64-bit hash (FNV-1a) of the graph's structure, names and constants, as 16 digits.
  package var contentHash: String {
    var hash = ContentHash()
    hash.mix(GraphPrinter(constantLimit: 0, showsLocations: false).print(self).utf8)
    for value in values { if let constant = value.constant { hash.mix(constant.bytes) } }
    return ContentHash.text(hash.value)
  }
}
