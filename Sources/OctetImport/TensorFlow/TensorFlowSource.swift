import OctetDiagnostics
import OctetIR

/// A model of TensorFlow in memory: its graph, its functions, what its variables hold, and its ends.
struct TensorFlowSource {
  /// An input of the model.
  struct Input {
    let name: String
    /// The node that stands for it.
    let node: String
    /// Nil for a type that Octet has not.
    let type: ElementType?
    let shape: TFTensorShapeProto
  }

  /// An output of the model.
  struct Output {
    let name: String
    let reference: TensorReference
  }

  let place: Location
  let main: TensorFlowBody
  let functions: [String: TensorFlowBody]
  /// By the name of a variable's handle.
  var variables: [String: Tensor] = [:]
  var inputs: [Input] = []
  /// The model's own.
  var outputs: [Output] = []
  /// Whether the outputs are only what nothing reads: a constant among them is none.
  private(set) var guessesOutputs = false

  init(_ graph: TFGraphDef, _ place: Location) {
    self.place = place
    main = TensorFlowBody(graph)
    functions = Dictionary(
      graph.library.function.map { ($0.signature.name, TensorFlowBody($0)) }
    ) { first, _ in first }
  }

  // MARK: Frozen graphs

  /// A graph whose inputs are its placeholders, and whose outputs are what no other node reads.
  init(frozen graph: TFGraphDef, _ place: Location, outputs wanted: [String]) {
    self.init(graph, place)
    var read: Set<String> = []
    for node in main.nodes {
      for input in node.input { read.insert(TensorReference(input).node) }
      guard Self.placeholders.contains(node.op) else { continue }
      inputs.append(
        Input(
          name: node.name, node: node.name,
          type: ElementType(node.attr["dtype"]?.type ?? .dtInvalid),
          shape: node.attr["shape"]?.shape ?? TFTensorShapeProto()))
    }
    let idle: Set<String> = [
      "Exit", "RefExit", "Switch", "RefSwitch", "Enter", "NextIteration", "TensorArrayCloseV3",
      "Const", "NoOp", "Assign", "Assert", "SaveV2", "RestoreV2", "MergeV2Checkpoints",
    ]
    guard wanted.isEmpty else { return }
    guessesOutputs = true
    for node in main.nodes
    where !read.contains(node.name) && !idle.contains(node.op)
      && !Self.placeholders.contains(node.op) && !isPivot(node)
    {
      outputs.append(Output(name: node.name, reference: TensorReference(node.name)))
    }
  }

  /// Whether a node only tells those that read nothing on which side of a condition they are.
  private func isPivot(_ node: TFNodeDef) -> Bool {
    guard node.op == "Identity",
      let place = node.input.first.map({ TensorReference($0).node })
        .flatMap({ main.place(of: $0) })
    else { return false }
    return main.nodes[place].op.hasSuffix("Switch")
  }

  static let placeholders: Set<String> = ["Placeholder", "PlaceholderV2", "PlaceholderWithDefault"]

  // MARK: Signatures

  /// The graph of a SavedModel with the ends of a signature, in the order of their names. Throws `OCT0304` when
  /// there is no such signature.
  init(
    _ meta: TFMetaGraphDef, _ place: Location, _ options: ImportOptions
  ) throws(Diagnostic) {
    self.init(meta.graphDef, place)
    let (name, signature) = try Self.signature(of: meta, options.signature)
    for (name, info) in signature.inputs.sorted(by: { $0.key < $1.key }) {
      inputs.append(
        Input(
          name: name, node: TensorReference(info.name).node, type: ElementType(info.dtype),
          shape: info.tensorShape))
    }
    for (name, info) in signature.outputs.sorted(by: { $0.key < $1.key }) {
      outputs.append(Output(name: name, reference: TensorReference(info.name)))
    }
    if outputs.isEmpty {
      throw Diagnostic(.noInput, "the signature '\(name)' has no outputs")
    }
  }

  private static func signature(
    of meta: TFMetaGraphDef, _ wanted: String?
  ) throws(Diagnostic) -> (name: String, signature: TFSignatureDef) {
    let usable = meta.signatureDef.filter { !$0.value.outputs.isEmpty && !$0.key.hasPrefix("__") }
    let names = usable.keys.sorted()
    if let wanted {
      guard let signature = usable[wanted] else {
        throw Diagnostic(
          .unknownSignature, "the SavedModel has no signature '\(wanted)'",
          notes: ["its signatures are " + names.joined(separator: ", ")]
        ).suggesting(wanted, from: names)
      }
      return (wanted, signature)
    }
    let preferred = "serving_default"
    guard let name = names.contains(preferred) ? preferred : names.first,
      let signature = usable[name]
    else {
      throw Diagnostic(
        .noInput, "the SavedModel has no signature",
        help: "save it with one: tf.saved_model.save(model, folder, signatures=function)")
    }
    return (name, signature)
  }
}
