import OctetData
import OctetDiagnostics
import OctetFiles
import Testing

@Suite final class PictureDatasetTests {
  let log = DiagnosticLog()
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func open(_ path: String) throws -> Dataset {
    try Dataset.open(path, part: .calibration, log: log)
  }

  @Test func foldersPatternsListsAndSingleFiles() throws {
    for name in ["b.PNG", "a.png", "c.bmp", ".hidden.png", "notes.md"] {
      try folder.file(name, name == "c.bmp" ? PictureFixtures.bmp : PictureFixtures.png)
    }
    let all = ["a.png", "b.PNG", "c.bmp"].map { joinPath(folder.path, $0) }
    #expect(try open(folder.path).picturePaths == all)
    #expect(try open(folder.path + "/*").picturePaths == all)
    #expect(try open(folder.path + "/[ab].*").picturePaths == Array(all.prefix(2)))
    #expect(try open(all[2]).picturePaths == [all[2]])
    let list = try folder.file("list.txt", Array("c.bmp\n\n  a.png\n".utf8))
    let data = try open(list)
    #expect(data.picturePaths == [all[2], all[0]] && data.count == 2 && data.labels == nil)
    #expect(try data.picture(0).pixels == PictureFixtures.rgb)
    let expected = PictureFixtures.rgb.map { Float($0) / 255 }
    #expect(
      try data.sample(1, shape: [5, 7, 3], preprocessing: Preprocessing("scale=1/255")) == expected)
    try data.warnIfUnused(Preprocessing("scale=1/255"), log: log)
    #expect(log.diagnostics.isEmpty)
  }

  @Test func pathsAndFilesThatAreWrong() throws {
    let pattern = try diagnostic { _ = try open(folder.path + "/*.jpg") }
    #expect(pattern.code == .noSamples && pattern.message.hasPrefix("no picture matches"))
    let mixed = try folder.file("list.txt", Array("a.png\nx.npy\n".utf8))
    try folder.file("a.png", PictureFixtures.png)
    let line = try diagnostic { _ = try open(mixed) }
    #expect(line.message == "line 2 of '\(mixed)' is not the name of a picture")
    try folder.file("b.jpg", Array("no picture".utf8))
    let data = try open(folder.path)
    #expect(data.count == 2)
    #expect(
      try diagnostic { _ = try data.sample(1, shape: [5, 7, 3]) }.code == .invalidPicture)
    #expect(
      try diagnostic { _ = try data.sample(0, input: 1, shape: [5, 7, 3]) }.code
        == .sampleMismatch)
    #expect(try diagnostic { _ = try data.requiredLabels() }.code == .labelsMismatch)
  }

  @Test func labelsBesideThePictures() throws {
    for name in ["a", "b", "c"] { try folder.file(name + ".png", PictureFixtures.png) }
    try folder.file("a.txt", Array("0 0.5 0.5 0.5 0.25\r\n 7\t0.1 0.2 0.2 0.4 \n\n".utf8))
    try folder.file("b.txt", [])
    let objects = try open(folder.path).objects(log: log)
    #expect(
      objects == [
        [
          ObjectLabel(classIndex: 0, box: Box(x: 0.25, y: 0.375, width: 0.5, height: 0.25)),
          ObjectLabel(classIndex: 7, box: Box(x: 0, y: 0, width: 0.2, height: 0.4)),
        ], [], [],
      ])
    #expect(log.diagnostics.map { $0.code } == [.unlabelledPictures])
    #expect(log.diagnostics[0].message.hasPrefix("1 of the 3 pictures"))
  }

  @Test func labelsInTheirOwnFolder() throws {
    let (images, labels) = (folder.folder("images"), folder.folder("labels"))
    try writeFile(images + "/a.v1.png", PictureFixtures.png)
    try writeFile(labels + "/a.v1.txt", Array("3 0.5 0.5 1 1".utf8))
    #expect(try open(images).objects(log: log).map { $0.map { $0.classIndex } } == [[3]])
    #expect(log.diagnostics.isEmpty)
    let other = folder.folder("pictures")
    try writeFile(other + "/a.v1.png", PictureFixtures.png)
    #expect(throws: DiagnosticFailure.self) { try self.open(other).objects(log: self.log) }
    #expect(log.diagnostics.last?.code == .labelsMismatch)
    #expect(log.diagnostics.last?.message.hasSuffix("have no labels") == true)
  }

  @Test func everyWrongLineIsReported() throws {
    try folder.file("a.png", PictureFixtures.png)
    let lines = [
      "0 0.5 0.5 0.5 0.5", "dog 0.5 0.5 0.5 0.5", "0 0.5 0.5 0.5", "-1 0.5 0.5 0.5 0.5",
      "0 0.5 x 0.5 0.5", "0 50 0.5 0.5 0.5", "0 0.5 0.5 0 0.5", "0 0.5 nan 0.5 0.5",
      "0 0.5 0.5 0.5 0.5 0.9",
    ]
    try folder.file("a.txt", Array(lines.joined(separator: "\n").utf8))
    #expect(throws: DiagnosticFailure.self) {
      try self.open(self.folder.path).objects(log: self.log)
    }
    #expect(log.diagnostics.allSatisfy { $0.code == .invalidLabels })
    #expect(log.diagnostics.map { $0.location?.line } == Array(2...9))
    #expect(
      log.diagnostics[1].message == "line 3 of '\(folder.path)/a.txt' has 4 fields instead of 5")
  }
}
