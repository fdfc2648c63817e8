public import OctetDiagnostics
public import OctetIR
import OctetOps
import OctetTFLite

/// What is in a model, as a value; `text` and `json` render it.
public struct Inspection: Sendable {
  public struct TensorInfo: Sendable {
    public let name: String
    public let type: String
    public let shape: [String]
    public let quantization: Quantization?
    /// Bytes of contents; nil unless it is a constant.
    public let constantBytes: Int?
  }

  public struct OpInfo: Sendable {
    public let index: Int
    public let op: String
    public let inputs: [String]
    public let outputs: [String]
    public let outputShape: String
    /// Multiply-accumulates of one run; nil where the shapes are not known.
    public let macs: Int?
    /// Elements of its constant inputs.
    public let parameters: Int
    /// Where it comes from, most recent first.
    public let provenance: [String]
  }

  /// What loops run.
  public struct SubgraphInfo: Sendable {
    public let name: String
    public let ops: [OpInfo]
    /// Bytes of its constants.
    let constantBytes: Int
  }

  public let path: String
  public let format: ModelFormat
  public let inputs: [TensorInfo]
  public let outputs: [TensorInfo]
  public let ops: [OpInfo]
  public let tensors: [TensorInfo]
  public let subgraphs: [SubgraphInfo]
  public let preprocessing: String?
  /// The text form of a detector's heads.
  public let detector: String?
  /// Of a `.tflite`, the first release of TFLite that has all its operators; nil where none is known.
  public let leastRuntime: RuntimeVersion?

  /// Reads a model without asking for weights, and describes it; with formulas for extents that follow from those which
  /// the model leaves open.
  public static func of(
    _ path: String, _ options: ModelOptions = ModelOptions(), log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Inspection {
    Inspection(try Model.shown(path, options, log: log))
  }

  /// Describes a model.
  public init(_ model: Model) {
    let graph = model.graph
    path = model.path
    format = model.format
    preprocessing = model.preprocessing
    detector = model.detector
    leastRuntime = model.format == .tflite ? model.leastRuntime : nil
    inputs = graph.inputs.map { TensorInfo(graph[$0]) }
    outputs = graph.outputs.map { TensorInfo(graph[$0]) }
    tensors = graph.values.map { TensorInfo($0) }
    subgraphs = graph.allSubgraphs.map { SubgraphInfo($0) }
    ops = graph.nodes.enumerated().map { index, node in OpInfo(node, index, graph) }
  }

  // Shapes of a file that is only looked at may be anything: sums saturate.
  public var parameters: Int { saturatingSum(allOps.map { $0.parameters }) }
  /// Of one turn of each loop.
  public var macs: Int { saturatingSum(allOps.map { $0.macs ?? 0 }) }
  public var weightBytes: Int {
    saturatingSum(tensors.map { $0.constantBytes ?? 0 } + subgraphs.map { $0.constantBytes })
  }

  private var allOps: [OpInfo] { ops + subgraphs.flatMap { $0.ops } }
}

extension Inspection.SubgraphInfo {
  init(_ graph: Graph) {
    name = graph.name
    ops = graph.nodes.enumerated().map { index, node in Inspection.OpInfo(node, index, graph) }
    constantBytes = saturatingSum(graph.values.map { $0.constant?.bytes.count ?? 0 })
  }
}

extension Inspection.TensorInfo {
  init(_ value: Value) {
    name = value.name
    type = value.type.element.name
    shape = value.type.shape.dimensions.map { $0.text }
    quantization = value.type.quantization
    constantBytes = value.constant?.bytes.count
  }

  /// `data  float32[1,28,28,1]  scale 0.0039 zero point -128`
  public var text: String {
    var text = "\(name)  \(type)[\(shape.joined(separator: ","))]"
    guard let quantization else { return text }
    if let (scale, zeroPoint) = quantization.single {
      return text + "  scale \(scale) zero point \(zeroPoint)"
    }
    text += "  " + counted(quantization.scales.count, "scale")
    if quantization.zeroPoints.count != quantization.scales.count {
      text += " but \(quantization.zeroPoints.count) zero points"
    }
    return text + (quantization.axis.map { " along dimension \($0)" } ?? "")
  }

  var json: JSON {
    return .members([
      ("name", .string(name)), ("type", .string(type)),
      ("shape", .array(shape.map { extent in Int(extent).map { .int($0) } ?? .string(extent) })),
      ("quantization", quantization?.json), ("constant_bytes", constantBytes.map { .int($0) }),
    ])
  }
}

extension Quantization {
  /// The numbers of a whole tensor; nil along an axis and for what a damaged file has.
  fileprivate var single: (scale: Float, zeroPoint: Int32)? {
    guard axis == nil, scales.count == 1, zeroPoints.count == 1 else { return nil }
    return (scale, zeroPoint)
  }

  /// Numbers for a whole tensor, else arrays.
  var json: JSON {
    if let (scale, zeroPoint) = single {
      return .members([
        ("scale", .number(Double(scale))), ("zero_point", .int(Int(zeroPoint))),
      ])
    }
    return .members([
      ("scale", .array(scales.map { .number(Double($0)) })),
      ("zero_point", .ints(zeroPoints.map { Int($0) })), ("axis", axis.map { .int($0) }),
    ])
  }
}

extension Inspection.OpInfo {
  init(_ node: Node, _ index: Int, _ graph: Graph) {
    self.index = index
    op = node.operatorName
    inputs = node.inputs.map { $0.map { graph[$0].name } ?? "" }
    outputs = node.outputs.map { graph[$0].name }
    outputShape = node.outputs.first.map { graph[$0].type.text } ?? ""
    parameters = saturatingSum(
      node.inputs.map { input in
        guard let input, graph[input].constant != nil else { return 0 }
        return graph[input].type.shape.elementCount ?? 0
      })
    macs = node.macs(in: graph)
    provenance = node.provenance.reversed().map { $0.source.text }
  }
}

extension Model {
  /// A model of any format to look at: its weights may be missing and its shapes open, with formulas for extents that follow
  /// from those which it leaves open.
  static func shown(
    _ path: String, _ options: ModelOptions, log: DiagnosticLog
  ) throws(DiagnosticFailure) -> Model {
    let found = DiagnosticLog()
    do throws(DiagnosticFailure) {
      let model = try read(path, options, needsWeights: false, log: found)
        .specialised(options, fixesBatch: false, found)
      for diagnostic in found.diagnostics { log.add(diagnostic) }
      return model.forInspection()
    } catch {
      let isOpen = Attempt(found).errors.allSatisfy { $0.code == .unknownDimension }
      let shapes =
        isOpen ? SymbolicShapes(path, options, Attempt(found), tried: [], keepsModels: true) : nil
      guard let model = shapes?.model else {
        for diagnostic in found.diagnostics { log.add(diagnostic) }
        throw error
      }
      for var diagnostic in found.diagnostics {
        diagnostic.severity = .remark
        log.add(diagnostic)
      }
      return model.forInspection()
    }
  }
}
