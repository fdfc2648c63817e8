import Glibc
import OctetDiagnostics
import OctetIR
import OctetImport
import Testing

/// A few bytes of text must not cost gigabytes, and no size may be a trap.
@Suite struct CaffeMemoryTests {
  func peakBytes() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  }

  func layer(_ index: Int, _ type: String, _ settings: String) -> String {
    "layer { name: 'l\(index)' type: '\(type)' bottom: 'x' top: 'y\(index)' \(settings) }\n"
  }

  /// Weights that no file gives take address space only.
  @Test(arguments: [
    "InnerProduct|inner_product_param { num_output: 2000 transpose: true }",
    "Convolution|convolution_param { num_output: 2048 kernel_size: 1 kernel_size: 4 }",
    "BatchNorm|", "Scale|scale_param { bias_term: true axis: 1 num_axes: -1 }",
  ])
  func absentWeights(_ layer: String) throws {
    let parts = layer.split(separator: "|", omittingEmptySubsequences: false).map { String($0) }
    let before = peakBytes()
    var text = "input: 'x' input_dim: [1, 65536, 1, 4]\n"
    text += self.layer(0, parts[0], parts[1])
    let (result, log) = try NetFixture(.caffe, text).read()
    #expect(result != nil, "\(log.diagnostics)")
    #expect(peakBytes() - before < 512 << 20)
  }

  @Test func absentWeightsHaveALimit() throws {
    var text = "input: 'x' input_dim: [1, 65536, 1, 4]\n"
    for index in 0..<3 {
      text += layer(index, "InnerProduct", "inner_product_param { num_output: 2000 }")
    }
    let before = peakBytes()
    let problem = try NetFixture(.caffe, text).only(.tensorTooLarge)
    #expect(problem.message == "the weights of the layers up to here are too large")
    #expect(problem.location?.node == "l2")
    #expect(peakBytes() - before < 512 << 20)
  }

  @Test(arguments: [
    ("[1, 1, 65536, 32768]", "input 'x' of shape [1, 1, 65536, 32768] is too large"),
    ("[1, 1, 2147483648, 1]", "input 'x' of shape [1, 1, 2147483648, 1] is too large"),
    ("[1, 1, 1000000000000, 1000000000000]", "is too large"),
  ])
  func tensorsOfTwoGigaElements(_ extents: String, _ message: String) throws {
    let text = "input: 'x' input_dim: \(extents)\n" + layer(0, "Flatten", "")
    #expect(try NetFixture(.caffe, text).only(.tensorTooLarge).message.hasSuffix(message))
  }

  @Test func theLargestTensor() throws {
    let text = "input: 'x' input_dim: [1, 1, 1, 2147483647]\n" + layer(0, "Flatten", "")
    let (result, log) = try NetFixture(.caffe, text).read()
    #expect(result != nil, "\(log.diagnostics)")
  }

  /// A maximum, and an average without padding, need nothing for each of their windows.
  @Test(arguments: ["pool: MAX pad: 1", "pool: AVE"])
  func hugePools(_ settings: String) throws {
    let before = peakBytes()
    let text =
      "input: 'x' input_dim: [1, 1, 1, 200000000]\n"
      + layer(0, "Pooling", "pooling_param { \(settings) kernel_h: 1 kernel_w: 2 }")
      .replacing("pad: 1", with: "pad_h: 0 pad_w: 1")
    let (result, log) = try NetFixture(.caffe, text).read()
    #expect(result != nil, "\(log.diagnostics)")
    #expect(peakBytes() - before < 512 << 20)
  }
}
