package import OctetIR

extension Graph {
  /// A 64-bit hash (FNV-1a) of the graph's structure, names and constants, as 16 digits.
  package var contentHash: String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func mix(_ bytes: some Sequence<UInt8>) {
      for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
    mix(GraphPrinter(constantLimit: 0, showsLocations: false).print(self).utf8)
    for value in values { if let constant = value.constant { mix(constant.bytes) } }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
