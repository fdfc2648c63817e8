import OctetArchives
import OctetData
import OctetDiagnostics
import OctetIR
import Testing

@Suite struct NPYTests {
  private func read(_ bytes: [UInt8]) throws -> Tensor {
    try NPY.tensor(ByteSlice(bytes), file: "a.npy")
  }

  @Test func numPysFiles() throws {
    let first = try read(NumPyFixtures.version1)
    #expect(first.type == TensorType(.float32, [2, 3]))
    #expect(first.realValues == [0, 0.5, 1, 1.5, 2, 2.5])
    let second = try read(NumPyFixtures.version2)
    #expect(second.type == TensorType(.int64, [2]))
    #expect(second.storage.array(of: Int64.self) == [1, 1 << 40])
    let third = try read(NumPyFixtures.version3)
    #expect(third.type == TensorType(.bool, []))
    #expect(third.storage.array(of: UInt8.self) == [1])
  }

  @Test func writesWhatNumPyWrites() throws {
    #expect(NPY.bytes(of: try read(NumPyFixtures.version1)) == NumPyFixtures.version1)
  }

  @Test(arguments: [
    ElementType.float16, .float32, .float64, .int8, .int16, .int32, .int64, .uint8, .uint16,
    .uint32, .uint64, .bool, .complex64, .complex128,
  ])
  func everyTypeRoundTrips(_ element: ElementType) throws {
    for extents in [[], [0], [1], [3, 2], [1, 2, 3, 1]] {
      let type = TensorType(element, extents)
      let storage = Storage(byteCount: try #require(type.byteCount))
      for index in storage.bytes.indices { storage.mutableBytes[index] = UInt8(index % 2) }
      let bytes = try #require(NPY.bytes(of: Tensor(type, storage)))
      #expect((bytes.count - storage.bytes.count) % 64 == 0)
      let back = try read(bytes)
      #expect(back.type == type)
      #expect(back.storage.array(of: UInt8.self) == storage.array(of: UInt8.self))
    }
  }

  @Test func typesWithoutNumPyFormAreNil() {
    #expect(NPY.bytes(of: Tensor(TensorType(.bfloat16, [1]), Storage(byteCount: 2))) == nil)
  }

  @Test func headersAsOthersWriteThem() throws {
    let tight = npy("{\"shape\":(2,),\"fortran_order\":False,\"descr\":\"<i2\"}", [1, 0, 2, 0])
    #expect(try read(tight).storage.array(of: Int16.self) == [1, 2])
    let old = npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2L, 1L), }  \n", [7, 8])
    #expect(try read(old).type == TensorType(.uint8, [2, 1]))
    let oneByte = npy("{'descr': '<i1', 'fortran_order': True, 'shape': (1,)}", [255])
    #expect(try read(oneByte).storage.array(of: Int8.self) == [-1])
  }

  @Test(arguments: [
    ("{'descr': '>f4', 'fortran_order': False, 'shape': (), }", "big-endian '>f4'"),
    ("{'descr': '|O', 'fortran_order': False, 'shape': (), }", "'|O' values"),
    ("{'descr': '<U3', 'fortran_order': False, 'shape': (), }", "'<U3' values"),
    ("{'descr': '', 'fortran_order': False, 'shape': (), }", "'' values"),
    ("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }", "column by column"),
    ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': ()}", "named fields"),
    ("{'descr': '<f4', 'fortran_order': False}", "incomplete"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': ()} x", "incomplete"),
    ("{'descr': '<f4', 'descr': '<f4'}", "repeated"),
    ("{'other': 1}", "unknown or repeated header field 'other'"),
    ("{'descr': '<f4', 'fortran_order': Maybe", "damaged"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", "damaged"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}", "damaged"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", "not what"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", "not what f32[2] takes"),
    ("{'descr': '|b1", "damaged"), ("{", "damaged"), ("", "damaged"),
  ])
  func unusableHeaders(_ header: String, _ words: String) throws {
    let error = try diagnostic { _ = try read(npy(header, [2])) }
    #expect(error.code == .invalidData)
    #expect(error.message.contains(words), "\(error.message)")
    #expect(error.location?.file == "a.npy")
  }

  @Test func otherUnusableFiles() throws {
    let dimensions = String(repeating: "1,", count: 65)
    let deep = npy("{'descr': '|u1', 'fortran_order': False, 'shape': (\(dimensions))}", [0])
    let bool = npy("{'descr': '|b1', 'fortran_order': False, 'shape': (1,)}", [2])
    var version4 = NumPyFixtures.version1
    version4[6] = 4
    for bytes in [
      deep, bool, version4, NumPyFixtures.version1 + [0], NumPyFixtures.fortran,
      NumPyFixtures.records, [], [0x93], Array("NUMPY, not really".utf8),
    ] {
      #expect(try diagnostic { _ = try read(bytes) }.code == .invalidData)
    }
    let text = try diagnostic { _ = try read(Array("NUMPY, not really".utf8)) }
    #expect(text.message.contains("is not a .npy file"))
    let fortran = try diagnostic { _ = try read(NumPyFixtures.fortran) }
    #expect(fortran.helps.first?.text.contains("np.ascontiguousarray") == true)
  }
}
