package import OctetDiagnostics
package import OctetIR
import OctetOps
import OctetRuntime

/// Computes nodes whose inputs are all constants, with the runtime.
///
///     %p = const ..., %t = transpose(%w, %p)   ->   %t = const ...
package struct FoldConstants: GraphPass {
  /// The most bytes that a folded constant may take: a small file must not grow without limit.
  private static let largest = 1 << 26

  package init() {}

  package var name: String { "FoldConstants" }
  package var summary: String { "compute nodes whose inputs are all constants" }

  package func patch(at index: Int, in view: GraphView) throws(Diagnostic) -> GraphPatch? {
    let node = view.graph.nodes[index]
    guard OpCatalog.builtin(node.op) != nil, node.subgraphs.isEmpty, !node.inputs.isEmpty,
      node.outputs.count == 1,
      node.inputs.allSatisfy({ $0 == nil || view.graph[$0!].constant != nil })
    else { return nil }
    let output = node.outputs[0]
    guard let size = view.graph[output].type.byteCount, size <= Self.largest,
      let tensor = Self.evaluate(node, view.graph)?.first
    else { return nil }
    var patch = GraphPatch(
      view.graph, "\(node.op.name) -> \(view.graph[output].name)", replacing: [node])
    patch.replace(output, with: patch.addConstant(view.graph[output].name, tensor))
    return patch
  }

  /// The results of a node that makes whole numbers of constants, as computed shapes are, or of a shape that is known;
  /// nil for any other, for one that is a graph's output, and for more than 2^16 numbers.
  package static func wholeNumbers(of node: Node, in graph: Graph) -> [Tensor]? {
    guard OpCatalog.builtin(node.op) != nil, node.subgraphs.isEmpty, !node.inputs.isEmpty,
      node.inputs.allSatisfy({ $0 == nil || graph[$0!].constant != nil || node.op is ShapeOf }),
      node.outputs.allSatisfy({ output in
        [.int32, .int64, .bool].contains(graph[output].type.element)
          && (graph[output].type.shape.elementCount ?? .max) <= 1 << 16
          && !graph.outputs.contains(output)
      })
    else { return nil }
    return evaluate(node, graph)
  }

  /// Nil when the runtime cannot run the node.
  private static func evaluate(_ node: Node, _ graph: Graph) -> [Tensor]? {
    var small = Graph(name: "constant")
    let inputs = node.inputs.map { $0.map { small.add(graph[$0]) } }
    small.inputs = inputs.compactMap { $0 }.filter { small[$0].constant == nil }
    small.outputs = node.outputs.map { small.add(graph[$0]) }
    small.nodes = [Node(node.op, inputs: inputs, outputs: small.outputs)]
    guard let prepared = try? PreparedGraph(small, usesReference: true, log: DiagnosticLog()) else {
      return nil
    }
    prepared.invoke()
    return prepared.outputs.map { $0.copy() }
  }
}
