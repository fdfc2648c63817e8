import OctetData
import OctetDiagnostics
import OctetIR
import Testing

@Suite struct SampleTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func data(_ tensor: Tensor) throws -> Dataset {
    let path = try folder.file("a.npy", #require(NPY.bytes(of: tensor)))
    return try Dataset.open(path, part: .evaluation, log: DiagnosticLog())
  }

  private func pixels(_ extents: [Int]) throws -> Dataset {
    let type = TensorType(.uint8, extents)
    let values = (0..<(try #require(type.byteCount))).map { UInt8(truncatingIfNeeded: $0) }
    return try data(Tensor(type, Storage(values)))
  }

  @Test func onlyPixelsArePreprocessed() throws {
    let scale = try Preprocessing("scale=1/2,mean=1,std=2")
    let bytes = try pixels([2, 2, 2])
    #expect(try bytes.sample(1, shape: [2, 2, 1], preprocessing: scale) == [0.5, 0.75, 1, 1.25])
    let floats = try data(Tensor([1, 2], [3, 4]))
    #expect(try floats.sample(0, shape: [2], preprocessing: scale) == [3, 4])
    let signed = try data(Tensor([1, 2], int8: [-128, 127]))
    #expect(try signed.sample(0, shape: [2], preprocessing: scale) == [-128, 127])
  }

  @Test func channelsTakeTheirOwnMean() throws {
    let three = try Preprocessing("mean=0:10:20,std=1:2:4")
    let bytes = try pixels([1, 1, 2, 3])
    #expect(
      try bytes.sample(0, shape: [1, 2, 3], preprocessing: three) == [0, -4.5, -4.5, 3, -3, -3.75])
    let error = try diagnostic {
      _ = try pixels([1, 2, 3]).sample(0, shape: [2, 3, 1], preprocessing: three)
    }
    #expect(error.code == .invalidPreprocessing)
    #expect(error.message.hasSuffix("it is for 3 channels, and the model's input has 1"))
  }

  private static let fittingShapes: [(sample: [Int], input: [Int])] = [
    ([28, 28], [28, 28, 1]), ([28, 28, 1], [28, 28]), ([1, 28, 28], [28, 28, 1]),
    ([784], [28, 28, 1]),
    ([28, 28], [784]), ([4, 4, 3], [48]), ([4, 4, 3], [1, 1, 48]), ([], [1]), ([1], []),
    ([1, 4, 4, 3], [4, 4, 3]), ([7, 5], [7, 1, 5]),
  ]

  @Test(arguments: fittingShapes)
  func fitting(_ extents: [Int], _ shape: [Int]) throws {
    let sample = try pixels([1] + extents).sample(0, shape: shape)
    #expect(sample == sample.indices.map { Float(UInt8(truncatingIfNeeded: $0)) })
  }

  private static let notFittingShapes: [(sample: [Int], input: [Int])] = [
    ([28, 28], [28, 27, 1]), ([3, 4, 5], [4, 5, 3]), ([48], [4, 4, 3]), ([6, 8], [4, 4, 3]),
    ([28, 28], [32, 32, 1]), ([2, 3], [3, 2]),
  ]

  @Test(arguments: notFittingShapes)
  func notFitting(_ extents: [Int], _ shape: [Int]) throws {
    let data = try pixels([1] + extents)
    let error = try diagnostic { _ = try data.sample(0, shape: shape) }
    #expect(error.code == .sampleMismatch)
    #expect(error.message.contains("[\(Shape(extents).text)]"), "\(error.message)")
    #expect(error.message.contains("[\(Shape(shape).text)]"), "\(error.message)")
    #expect(error.message.hasSuffix("(height, width, channels)") == (shape.count == 3))
  }

  @Test func channelsFirstIsRecognised() throws {
    let error = try diagnostic { _ = try pixels([2, 3, 4, 5]).sample(1, shape: [4, 5, 3]) }
    #expect(error.notes == ["the samples look channels-first"])
    #expect(error.helps.count == 1)
  }

  @Test func everyNumericType() throws {
    func value(_ element: ElementType, _ bytes: [UInt8]) throws -> Float {
      try #require(
        try data(Tensor(TensorType(element, [1, 1]), Storage(bytes))).sample(0, shape: [1]).first)
    }
    #expect(try value(.bool, [1]) == 1)
    #expect(try value(.int16, [0xFE, 0xFF]) == -2)
    #expect(try value(.uint16, [0xFE, 0xFF]) == 65534)
    #expect(try value(.int32, [0xFF, 0xFF, 0xFF, 0xFF]) == -1)
    #expect(try value(.uint32, [0xFF, 0xFF, 0xFF, 0xFF]) == 4_294_967_296)
    #expect(try value(.int64, [1, 0, 0, 1, 0, 0, 0, 0]) == 16_777_216, "to nearest even")
    #expect(try value(.uint64, [UInt8](repeating: 0xFF, count: 8)) == 0x1p64)
    #expect(try value(.float64, [0, 0, 0, 0, 0, 0, 0xF8, 0x3F]) == 1.5)
    let halves: [(UInt16, Float)] = [
      (0x3C00, 1), (0xC000, -2), (0x7BFF, 65504), (0x0001, 0x1p-24), (0x8400, -0x1p-14),
      (0x7C00, .infinity), (0xFC00, -.infinity), (0, 0),
    ]
    for (bits, expected) in halves {
      #expect(try value(.float16, [UInt8(bits & 0xFF), UInt8(bits >> 8)]) == expected)
    }
    #expect(try value(.float16, [1, 0x7C]).isNaN)
    let complex = try diagnostic { _ = try value(.complex64, [UInt8](repeating: 0, count: 8)) }
    #expect(complex.code == .sampleMismatch)
  }

  @Test func writesIntoABuffer() throws {
    let data = try pixels([3, 2])
    var target = [Float](repeating: -1, count: 2)
    try target.withUnsafeMutableBufferPointer { try data.sample(2, shape: [2], into: $0) }
    #expect(target == [4, 5])
  }
}
