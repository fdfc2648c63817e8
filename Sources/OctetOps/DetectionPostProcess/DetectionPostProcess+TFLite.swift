import OctetDiagnostics
package import OctetIR
import OctetSchema

extension DetectionPostProcess {
  package func version(_ operands: Operands, _ results: [TensorType]) -> Int32 { 1 }

  package var options: OperatorOptions {
    OperatorOptions(
      custom: FlexMap.bytes([
        ("max_detections", .int(settings.detections)),
        ("max_classes_per_detection", .int(settings.classesOfBox)),
        ("detections_per_class", .int(settings.boxesOfClass)),
        ("use_regular_nms", .bool(settings.isRegular)),
        ("nms_score_threshold", .float(settings.leastScore)),
        ("nms_iou_threshold", .float(settings.mostOverlap)),
        ("num_classes", .int(settings.classes)),
        ("y_scale", .float(settings.scales[0])), ("x_scale", .float(settings.scales[1])),
        ("h_scale", .float(settings.scales[2])), ("w_scale", .float(settings.scales[3])),
      ]))
  }

  @Sendable static func read(_ reader: OperatorReader) throws(Diagnostic) -> any BuiltinOp {
    guard let bytes = reader.table.customOptions, let options = FlexMap(Array(bytes)) else {
      throw Diagnostic(.invalidModel, "the operator's options are no FlexBuffers map")
    }
    func number(_ name: String, default fallback: Double? = nil) throws(Diagnostic) -> Double {
      guard let value = options[name] ?? fallback, abs(value) <= 1e9 else {
        throw Diagnostic(.invalidModel, "the operator has no number '\(name)'")
      }
      return value
    }
    var scales: [Float] = []
    for side in ["y", "x", "h", "w"] { scales.append(Float(try number("\(side)_scale"))) }
    return DetectionPostProcess(
      Settings(
        detections: Int(try number("max_detections")),
        classesOfBox: Int(try number("max_classes_per_detection")),
        boxesOfClass: Int(try number("detections_per_class", default: 100)),
        isRegular: try number("use_regular_nms", default: 0) != 0,
        leastScore: Float(try number("nms_score_threshold")),
        mostOverlap: Float(try number("nms_iou_threshold")),
        classes: Int(try number("num_classes")), scales: scales))
  }
}
