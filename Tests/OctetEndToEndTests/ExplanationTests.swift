import Foundation
import Octet
import OctetDiagnostics
import Testing

/// Each diagnostic code has one page, and the page's example causes exactly that code.
@Suite struct ExplanationTests {
  static let folder = CommandLineTests.root.appending(path: "Sources/Octet/Explanations")

  @Test func codesAndPagesMatchOneToOne() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path()).sorted()
    #expect(files == DiagnosticCode.all.map { $0.id + ".md" })
  }

  @Test(arguments: DiagnosticCode.all.map { $0.id })
  func theProgramHoldsThePage(_ id: String) throws {
    let explanation = try Explanation.find(id.lowercased())
    let file = try String(contentsOf: Self.folder.appending(path: id + ".md"), encoding: .utf8)
    #expect(explanation.page == file)
    #expect(file.hasPrefix("# \(id) \(explanation.code.name)\n"))
    #expect(try Explanation.find(explanation.code.name).code == explanation.code)
    // Errors are never safe to ignore; warnings and remarks may say when they are.
    if explanation.code.severity == .error { #expect(!file.contains("safe to ignore")) }
  }

  /// Faults that no user can cause at will: their pages show the output only.
  static let unreachable: Set<String> = ["OCT0404", "OCT0602", "OCT0923"]

  @Test(arguments: DiagnosticCode.all.map { $0.id })
  func theExampleCausesTheCode(_ id: String) throws {
    let page = try Explanation.find(id).page
    guard let start = page.range(of: "```sh\n"),
      let end = page.range(of: "\n```", range: start.upperBound..<page.endIndex)
    else {
      #expect(Self.unreachable.contains(id), "\(id) has no example that can be run")
      return
    }
    let work = FileManager.default.temporaryDirectory.appending(path: "octet-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: work) }
    for name in ["lenet.prototxt", "lenet.caffemodel", "digits"] {
      try FileManager.default.copyItem(
        atPath: CommandLineTests.sample + "/" + name, toPath: work.appending(path: name).path())
    }
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = ["-eu", "-c", String(page[start.upperBound..<end.lowerBound])]
    process.currentDirectoryURL = work
    var environment = ProcessInfo.processInfo.environment
    let programs = CommandLineTests.program("octet").deletingLastPathComponent().path()
    environment["PATH"] = programs + ":" + (environment["PATH"] ?? "")
    process.environment = environment
    let errors = work.appending(path: "stderr")
    try Data().write(to: errors)
    process.standardError = try FileHandle(forWritingTo: errors)
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let text = try String(contentsOf: errors, encoding: .utf8)
    #expect(text.contains("[\(id)]"), "\(text)")
    let others = text.split(separator: "\n").filter {
      $0.hasPrefix("error[OCT") && !$0.hasPrefix("error[\(id)]")
    }
    #expect(others.isEmpty)
  }
}
