public import ArgumentParser
public import Octet

/// What the layers of a quantized model compute in.
struct LayerArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Layers that compute in int8 (default), int16 (with int8 weights) or float32, by the name of a layer or of its output tensor; * stands for any characters, ? for one; repeatable, the last that fits holds: '*=int16' --precision conv1=float32.",
      valueName: "name=type"))
  var precision: [LayerRule] = []

  @Option(
    help: ArgumentHelp(
      "Lines NAME=TYPE, as for --precision, which comes after them; 'octet debug precision' writes such a file.",
      valueName: "file"))
  var precisionFile: String?

  @Option(
    help: ArgumentHelp(
      "Layers whose results are stored as another type than they compute in; names as for --precision.",
      valueName: "name=type"))
  var layerOutputType: [LayerRule] = []

  @Option(
    help:
      "Scales of a layer's weights: per-channel (default) or per-tensor, for targets that know no others."
  )
  var weightScales: WeightScales?

  @Option(
    help:
      "Type of the int8 model's inputs: int8, uint8, int16 or float32; by default what the layers behind them compute in."
  )
  var inputType: InterfaceType?

  @Option(
    help:
      "Type of the int8 model's outputs: int8, uint8, int16 or float32; by default what their layers give."
  )
  var outputType: InterfaceType?

  @Option(
    help: ArgumentHelp(
      "Put as few and as cheap layers as can be found in int16 until the model comes so near to float on samples that were held back: sqnr=30dB (signal to noise of the outputs) or top1-drop=0.1% (best classes that change).",
      valueName: "metric"))
  var targetMetric: TargetMetric?

  /// The options that were given.
  var given: [String] {
    [
      (!precision.isEmpty, "--precision"), (precisionFile != nil, "--precision-file"),
      (inputType != nil, "--input-type"), (outputType != nil, "--output-type"),
      (!layerOutputType.isEmpty, "--layer-output-type"),
      (weightScales != nil, "--weight-scales"), (targetMetric != nil, "--target-metric"),
    ].filter { $0.0 }.map { $0.1 }
  }

  func apply(
    to options: inout Int8Options, _ log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    if let precisionFile { try options.layers.add(rulesIn: precisionFile, log: log) }
    for rule in precision { options.setPrecision(rule.type, of: rule.pattern) }
    for rule in layerOutputType { options.setOutputType(rule.type, of: rule.pattern) }
    options.weightScales = weightScales ?? options.weightScales
    options.inputType = inputType
    options.outputType = outputType
    options.target = targetMetric
  }
}

/// `NAME=int16`: layers and a type. The type stands behind the last equals sign.
struct LayerRule: ExpressibleByArgument {
  let pattern: String
  let type: LayerPrecision

  init?(argument: String) {
    guard let equals = argument.lastIndex(of: "="), equals > argument.startIndex,
      let type = LayerPrecision(rawValue: String(argument[argument.index(after: equals)...]))
    else { return nil }
    pattern = String(argument[..<equals])
    self.type = type
  }
}

extension WeightScales: ExpressibleByArgument {}

extension TargetMetric: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
