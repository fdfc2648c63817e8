import Foundation
import OctetIR
import OctetOps
import Testing

/// Operators against LiteRT 2.3.0's reference kernels (`BUILTIN_REF`): integers equal to the byte,
/// floats within 1e-5 x max(1, largest magnitude). `OCTET_OP_GOLDEN` names another folder of cases.
@Suite struct OpGoldenTests {
  static let folder =
    ProcessInfo.processInfo.environment["OCTET_OP_GOLDEN"].map { URL(filePath: $0) }
    ?? URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

  /// Those whose golden data lies in Fixtures.
  static let ops = [
    "add", "average_pool_2d", "concatenation", "depthwise_conv_2d", "dequantize", "logistic",
    "max_pool_2d", "maximum", "mul", "pad", "padv2", "quantize", "relu", "relu6", "reshape",
    "softmax", "tanh", "transpose",
  ]

  @Test(arguments: ops) func equalsLiteRT(_ op: String) throws {
    let cases = try GoldenCase.all(in: Self.folder, op: op)
    #expect(!cases.isEmpty)
    var failures: [String] = []
    for golden in cases {
      if let problem = problem(of: golden) { failures.append("\(golden.name): \(problem)") }
    }
    let shown = failures.prefix(5).joined(separator: "\n")
    #expect(failures.isEmpty, "\(failures.count) of \(cases.count) cases differ\n\(shown)")
  }

  /// Nil when Octet gives LiteRT's answer.
  private func problem(of golden: GoldenCase) -> String? {
    let found: Tensor
    do {
      found = try Harness.run(
        try Harness.parse(golden.op, golden.attributes), golden.inputs,
        output: golden.expected.type.quantization
      ).output
    } catch {
      return "\(error)"
    }
    guard found.type == golden.expected.type else { return "the type is \(found.type.text)" }
    if found.type.element == .float32 {
      let expected = golden.expected.storage.array(of: Float.self)
      let bound = 1e-5 * expected.reduce(1) { max($0, abs($1)) }
      for (index, pair) in zip(found.storage.array(of: Float.self), expected).enumerated() {
        guard !(abs(pair.0 - pair.1) <= bound) else { continue }
        return "element \(index) is \(pair.0), LiteRT has \(pair.1)"
      }
      return nil
    }
    for (index, pair) in zip(found.storage.bytes, golden.expected.storage.bytes).enumerated()
    where pair.0 != pair.1 { return "byte \(index) is \(pair.0), LiteRT has \(pair.1)" }
    return nil
  }
}
