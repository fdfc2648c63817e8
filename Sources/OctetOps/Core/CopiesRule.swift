/// What does the work of several copies of an operator, equal but for their operands: the operator on operands
/// with one more dimension, the outermost, which numbers the copies.
package enum CopiesRule {
  /// The operands broadcast to the result, but for the last `core` dimensions, which stay the last.
  case broadcast(core: Int)
  /// What comes before the last `core` dimensions of input 0 numbers items, each computed for itself; the results
  /// have them in the same order. The other inputs are the same for all.
  case items(core: Int)
  /// Dimensions have numbers; the first form that fits holds.
  case dimensions([Form])
  case none(because: String)

  package struct Form {
    /// The last kind given holds for all inputs that follow.
    package let inputs: [Input]
    /// Nil where the operator cannot take the dimension.
    package let op: (OuterDimension) -> (any BuiltinOp)?

    package init(_ inputs: [Input], op: @escaping (OuterDimension) -> (any BuiltinOp)?) {
      self.inputs = inputs
      self.op = op
    }

    package func input(_ index: Int) -> Input { inputs[min(index, inputs.count - 1)] }
  }

  package enum Input {
    case operand
    /// An operand that broadcasts to the result.
    case aligned
    /// An int32 constant with a row for each dimension, and the row of the outermost; nil for the number of copies.
    case row([Int?])
    /// An int32 constant of numbers of dimensions of input 0.
    case axes
    /// An int32 constant of the numbers of all dimensions of input 0.
    case order
    /// The same for all copies.
    case same
  }

  package struct OuterDimension {
    /// False when it takes the place of a first dimension of 1.
    package let isInserted: Bool
    /// Of the operand without it.
    package let rank: Int

    package init(isInserted: Bool, rank: Int) {
      self.isInserted = isInserted
      self.rank = rank
    }

    /// The number that dimension `axis` has then, of `rank` or, with a dimension that the result alone has,
    /// of one more; nil for the one whose place is taken.
    package func axis(_ axis: Int, ofResult: Bool = false) -> Int? {
      let axis = axis < 0 ? axis + rank + (ofResult ? 1 : 0) : axis
      if isInserted { return axis + 1 }
      return axis == 0 ? nil : axis
    }
  }
}
