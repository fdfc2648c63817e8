import OctetDiagnostics

/// What becomes of a layer in a net that is run and not trained.
enum CaffeRole {
  case input
  /// Its blobs that the net computes with become inputs.
  case data
  /// The function whose result a loss judges takes its place; nil where there is none.
  case loss(replacement: String?)
  /// It goes, with the reason.
  case removed(String)
  /// It goes, and its blobs are nobody's outputs.
  case silence
  case computation

  init(_ type: String) {
    switch type {
    case "Input": self = .input
    case "Data", "ImageData", "HDF5Data", "MemoryData", "DummyData", "WindowData",
      "AnnotatedData":
      self = .data
    case "SoftmaxWithLoss": self = .loss(replacement: "Softmax")
    case "SigmoidCrossEntropyLoss": self = .loss(replacement: "Sigmoid")
    case "EuclideanLoss", "HingeLoss", "ContrastiveLoss", "InfogainLoss",
      "MultinomialLogisticLoss", "SmoothL1Loss", "MultiBoxLoss":
      self = .loss(replacement: nil)
    case "Accuracy": self = .removed("it measures and computes nothing")
    case "Silence": self = .silence
    case "HDF5Output": self = .removed("it makes nothing")
    default: self = .computation
    }
  }
}

/// The rules by which a layer takes part: `include` and `exclude` with phase, level and stages. A
/// layer's own `phase` is none of them.
///
/// Source: `Net::FilterNet` and `Net::StateMeetsRule` of net.cpp.
struct CaffeNetState {
  private let level: Int
  private let stages: Set<String>

  /// - Parameter root: a net's settings.
  init(_ root: ForeignAttributes) throws(Diagnostic) {
    let settings = try root.message("state")
    level = try settings.int("level", default: 0)
    stages = Set(try settings.texts("stage"))
  }

  /// Without rules a layer is in; with `include` rules one must hold; with `exclude` rules none may.
  func includes(_ layer: ForeignAttributes) throws(Diagnostic) -> Bool {
    let includes = try layer.messages("include")
    let excludes = try layer.messages("exclude")
    guard includes.isEmpty || excludes.isEmpty else {
      throw Diagnostic(
        .unsupportedParameter, "the layer has include rules and exclude rules",
        help: "keep one kind, as Caffe asks")
    }
    for rule in includes where try meets(rule) { return true }
    for rule in excludes where try meets(rule) { return false }
    return includes.isEmpty
  }

  private func meets(_ rule: ForeignAttributes) throws(Diagnostic) -> Bool {
    if rule.contains("phase"), try rule.choice("phase", among: ["TRAIN", "TEST"]) == "TRAIN" {
      return false
    }
    if try level < rule.int("min_level", default: .min) { return false }
    if try level > rule.int("max_level", default: .max) { return false }
    for stage in try rule.texts("stage") where !stages.contains(stage) { return false }
    for stage in try rule.texts("not_stage") where stages.contains(stage) { return false }
    return true
  }
}
