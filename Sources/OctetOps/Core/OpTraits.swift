package import OctetIR
package import OctetKernels

/// What the passes and the memory plan need to know of an operator, as data: they ask for these and name
/// no operator but those they make.
package struct OpTraits {
  package var layout: LayoutRule
  package var clamp: ClampRule
  /// Nil for an operator without a sliding window, or one that treats padding as its own.
  package var window: WindowRule?
  package var identity: IdentityRule
  /// True when the result has the bytes of input 0 under another shape.
  package var isView: Bool
  /// True when the result may be made of input 0 where that lies, provided that nothing else reads it any more.
  package var updatesInPlace: Bool
  package var copies: CopiesRule
  package var fusion: FusionRule

  package init(
    layout: LayoutRule, clamp: ClampRule, window: WindowRule?, identity: IdentityRule, isView: Bool,
    updatesInPlace: Bool = false, copies: CopiesRule, fusion: FusionRule
  ) {
    self.layout = layout
    self.clamp = clamp
    self.window = window
    self.identity = identity
    self.isView = isView
    self.updatesInPlace = updatesInPlace
    self.copies = copies
    self.fusion = fusion
  }
}

/// How an operator can share a step with a neighbour at run time.
package enum FusionRule {
  /// Has a step of its own.
  case none
  /// Computes each element of its result from the one of input 0 in its place, so that the maker of
  /// input 0 can do it as it writes. Gives nil for types where it can't.
  case elementwise((_ input: TensorType, _ output: TensorType) -> Epilogue?)
  /// Applies an `Epilogue` to what it writes. One that takes a border of zeros around input 0 can also write
  /// its pixels apart.
  case layer(takesBorder: Bool)
  /// Can write the pixels of its result apart, into a part of a wider image.
  case pixels
  /// Puts its inputs side by side along a dimension, counted from the end if it is negative.
  case join(axis: Int)
  /// Puts zeros around input 0; input 1 holds the numbers of elements before and after each dimension.
  case border
}

/// What a layer does to each element before it writes it.
package enum Epilogue {
  /// For int8 codes, which count as the bytes with their bits.
  case table(ByteTable)
  /// For real numbers: those below zero times `alpha`, which is within 0...1.
  case leaky(alpha: Float)
}

/// What becomes of an operator when the dimensions of its operands come in another order:
/// `f(transpose(x))` is `transpose(g(x))`.
package enum LayoutRule {
  case reorders(inputs: [Input], op: (Permutation) -> any BuiltinOp)
  case fixed(because: String)

  package enum Input {
    /// Has the dimensions of the result, or broadcasts to them.
    case operand
    /// A constant with one row for each dimension.
    case rowPerDimension
    case other
  }

  /// An operator that works element by element on operands that broadcast.
  package static func elementwise(_ op: any BuiltinOp) -> LayoutRule {
    .reorders(inputs: [.operand], op: { _ in op })
  }

  /// What input `index` is; the last kind given holds for all that follow.
  package static func input(_ index: Int, of inputs: [Input]) -> Input {
    inputs[min(index, inputs.count - 1)]
  }
}

/// Whether an operator can clamp its own result.
package enum ClampRule {
  case fused(FusedActivation, with: (FusedActivation) -> any BuiltinOp)
  case none(because: String)

  /// The clamp in force; nil for an operator that can apply none.
  package var activation: FusedActivation? {
    if case .fused(let activation, _) = self { return activation }
    return nil
  }
}

/// A window that slides over height and width of input 0.
package struct WindowRule {
  /// Nil: dimensions 1 and 2 of input 1.
  package var extent: Steps?
  package var stride: Steps
  package var dilation: Steps
  package var padding: WindowPadding
  /// What its own padding counts as.
  package var border: Border
  package var withSamePadding: any BuiltinOp
  /// The operator with another dilation; nil for one that has none.
  package var withDilation: ((Steps) -> any BuiltinOp)?

  package enum Border {
    case zero
    case lowest
  }
}

/// When an operator gives back an operand, provided that the shapes are the same.
package enum IdentityRule {
  case never
  /// Input 0, whenever the result has its shape.
  case sameShape
  /// One of two operands, when the other is a constant full of this value.
  case neutral(Float)
  /// The first of two operands, when the second is a constant full of this value.
  case neutralRight(Float)
}
