import OctetData
import OctetDiagnostics
import OctetIR
import Testing

@Suite struct DatasetTests {
  private let log = DiagnosticLog()

  private func open(
    _ path: String, _ part: DatasetPart = .evaluation, inputs: [String] = []
  ) throws -> Dataset {
    try Dataset.open(path, part: part, inputs: inputs, log: log)
  }

  private func mnist(train: Int, test: Int) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (prefix, count) in [("train", train), ("t10k", test)] where count > 0 {
      try folder.file("\(prefix)-images-idx3-ubyte", idxImages(count, 2, 2))
      let labels = (0..<count).map { UInt8($0) }
      try folder.file("\(prefix)-labels-idx1-ubyte", idxLabels(labels))
    }
    return folder
  }

  @Test func folderGivesThePartThatSuits() throws {
    let folder = try mnist(train: 3, test: 2)
    let train = try open(folder.path, .calibration)
    #expect(train.count == 3 && train.labels == [0, 1, 2] && train.labels?[1] == 1)
    let test = try open(folder.path, .evaluation)
    #expect(test.count == 2)
    #expect(
      log.diagnostics.map { $0.message } == [
        "calibration uses the train part of '\(folder.path)': 3 samples",
        "evaluation uses the test part of '\(folder.path)': 2 samples",
      ])
    #expect(log.diagnostics.allSatisfy { $0.code == .partChosen && $0.notes.isEmpty })
  }

  @Test func theOtherPartStandsIn() throws {
    let onlyTrain = try mnist(train: 3, test: 0)
    #expect(try open(onlyTrain.path, .evaluation).count == 3)
    let onlyTest = try mnist(train: 0, test: 2)
    #expect(try open(onlyTest.path, .calibration).count == 2)
    #expect(log.diagnostics.map { $0.code } == [.partChosen, .partChosen])
    #expect(
      log.diagnostics.flatMap { $0.notes } == [
        "there is no test part, which evaluation would take otherwise",
        "there is no train part, which calibration would take otherwise",
      ])
  }

  @Test func packedFilesAndMissingLabels() throws {
    let folder = try TemporaryFolder()
    try folder.file("train-images.idx3-ubyte.gz", NumPyFixtures.packedImages)
    let data = try open(folder.path, .calibration)
    #expect(data.count == 3 && data.labels == nil && data.labels?[0] == nil)
    #expect(try diagnostic { _ = try data.requiredLabels() }.code == .labelsMismatch)
  }

  @Test func folderWithoutIDXFiles() throws {
    let folder = try TemporaryFolder()
    let empty = try diagnostic { _ = try open(folder.path) }
    #expect(empty.code == .invalidData && empty.helps.isEmpty)
    #expect(
      empty.notes == [
        "looked for train-images-idx3-ubyte[.gz] and t10k-images-idx3-ubyte[.gz]",
        "pictures are .jpg, .jpeg, .png, .bmp",
      ])
    try folder.file("train-image-idx3-ubyte", [])
    let near = try diagnostic { _ = try open(folder.path) }
    #expect(near.helps == [Diagnostic.Help("did you mean 'train-image-idx3-ubyte'?")])
  }

  @Test func singleFilesFindTheirLabels() throws {
    let folder = try mnist(train: 3, test: 2)
    let images = folder.path + "/train-images-idx3-ubyte"
    let data = try open(images)
    #expect(data.count == 3 && data.labels == [0, 1, 2])
    #expect(log.diagnostics.isEmpty)
    let labels = try diagnostic { _ = try open(folder.path + "/train-labels-idx1-ubyte") }
    #expect(labels.code == .invalidData)
    try folder.file("train-labels-idx1-ubyte", idxLabels([1, 2]))
    let mismatch = try diagnostic { _ = try open(images) }
    #expect(mismatch.code == .labelsMismatch)
    #expect(mismatch.message == "'\(images)' has 3 samples but 2 labels")
    let alone = try folder.file("digits", idxImages(1, 2, 2))
    #expect(try open(alone).labels == nil)
  }

  @Test func arrays() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("x.npy", NumPyFixtures.version1)
    let data = try open(path)
    #expect(data.count == 2 && data.labels == nil)
    #expect(try data.sample(1, shape: [3]) == [1.5, 2, 2.5])
    let scalar = try folder.file("s.npy", NumPyFixtures.version3)
    #expect(try diagnostic { _ = try open(scalar) }.code == .invalidData)
    let none = try folder.file(
      "n.npy", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 3)}"))
    #expect(try diagnostic { _ = try open(none) }.code == .noSamples)
  }

  @Test(arguments: [NumPyFixtures.stored, NumPyFixtures.compressed])
  func archives(_ bytes: [UInt8]) throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("data.npz", bytes)
    for inputs in [[], ["x"], ["image"]] {
      let data = try open(path, inputs: inputs)
      #expect(data.count == 3 && data.labels == [2, 0, 1])
      #expect(try data.sample(1, shape: [2, 2, 1]) == [4, 5, 6, 7])
    }
    #expect(try open(path, inputs: ["y", "x"]).labels == nil)
    let error = try diagnostic { _ = try open(path, inputs: ["x", "z"]) }
    #expect(error.code == .invalidData)
    #expect(error.message == "'\(path)' has no array 'z' with samples")
    #expect(error.tensors == ["x: u8[3,2,2]", "y: i64[3]"])
  }

  @Test func archivesByInputName() throws {
    let folder = try TemporaryFolder()
    func write(_ tensors: [NamedTensor]) throws -> String {
      let path = folder.path + "/data.npz"
      try NPZ.write(tensors, to: path)
      return path
    }
    let a = NamedTensor("a", Tensor([2, 1], [1, 2]))
    let b = NamedTensor("b", Tensor([2, 2], int8: [1, -2, 3, -4]))
    let labels = NamedTensor("labels", Tensor([2, 1], int32: [5, 6]))
    let data = try open(try write([b, labels, a]), inputs: ["a", "b"])
    #expect(data.labels == [5, 6])
    #expect(try data.sample(1, input: 0, shape: [1]) == [2])
    #expect(try data.sample(1, input: 1, shape: [2]) == [3, -4])
    let third = try diagnostic { _ = try data.sample(0, input: 2, shape: [1]) }
    #expect(third.code == .sampleMismatch)
    #expect(try open(try write([a, labels]), inputs: ["image"]).count == 2)
    let several = try diagnostic { _ = try open(try write([a, b])) }
    #expect(several.code == .invalidData)
    let uneven = NamedTensor("b", Tensor([3], [1, 2, 3]))
    #expect(
      try diagnostic { _ = try open(try write([a, uneven]), inputs: ["a", "b"]) }.code
        == .invalidData)
    let floats = NamedTensor("y", Tensor([2], [1, 2]))
    #expect(try diagnostic { _ = try open(try write([a, floats])) }.code == .invalidData)
    let few = NamedTensor("y", Tensor([1], int32: [1]))
    #expect(try diagnostic { _ = try open(try write([a, few])) }.code == .labelsMismatch)
    #expect(try diagnostic { _ = try open(try write([])) }.code == .noSamples)
  }

  @Test func lists() throws {
    let folder = try TemporaryFolder()
    try folder.file("a.npy", NumPyFixtures.version1)
    let list = try folder.file("list.txt", Array("\n  a.npy  \r\n\(folder.path)/a.npy".utf8))
    let data = try open(list)
    #expect(data.count == 2)
    #expect(try data.sample(1, shape: [2, 3]) == [0, 0.5, 1, 1.5, 2, 2.5])
    let missing = try folder.file("list.txt", Array("a.npy\nb.npy\n".utf8))
    let error = try diagnostic { _ = try open(missing) }
    #expect(error.code == .unreadableFile)
    #expect(error.location?.line == 2 && error.location?.file == missing)
    #expect(error.helps == [Diagnostic.Help("did you mean 'a.npy'?")])
    let mixed = try folder.file("list.txt", Array("a.npy\nb.png\n".utf8))
    let other = try diagnostic { _ = try open(mixed) }
    #expect(other.code == .invalidData && other.location?.line == 2)
  }

  private static let unknown: [(bytes: [UInt8], code: DiagnosticCode)] = [
    ([], .noSamples), (Array("\n \n".utf8), .noSamples),
    (Array("hello world".utf8), .invalidData), ([1, 0, 2], .invalidData),
    ([0x1F, 0x8B, 8, 0], .invalidData), (NumPyFixtures.packedZeros, .invalidData),
    (idxImages(0, 2, 2), .noSamples),
  ]

  @Test(arguments: unknown)
  func unknownContents(_ bytes: [UInt8], _ code: DiagnosticCode) throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("data", bytes)
    let error = try diagnostic { _ = try open(path) }
    #expect(error.code == code, "\(error.message)")
    #expect(error.location?.file == path)
  }

  @Test func badPath() throws {
    #expect(try diagnostic { _ = try open("/nonexistent") }.code == .unreadableFile)
  }

  private static let spacings: [(wanted: Int, total: Int, indices: [Int])] = [
    (0, 10, []), (5, 0, []), (3, 10, [0, 3, 6]), (4, 10, [0, 2, 5, 7]), (10, 10, Array(0..<10)),
    (11, 3, [0, 1, 2]), (-1, 3, []), (1, Int.max, [0]), (2, Int.max, [0, Int.max / 2]),
  ]

  @Test(arguments: spacings)
  func evenlySpaced(_ wanted: Int, _ total: Int, _ indices: [Int]) {
    #expect(Dataset.evenlySpaced(wanted, of: total) == indices)
  }

  @Test func evenlySpacedIsTheFloor() {
    for total in 1...60 {
      for wanted in 1...total {
        let expected = (0..<wanted).map { $0 * total / wanted }
        #expect(Dataset.evenlySpaced(wanted, of: total) == expected)
      }
    }
  }
}
