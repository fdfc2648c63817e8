import OctetData
import OctetDiagnostics
import OctetFiles
import Testing

private enum MNIST {
  /// Four levels up from this file: the tests' folder, `Tests`, the package, what holds it.
  static let folder: String = {
    var path = #filePath
    for _ in 0..<4 { path = splitPath(path).folder }
    return joinPath(path, "shared/data/mnist")
  }()

  static var isPresent: Bool {
    pathKind(joinPath(folder, "t10k-images-idx3-ubyte")) == .file
      && pathKind(joinPath(folder, "train-images-idx3-ubyte.gz")) == .file
  }
}

/// The real MNIST files, where a checkout has them in `../shared/data/mnist`.
@Suite(.enabled(if: MNIST.isPresent, "there is no ../shared/data/mnist"))
struct MNISTTests {
  @Test func testPart() throws {
    let log = DiagnosticLog()
    let data = try Dataset.open(MNIST.folder, part: .evaluation, log: log)
    #expect(data.count == 10_000)
    #expect(try data.requiredLabels().prefix(8) == [7, 2, 1, 0, 4, 1, 4, 9])
    #expect(log.diagnostics.map { $0.code } == [.partChosen])
    #expect(log.diagnostics.first?.message.hasSuffix("10000 samples") == true)
    var counts = [Int](repeating: 0, count: 10)
    for label in data.labels ?? [] { counts[label] += 1 }
    #expect(counts == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009])
    let seven = try data.sample(0, shape: [28, 28, 1], preprocessing: Preprocessing("scale=1/256"))
    #expect(seven.count == 784)
    #expect(seven[7 * 28 + 6] == 84.0 / 256, "the first pixel that is not black")
    #expect(seven[..<(7 * 28 + 6)].allSatisfy { $0 == 0 })
    #expect(seven.reduce(0) { $0 + Int($1 * 256) } == 18454)
  }

  @Test func trainPartIsPacked() throws {
    let data = try Dataset.open(MNIST.folder, part: .calibration, log: DiagnosticLog())
    #expect(data.count == 60_000)
    #expect(try data.requiredLabels().prefix(4) == [5, 0, 4, 1])
    let last = try data.sample(59_999, shape: [784])
    #expect(last.contains { $0 > 0 })
    #expect(Dataset.evenlySpaced(500, of: data.count).prefix(3) == [0, 120, 240])
  }

  @Test func singleFile() throws {
    let path = joinPath(MNIST.folder, "train-images-idx3-ubyte.gz")
    let data = try Dataset.open(path, part: .evaluation, log: DiagnosticLog())
    #expect(data.count == 60_000 && data.labels?[0] == 5)
    let error = try diagnostic { _ = try data.sample(0, shape: [32, 32, 1]) }
    #expect(error.code == .sampleMismatch)
  }
}
