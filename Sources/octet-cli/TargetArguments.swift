import ArgumentParser
import Octet

/// The runtime that a model is meant for.
struct TargetArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The runtime that is to run the model: tflm for microcontrollers, or TFLite of a release, such as tflite-2.16.",
      valueName: "name"))
  var target: String?

  var value: Target? { target.flatMap { Target($0) } }

  func validate() throws {
    guard let target, Target(target) == nil else { return }
    let near = nearMatches(to: target, in: Target.names)
    throw ValidationError(
      "there is no target '\(target)'; "
        + (near.isEmpty
          ? "there are tflm and \(Target.names[1]) to \(Target.names.last ?? "")"
          : "did you mean \(alternatives(Array(near.prefix(3))))?"))
  }
}
