import OctetSchema
import Testing

/// Numbers that repeat for a seed (SplitMix64).
private struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

@Suite struct DamagedModelTests {
  /// Either verification refuses the bytes, or every field reads without a trap.
  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func damageIsRefusedOrReadable(seed: UInt64) throws {
    let sound = try serialize(ModelFixture.model())
    var generator = SeededGenerator(state: seed)
    var refused = 0
    for _ in 0..<500 {
      var bytes = sound
      if Int.random(in: 0..<5, using: &generator) == 0 {
        bytes.removeLast(Int.random(in: 1..<sound.count, using: &generator))
      } else {
        for _ in 0...Int.random(in: 0..<4, using: &generator) {
          let index = Int.random(in: 0..<bytes.count, using: &generator)
          bytes[index] = UInt8.random(in: 0...255, using: &generator)
        }
      }
      if ModelWalk.of(bytes) == nil { refused += 1 }
    }
    #expect(refused > 100 && refused < 500, "seed \(seed)")
  }

  @Test func everyTruncationIsRefusedOrReadable() throws {
    let sound = try serialize(ModelFixture.model())
    for count in 0..<sound.count { _ = ModelWalk.of(Array(sound.prefix(count))) }
    #expect(ModelWalk.of(Array(sound.prefix(sound.count / 2))) == nil)
  }

  /// A subgraph vector whose entries all lead to one table: few bytes, many tables to visit.
  @Test func tableCountIsLimited() throws {
    let tensors = Array(repeating: TensorTable.object(), count: 1_000_001)
    let model = ModelTable.object(subgraphs: [SubGraphTable.object(tensors: tensors)])
    #expect(ModelWalk.of(try serialize(model)) == nil)
  }
}
