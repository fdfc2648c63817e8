import OctetDiagnostics
import OctetIR
import OctetOps

/// The nodes of a graph whose shapes data decide (`Graph.nodesShapedByData`). Each run goes through them in stages: all
/// nodes whose shapes follow from what is computed so far are prepared as a graph of their own, and run. A stage stays
/// prepared as long as it is given tensors of the same types and, where contents decide shapes, the same contents.
final class ShapedByData {
  /// Prepares a stage on the tensors that are its inputs. What it gives holds the stage's memory.
  typealias Prepare =
    (_ stage: Graph, _ inputs: [TensorView]) throws(Diagnostic) -> PreparedSubgraph

  private struct Stage {
    let nodes: [Int]
    let types: [TensorType]
    /// Contents that decide shapes.
    let deciding: [ValueID: Storage]
    let prepared: PreparedSubgraph
  }

  /// All of the graph; `nodes` are those that are run here.
  private let graph: Graph
  private let nodes: [Int]
  private let given: [TensorView?]
  private let prepare: Prepare
  private var stages: [Stage] = []
  private var views: [TensorView?]

  /// - Parameters:
  ///   - nodes: places in `graph.nodes`, in order.
  ///   - given: the tensors of the graph that are not made here.
  init(_ graph: Graph, nodes: [Int], given: [TensorView?], prepare: @escaping Prepare) {
    self.graph = graph
    self.nodes = nodes
    self.given = given
    self.prepare = prepare
    views = given
  }

  /// A tensor of the last run; nil for one that it did not come to.
  func view(of value: ValueID) -> TensorView? { views[value.index] }

  /// Throws what is wrong with the shapes that the data have come to: that of an operator which does not take them, or
  /// `OCT0703` for tensors beyond the limit.
  func run(on run: (PreparedSubgraph) -> Void) throws(Diagnostic) {
    views = given
    var left = nodes
    var place = 0
    while !left.isEmpty {
      let plan = try nextStage(left)
      let isKnown =
        stages.indices.contains(place) && stages[place].nodes == plan.nodes
        && stages[place].types == plan.inputs.map { plan.graph[$0].type }
        && stages[place].deciding.allSatisfy { id, storage in
          plan.deciding[id].map { $0.bytes.elementsEqual(storage.bytes) } ?? false
        }
      if !isKnown {
        // What came behind it reads where it wrote.
        stages.removeSubrange(min(place, stages.count)...)
        stages.append(try stage(plan))
      }
      let prepared = stages[place].prepared
      run(prepared)
      for (id, view) in zip(plan.results, prepared.outputs) { views[id.index] = view }
      left.removeAll { plan.nodes.contains($0) }
      place += 1
    }
  }

  /// What a stage computes.
  private struct Plan {
    var nodes: [Int] = []
    /// The graph with the types that are known now, and with the contents that decide them.
    var graph: Graph
    var deciding: [ValueID: Storage] = [:]
    /// What it reads and what it makes, of the graph's values.
    var inputs: [ValueID] = []
    var results: [ValueID] = []
  }

  private func nextStage(_ left: [Int]) throws(Diagnostic) -> Plan {
    var plan = Plan(graph: graph)
    var isMade = [Bool](repeating: false, count: graph.values.count)
    var isOrdered = false
    var obstacle: Diagnostic?
    for index in left {
      let node = graph.nodes[index]
      let touches = graph.touchesVariables(node)
      let inputs = node.inputs.compactMap { $0 }
      for input in inputs {
        if let view = views[input.index] { plan.graph[input].type = view.type }
      }
      guard !(touches && isOrdered),
        inputs.allSatisfy({ views[$0.index] != nil || isMade[$0.index] })
      else {
        isOrdered = isOrdered || touches
        continue
      }
      let types: [TensorType]
      do throws(Diagnostic) {
        types = try inferred(node, isMade, &plan)
      } catch {
        let problem = plan.graph.described(error, node)
        guard error.code == .unknownDimension else { throw problem }
        obstacle = obstacle ?? problem
        isOrdered = isOrdered || touches
        continue
      }
      for (type, output) in zip(types, node.outputs) {
        plan.graph[output].type.shape = type.shape
        isMade[output.index] = true
      }
      plan.nodes.append(index)
    }
    if plan.nodes.isEmpty {
      throw obstacle
        ?? Diagnostic(.invalidGraph, "nothing makes what the rest of the graph reads")
    }
    let rest = left.filter { !plan.nodes.contains($0) }.flatMap { graph.nodes[$0].inputs }
    var isRead = [Bool](repeating: false, count: graph.values.count)
    for index in plan.nodes {
      for case let input? in graph.nodes[index].inputs
      where !isMade[input.index] && !isRead[input.index] && graph[input].constant == nil
        && plan.deciding[input] == nil
      {
        isRead[input.index] = true
        plan.inputs.append(input)
      }
      plan.results += graph.nodes[index].outputs.filter {
        graph.outputs.contains($0) || rest.contains($0)
      }
    }
    return plan
  }

  /// The types of a node's results. Where inference needs contents, those of as few inputs as will do are taken up.
  private func inferred(
    _ node: Node, _ isMade: [Bool], _ plan: inout Plan
  ) throws(Diagnostic) -> [TensorType] {
    func types(_ contents: [ValueID: Storage]) throws(Diagnostic) -> [TensorType] {
      var operands = plan.graph.operands(of: node.inputs)
      for (place, input) in node.inputs.enumerated() {
        if let input, let storage = contents[input] { operands.constants[place] = storage }
      }
      let types = try node.op.infer(operands)
      for type in types where type.shape.extents == nil {
        throw Diagnostic(
          .unknownDimension, "the shape [\(type.shape.text)] that '\(node.op.name)' gives is open")
      }
      return types
    }
    do throws(Diagnostic) {
      return try types(plan.deciding)
    } catch {
      guard error.code == .unknownDimension else { throw error }
    }
    // Shapes are whole numbers nearly always, and those are small.
    var contents = contents(of: node, isMade, plan) { [.int32, .int64].contains($0.element) }
    var result: [TensorType]
    do throws(Diagnostic) {
      result = try types(contents)
    } catch {
      guard error.code == .unknownDimension else { throw error }
      contents = self.contents(of: node, isMade, plan) { _ in true }
      result = try types(contents)
    }
    for input in node.inputs.compactMap({ $0 }) where plan.deciding[input] == nil {
      var fewer = contents
      fewer[input] = nil
      guard let same = try? types(fewer) else { continue }
      contents = fewer
      result = same
    }
    plan.deciding = contents
    return result
  }

  /// The contents that decide shapes so far, and those of a node's inputs that are computed and `isWanted`.
  private func contents(
    of node: Node, _ isMade: [Bool], _ plan: Plan, _ isWanted: (TensorView) -> Bool
  ) -> [ValueID: Storage] {
    var result = plan.deciding
    for case let input? in node.inputs where !isMade[input.index] && result[input] == nil {
      if let view = views[input.index], !view.isConstant, isWanted(view) {
        result[input] = view.copy().storage
      }
    }
    return result
  }

  private func stage(_ plan: Plan) throws(Diagnostic) -> Stage {
    var stage = plan.graph
    stage.nodes = plan.nodes.map { graph.nodes[$0] }
    for (id, storage) in plan.deciding { stage[id].constant = storage }
    stage.inputs = plan.inputs
    stage.outputs = plan.results
    return Stage(
      nodes: plan.nodes, types: plan.inputs.map { plan.graph[$0].type }, deciding: plan.deciding,
      prepared: try prepare(stage, plan.inputs.compactMap { views[$0.index] }))
  }
}
