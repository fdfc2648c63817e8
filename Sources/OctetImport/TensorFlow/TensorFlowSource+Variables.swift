import OctetDiagnostics
import OctetFiles
import OctetIR

extension TensorFlowSource {
  /// Reads the variables as the model itself would: what its restore operation assigns.
  mutating func restore(_ meta: TFMetaGraphDef, from prefix: String) throws(Diagnostic) {
    guard pathKind(prefix + ".index") == .file else { return }
    let bundle = try TensorBundle(prefix)
    let name = TensorReference(meta.saverDef.restoreOpName).node
    guard let place = main.place(of: name) else { return }
    let node = main.nodes[place]
    if let called = node.attr["f"]?.func.name, let body = functions[called] {
      let handles = node.input.map { TensorReference($0).node }
      try assign(in: body, bundle) { reference in
        body.argument(reference.node).flatMap { handles.indices.contains($0) ? handles[$0] : nil }
      }
    } else {
      try assign(in: main, bundle) { $0.node }
    }
    takeFromCopies()
  }

  /// Gives variables without a value that of the copy which is initialised from them: `tf.saved_model.save` of a
  /// Keras 3 model stores a copy of each variable and leaves out the variable that the functions read.
  private mutating func takeFromCopies() {
    for node in main.nodes where node.op == "AssignVariableOp" && node.input.count >= 2 {
      let copy = TensorReference(node.input[0]).node
      guard let value = variables[copy],
        let read = main.place(of: TensorReference(node.input[1]).node),
        main.nodes[read].op == "ReadVariableOp", let source = main.nodes[read].input.first
      else { continue }
      let original = TensorReference(source).node
      if variables[original] == nil { variables[original] = value }
    }
  }

  /// Takes the tensors that the assignments of `body` read from the bundle.
  private mutating func assign(
    in body: TensorFlowBody, _ bundle: TensorBundle, handle: (TensorReference) -> String?
  ) throws(Diagnostic) {
    for node in body.nodes where ["AssignVariableOp", "Assign"].contains(node.op) {
      guard node.input.count >= 2, let handle = handle(TensorReference(node.input[0])),
        let name = storedName(TensorReference(node.input[1]), in: body),
        let tensor = try bundle.tensor(name)
      else { continue }
      variables[handle] = tensor
    }
  }

  /// The name under which a RestoreV2 reads what `reference` is, through what only hands it on.
  private func storedName(_ reference: TensorReference, in body: TensorFlowBody) -> String? {
    var reference = reference
    for _ in 0..<8 {
      guard let place = body.place(of: reference.node) else { return nil }
      let node = body.nodes[place]
      guard node.op == "RestoreV2" else {
        guard ["Identity", "Reshape"].contains(node.op), let first = node.input.first else {
          return nil
        }
        reference = TensorReference(first)
        continue
      }
      guard node.input.count > 1, let names = body.place(of: TensorReference(node.input[1]).node),
        let values = body.nodes[names].attr["value"]?.tensor.stringVal,
        values.indices.contains(reference.index)
      else { return nil }
      return String(decoding: values[reference.index], as: UTF8.self)
    }
    return nil
  }
}
