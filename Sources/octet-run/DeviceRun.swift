import COctetPlatform
import OctetDiagnostics
import OctetFiles
import OctetIR
import OctetOps
import OctetRuntime
import OctetTFLite

/// The device tool: runs one `.tflite` on one set of input bytes.
///
/// Built with Embedded Swift by tools/build-device, and for the host by SwiftPM; both give the same
/// output bytes.
enum DeviceRun {
  static let usage = """
    usage: octet-run [--threads N] MODEL INPUT [OUTPUT]

    Runs MODEL (.tflite) once. INPUT holds the inputs' elements in the model's own types, one input
    after the other; the header of an .npy file is skipped. The outputs are shown, and written to
    OUTPUT the same way. N threads compute, 1 if it is not given; the outputs are the same.

    example: octet-run lenet8.tflite digit.npy scores.bin
    exit codes: 0 done, 1 the files are at fault, 2 the command line is at fault
    """

  /// - Returns: the exit code.
  static func run(_ arguments: [String]) -> Int32 {
    if arguments.count == 1, arguments[0] == "--help" || arguments[0] == "-h" {
      print(usage)
      return 0
    }
    var (arguments, threads) = (arguments, 1)
    if arguments.count >= 2, arguments[0] == "--threads" {
      guard let count = Int(arguments[1]), (1...256).contains(count) else {
        complain("octet-run: --threads must be from 1 to 256")
        return 2
      }
      threads = count
      arguments.removeFirst(2)
    }
    guard arguments.count == 2 || arguments.count == 3 else {
      complain(usage)
      return 2
    }
    let renderer = TerminalRenderer(usesColor: false)
    let log = DiagnosticLog { complain(renderer.render($0)) }
    do throws(DiagnosticFailure) {
      try run(
        arguments[0], arguments[1], arguments.count == 3 ? arguments[2] : nil, threads, log)
      return 0
    } catch {
      return 1
    }
  }

  private static func run(
    _ modelPath: String, _ inputPath: String, _ outputPath: String?, _ threads: Int,
    _ log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    let file = try log.attempt { () throws(Diagnostic) in try MappedFile(modelPath) }
    let graph = try TFLiteReader.read(file, log: log).graph
    guard graph.verify(into: log, within: Location(file: modelPath)) else {
      throw DiagnosticFailure()
    }
    let prepared = try PreparedGraph(graph, threads: threads, log: log)
    let input = try log.attempt { () throws(Diagnostic) in try MappedFile(inputPath) }
    try fill(prepared.inputs, from: contents(input.bytes), inputPath, log)
    let start = octet_monotonic_nanoseconds()
    prepared.invoke()
    let elapsed = octet_monotonic_nanoseconds() - start
    try log.attempt(at: Location(file: modelPath)) { () throws(Diagnostic) in
      try prepared.requireSoundRun()
    }
    for (id, output) in zip(graph.outputs, prepared.outputs) { show(graph[id].name, output) }
    print("invoke \(elapsed / 1000) us, arena \(prepared.arenaBytes) bytes")
    if let outputPath {
      var bytes: [UInt8] = []
      for output in prepared.outputs { bytes += output.copy().storage.array(of: UInt8.self) }
      try log.attempt { () throws(Diagnostic) in try writeFile(outputPath, bytes) }
    }
  }

  /// What follows an .npy header; the whole file when there is none.
  private static func contents(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]
    guard bytes.count >= 12, bytes.prefix(6).elementsEqual(magic) else { return bytes }
    var start = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
    if bytes[6] >= 2 { start = 12 + Int(bytes[8]) + Int(bytes[9]) << 8 + Int(bytes[10]) << 16 }
    return UnsafeRawBufferPointer(rebasing: bytes.dropFirst(start))
  }

  private static func fill(
    _ inputs: [TensorView], from bytes: UnsafeRawBufferPointer, _ path: String,
    _ log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    var wanted = 0
    for input in inputs { wanted += input.type.byteCount ?? 0 }
    guard bytes.count == wanted else {
      throw log.failure(
        Diagnostic(
          .inputMismatch, "the inputs need \(wanted) bytes, the file has \(bytes.count)",
          at: Location(file: path), tensors: inputs.map { $0.type.text }))
    }
    var start = 0
    for input in inputs {
      let count = input.type.byteCount ?? 0
      UnsafeMutableRawBufferPointer(start: input.base, count: count)
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<start + count]))
      start += count
    }
  }

  /// The output's type and its five largest elements.
  private static func show(_ name: String, _ output: TensorView) {
    print("\(name): \(output.type.text)")
    guard TensorView.realTypes.contains(output.element) else { return }
    var shown: [Int] = []
    while shown.count < min(5, output.count) {
      var best = -1
      for i in 0..<output.count where !shown.contains(i) {
        if best < 0 || output.real(i) > output.real(best) { best = i }
      }
      shown.append(best)
      print("  \(best)  \(output.real(best))")
    }
  }

  private static func complain(_ text: String) {
    let bytes = Array((text + "\n").utf8)
    bytes.withUnsafeBufferPointer { _ = octet_write_descriptor(2, $0.baseAddress, $0.count) }
  }
}

#if hasFeature(Embedded)
  @c(main)
  public func main(
    _ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  ) -> Int32 {
    var texts: [String] = []
    for i in 1..<max(1, Int(count)) {
      if let argument = arguments[i] { texts.append(String(cString: argument)) }
    }
    return DeviceRun.run(texts)
  }
#else
  @main
  struct Main {
    static func main() {
      let code = DeviceRun.run(Array(CommandLine.arguments.dropFirst()))
      if code != 0 { octet_exit(code) }
    }
  }
#endif
