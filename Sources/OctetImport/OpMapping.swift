import OctetDiagnostics
import OctetIR

/// How the layers and nodes of source frameworks become operators. One value for each operator
/// family; the frameworks stand side by side so that their different defaults can be seen.
package struct OpMapping: Sendable {
  /// Builds operators for one node and gives the values of its outputs.
  typealias Build =
    @Sendable (ForeignNode, inout GraphBuilder) throws(Diagnostic) -> [ValueID]

  /// By Caffe layer type.
  package let caffe: [String: CaffeMapping]

  init(caffe: [String: CaffeMapping]) {
    self.caffe = caffe
  }

  /// Text-IR names of the operators the mapping may make.
  package var makes: Set<String> { Set(caffe.values.flatMap { $0.makes }) }

  /// All mappings.
  package static let all: [OpMapping] = [
    .activation, .batchNormalization, .concatenation, .convolution, .dense, .elementwise,
    .identity, .pooling, .reshape, .scale, .softmax,
  ]

  /// Operators that no layer of a source framework stands for, with the reason.
  package static let unmapped: [String: String] = [
    "quantize": "made by the quantizer",
    "dequantize": "made by the quantizer",
    "relu6": "Caffe has no layer for it",
  ]

  /// The mapping of each Caffe layer type.
  package static let caffe: [String: CaffeMapping] = {
    var result: [String: CaffeMapping] = [:]
    for mapping in all { result.merge(mapping.caffe) { first, _ in first } }
    return result
  }()
}

/// How one Caffe layer type becomes operators.
package struct CaffeMapping: Sendable {
  /// The message of a layer that holds its settings.
  struct Fields: Sendable {
    let message: String
    /// All the fields Caffe knows there; a layer with another one is refused.
    let names: [String]

    init(_ message: String, _ names: [String]) {
      self.message = message
      self.names = names
    }
  }

  /// Text-IR names of the operators the layer may make.
  package let makes: [String]
  let fields: Fields?
  /// How many blobs the layer may read.
  let bottoms: ClosedRange<Int>
  /// Whether a layer cannot work without weights.
  let needsWeights: @Sendable (ForeignNode) -> Bool
  let build: OpMapping.Build

  init(
    makes: [String], fields: Fields? = nil, bottoms: ClosedRange<Int> = 1...1,
    needsWeights: @escaping @Sendable (ForeignNode) -> Bool = { _ in false },
    build: @escaping OpMapping.Build
  ) {
    self.makes = makes
    self.fields = fields
    self.bottoms = bottoms
    self.needsWeights = needsWeights
    self.build = build
  }

  /// What is wrong with a layer before its bottoms are looked at.
  func problems(of node: ForeignNode) -> [Diagnostic] {
    var result: [Diagnostic] = []
    func add(_ message: String, help: String) {
      result.append(Diagnostic(.unsupportedParameter, message, at: node.location, help: help))
    }
    if !bottoms.contains(node.inputs.count) {
      let wanted =
        bottoms.count == 1
        ? "\(bottoms.lowerBound)"
        : bottoms.upperBound == Int.max
          ? "at least \(bottoms.lowerBound)" : "\(bottoms.lowerBound) or \(bottoms.upperBound)"
      add(
        "\(node.type) takes \(wanted) bottom\(wanted.hasSuffix("1") ? "" : "s"), the layer has \(node.inputs.count)",
        help: "give the layer as many blobs as it takes")
    }
    if node.outputs.isEmpty { add("the layer has no top", help: "name the blob it makes") }
    guard let fields else { return result }
    do throws(Diagnostic) {
      let settings = try node.attributes.message(fields.message)
      for entry in settings.entries where !fields.names.contains(entry.name) {
        var problem = Diagnostic(
          .unsupportedParameter, "'\(fields.message)' has no field '\(entry.name)'",
          at: Location(line: entry.line).completed(by: node.location)
        ).suggesting(entry.name, from: fields.names)
        problem.helps.append(.init("take it off if the layer computes the same without it"))
        result.append(problem)
      }
    } catch {
      result.append(error.located(node.location))
    }
    return result
  }
}
