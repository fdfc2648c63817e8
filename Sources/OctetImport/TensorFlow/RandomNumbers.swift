import OctetDiagnostics
import OctetIR
import OctetOps

/// Random numbers of which the mean is used.
package struct RandomNumbers {
  /// What stands for them.
  let mean: Tensor
  /// The bounds of numbers that are uniformly distributed; nil for others.
  let uniform: (low: Double, high: Double)?

  private static let uniforms: Set<String> = [
    "RandomUniform", "StatelessRandomUniform", "StatelessRandomUniformV2",
  ]
  private static let normals: Set<String> = [
    "RandomStandardNormal", "TruncatedNormal", "StatelessRandomNormal", "StatelessRandomNormalV2",
    "StatelessTruncatedNormal", "StatelessTruncatedNormalV2",
  ]
  /// Operators whose mean can stand for them.
  static let operators = uniforms.union(normals).union(["RandomPoissonV2", "RandomPoisson"])

  /// The mean of what a random operator makes; nil for other operators and for those whose mean is no sense.
  static func mean(of node: TensorFlowNode) throws(Diagnostic) -> TensorFlowValue? {
    switch node.type {
    case let type where uniforms.contains(type):
      return .random(RandomNumbers(mean: try filled(0.5, node), uniform: (0, 1)))
    case let type where normals.contains(type):
      return .random(RandomNumbers(mean: try filled(0, node), uniform: nil))
    case "RandomPoissonV2", "RandomPoisson":
      // The mean of a Poisson distribution is its rate.
      let rate = try node.input(1)
      if case .constant(let tensor) = rate, tensor.count == 1,
        let value = KnownNumbers(tensor)?.values.first
      {
        return .random(RandomNumbers(mean: try filled(Float(value), node), uniform: nil))
      }
      guard case .constant(let shape) = try node.input(0), shape.count == 0 else { return nil }
      return rate
    default: return nil
    }
  }

  private static func filled(
    _ value: Float, _ node: TensorFlowNode
  ) throws(Diagnostic) -> Tensor {
    let extents = try node.integers(0, "shape")
    guard extents.allSatisfy({ $0 >= 0 }), let count = Shape.elementCount(extents),
      count <= 1 << 24
    else { throw Diagnostic(.tensorTooLarge, "the shape \(extents) is none") }
    return Tensor(extents, [Float](repeating: value, count: count))
  }

  fileprivate func scaled(_ factor: Double, plus offset: Double) -> RandomNumbers {
    let values = mean.storage.array(of: Float.self).map { Float(Double($0) * factor + offset) }
    return RandomNumbers(
      mean: Tensor(mean.extents, values),
      uniform: uniform.map { ($0.low * factor + offset, $0.high * factor + offset) })
  }
}

extension TensorFlowNode {
  /// The result of a node that reads random numbers: numbers of another range, the chance that they are beyond a
  /// bound, what that chance leaves of a tensor. Nil where their mean is simply a constant.
  func randomResults(_ builder: inout GraphBuilder) throws(Diagnostic) -> [TensorFlowValue]? {
    guard case .random(let numbers)? = inputs.first else { return nil }
    func number(_ index: Int) -> Double? {
      guard inputs.indices.contains(index), case .constant(let tensor) = inputs[index],
        tensor.count == 1
      else { return nil }
      return KnownNumbers(tensor)?.values.first
    }
    switch type {
    case "Identity", "Cast": return [inputs[0]]
    case "Mul": return number(1).map { [.random(numbers.scaled($0, plus: 0))] }
    case "Add", "AddV2": return number(1).map { [.random(numbers.scaled(1, plus: $0))] }
    case "Greater", "GreaterEqual", "Less", "LessEqual":
      guard let bound = number(1), let uniform = numbers.uniform, uniform.high > uniform.low else {
        return nil
      }
      let below = min(max((bound - uniform.low) / (uniform.high - uniform.low), 0), 1)
      let chance = type.hasPrefix("Less") ? below : 1 - below
      let mean = [Float](repeating: Float(chance), count: numbers.mean.count)
      return [.random(RandomNumbers(mean: Tensor(numbers.mean.extents, mean), uniform: nil))]
    case "Select", "SelectV2":
      // Dropout: where the mask is false there are zeros.
      guard number(2) == 0 else { return nil }
      let kept = try builder.input(self, 1)
      return [.computed(try builder.add(Mul(), [kept, builder.constant("kept", numbers.mean)]))]
    default: return nil
    }
  }
}
