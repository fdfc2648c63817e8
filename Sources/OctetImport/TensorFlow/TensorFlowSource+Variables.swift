import OctetDiagnostics
import OctetFiles
import OctetIR
import SwiftProtobuf

extension TensorFlowSource {
  /// Reads the variables as the model itself would: what its restore operation assigns.
  mutating func restore(_ meta: TFMetaGraphDef, from prefix: String) throws(Diagnostic) {
    guard pathKind(prefix + ".index") == .file else { return }
    let bundle = try TensorBundle(prefix)
    try assignByName(bundle)
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
  }

  /// Takes the tensors that the checkpoint lists by the names of their variables: Keras 3 saves other handles than the
  /// ones its functions use.
  private mutating func assignByName(_ bundle: TensorBundle) throws(Diagnostic) {
    guard let text = try bundle.text("_CHECKPOINTABLE_OBJECT_GRAPH"),
      let graph = try? TFTrackableObjectGraph(serializedBytes: text, partial: true)
    else { return }
    var keys: [String: Set<String>] = [:]
    for attribute in graph.nodes.flatMap({ $0.attributes }) where !attribute.fullName.isEmpty {
      keys[attribute.fullName, default: []].insert(attribute.checkpointKey)
    }
    for node in main.nodes where node.op == "VarHandleOp" {
      let shared = node.attr["shared_name"].map { String(decoding: $0.s, as: UTF8.self) }
      // A name that several variables have tells nothing.
      guard let found = keys[shared ?? node.name] ?? keys[node.name], found.count == 1,
        let key = found.first, let tensor = try bundle.tensor(key)
      else { continue }
      variables[node.name] = tensor
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
