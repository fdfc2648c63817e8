import OctetSchema
import Testing

@Suite struct ModelLimitsTests {
  @Test func filesOverTheLimitAreRefused() throws {
    let size = try serialize(ModelFixture.model()).count
    #expect(throws: FlatWriteError.tooLarge) {
      _ = try SerializedModel(ModelFixture.model(), limit: size / 2)
    }
    #expect(throws: FlatWriteError.tooLarge) {
      _ = try SerializedModel(ModelFixture.model(), limit: size - 1)
    }
    #expect(try SerializedModel(ModelFixture.model(), limit: 2 * size).count == size)
  }

  /// Buffers that together pass 2 GB are refused before any of them is read.
  @Test func twoGigabytesAreRefused() {
    let byte = UnsafeRawPointer(bitPattern: 4096)
    let huge = FlatBytes.unowned(UnsafeRawBufferPointer(start: byte, count: 1 << 30))
    let buffers = Array(repeating: BufferTable.object(data: huge), count: 3)
    #expect(throws: FlatWriteError.tooLarge) {
      _ = try serialize(ModelTable.object(buffers: buffers))
    }
  }

  @Test func unsoundObjectsAreRefused() {
    var twice = FlatObject()
    twice.add(0, UInt32(1), default: 0)
    twice.add(0, UInt32(2), default: 0)
    #expect(throws: FlatWriteError.unsound) { _ = try serialize(twice) }
    var negative = FlatObject()
    negative.add(-1, UInt32(1), default: 0)
    #expect(throws: FlatWriteError.unsound) { _ = try serialize(negative) }
    var odd = FlatObject()
    odd.fields = [FlatField(slot: 0, value: .vector(.owned([1]), elementSize: 0, alignment: 1))]
    #expect(throws: FlatWriteError.unsound) { _ = try serialize(odd) }
  }

  /// A union type newer than the schema: its table is unchecked, so it can't be reached.
  @Test func unlistedUnionsAreNotRead() throws {
    let model = ModelTable.object(subgraphs: [
      SubGraphTable.object(operators: [
        OperatorTable.object(
          builtinOptionsType: BuiltinOptions(rawValue: 250),
          builtinOptions: Conv2DOptionsTable.object(strideW: 2))
      ])
    ])
    try SerializedModel(model).withUnsafeBytes { bytes in
      let node = ModelTable(verifying: bytes)?.subgraphs?.first?.operators?.first
      #expect(node?.builtinOptionsType.rawValue == 250)
      #expect(node?.builtinOptions == nil)
    }
  }

  @Test func otherBytesAreNoModel() throws {
    #expect(ModelWalk.of([]) == nil)
    #expect(ModelWalk.of([UInt8](repeating: 0, count: 3)) == nil)
    #expect(ModelWalk.of([UInt8](repeating: 0, count: 64)) == nil)
    var bytes = try serialize(ModelFixture.model())
    bytes[7] = UInt8(ascii: "4")
    #expect(ModelWalk.of(bytes) == nil)
  }
}
