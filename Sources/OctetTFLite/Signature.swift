import OctetIR
import OctetSchema

/// A signature of a model beside the one whose names its inputs and outputs have.
package struct Signature: Sendable, Equatable {
  package let key: String?
  /// The subgraph that it calls; nil for the model's own graph.
  package let graph: String?
  /// Names for places among the graph's inputs and outputs.
  package let inputs: [Entry]
  package let outputs: [Entry]

  package struct Entry: Sendable, Equatable {
    package let name: String
    package let place: Int
  }

  /// Nil for one that names tensors that are no inputs or outputs of its graph.
  init?(_ table: SignatureDefTable, _ graphs: [Graph]) {
    let index = Int(table.subgraphIndex)
    guard graphs.indices.contains(index) else { return nil }
    let graph = graphs[index]
    func entries(_ map: FlatVector<TensorMapTable>?, _ ids: [ValueID]) -> [Entry]? {
      var result: [Entry] = []
      for entry in map.map({ Array($0) }) ?? [] {
        let id = ValueID(Int(entry.tensorIndex))
        guard let name = entry.name, let place = ids.firstIndex(of: id) else { return nil }
        result.append(Entry(name: name, place: place))
      }
      return result
    }
    guard let inputs = entries(table.inputs, graph.inputs),
      let outputs = entries(table.outputs, graph.outputs)
    else { return nil }
    key = table.signatureKey
    self.graph = index == 0 ? nil : graph.name
    self.inputs = inputs
    self.outputs = outputs
  }

  /// Nil where the graph has not all inputs and outputs that the signature names.
  func object(_ graphs: [Graph]) -> FlatObject? {
    guard let index = graph.map({ name in graphs.firstIndex { $0.name == name } }) ?? 0 else {
      return nil
    }
    func maps(_ entries: [Entry], _ ids: [ValueID]) -> [FlatObject]? {
      guard entries.allSatisfy({ ids.indices.contains($0.place) }) else { return nil }
      return entries.map {
        TensorMapTable.object(name: $0.name, tensorIndex: UInt32(ids[$0.place].index))
      }
    }
    guard let inputs = maps(inputs, graphs[index].inputs),
      let outputs = maps(outputs, graphs[index].outputs)
    else { return nil }
    return SignatureDefTable.object(
      inputs: inputs, outputs: outputs, signatureKey: key, subgraphIndex: UInt32(index))
  }
}
