import Foundation
import Octet
import OctetIR
import OctetOps
import OctetRuntime
import OctetTestSupport
import Testing

/// Whole models computed by fast kernels, joined steps and several threads give what the operators'
/// definitions give: int8 to the bit, float within the bound of the design.
@Suite struct WholeModelTests {
  let log = DiagnosticLog()

  /// The float model and its int8 form, calibrated on the folder's pictures.
  func models(_ cfg: String, _ weights: String, _ pictures: String) throws -> [Model] {
    let float = try Model.open(cfg, ModelOptions(weights: weights), log: log).optimized(log: log)
    let int8 = try Int8Conversion(
      float, Int8Options(data: pictures), preprocessing: nil, log: log)
    return [float, int8.model]
  }

  func check(_ model: Model) throws {
    let reference = try PreparedGraph(model.graph, usesReference: true, log: log)
    var generator = SplitMix64(seed: 99)
    let inputs = reference.inputs.map { view in
      (0..<view.count * (view.element.byteCount ?? 1)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
    }
    func run(_ prepared: PreparedGraph) -> [Tensor] {
      for (view, bytes) in zip(prepared.inputs, inputs) {
        if view.element == .float32 {
          for i in 0..<view.count { view.float32[i] = Float(bytes[i]) / 255 }
        } else {
          for (i, byte) in bytes.enumerated() { view.uint8[i] = byte }
        }
      }
      prepared.invoke()
      return prepared.outputs.map { $0.copy() }
    }
    let expected = run(reference)
    for threads in [1, 2, 3] {
      let fast = try PreparedGraph(model.graph, threads: threads, log: log)
      #expect(fast.steps.count < reference.steps.count, "no steps are joined")
      for (result, expected) in zip(run(fast), expected) {
        if expected.type.element == .float32 {
          let values = expected.storage.array(of: Float.self)
          let bound = 4e-5 * max(1, values.lazy.map { abs($0) }.max() ?? 0)
          let error = zip(result.storage.array(of: Float.self), values).lazy.map { abs($0 - $1) }
            .max()
          #expect((error ?? .infinity) <= bound, "\(model.path) with \(threads) threads")
        } else {
          #expect(
            result.storage.array(of: UInt8.self) == expected.storage.array(of: UInt8.self),
            "\(model.path) with \(threads) threads")
        }
      }
    }
  }

  @Test func theSample() throws {
    let sample = Sample.root.appending(path: "samples/02-yolo").path()
    let models = try models(
      sample + "/digits.cfg", sample + "/digits.weights", sample + "/calibration")
    for model in models { try check(model) }
    // int8 and int16 in turn.
    var options = Int8Options(data: sample + "/calibration")
    let graph = models[0].graph
    for (index, node) in graph.nodes.enumerated() where index / 3 % 2 == 0 {
      options.setPrecision(.int16, of: graph[node.outputs[0]].name)
    }
    try check(try Int8Conversion(models[0], options, preprocessing: nil, log: log).model)
  }

  /// YOLOv3-tiny, and a detector on MobileNetV2.
  @Test(
    .enabled(if: Sample.hasShared("darknet", "images"), "needs ../shared/data"),
    arguments: [
      ("cfg/yolov3-tiny.cfg", "yolov3-tiny.weights"),
      ("MobileNetV2-YOLOv3-Nano-voc.cfg", "MobileNetV2-YOLOv3-Nano-voc.weights"),
    ])
  func published(_ cfg: String, _ weights: String) throws {
    let folder = Sample.shared + "/darknet/"
    for model in try models(folder + cfg, folder + weights, Sample.shared + "/images") {
      try check(model)
    }
  }
}
