package import OctetDiagnostics

/// An operator: what a node computes, with its attributes. Operators are immutable and shared.
///
/// The meaning is TFLite's builtin of the same name, NHWC. The protocol has no default
/// implementations: an operator states each of its parts.
package protocol Op: AnyObject, Sendable {
  /// The name in the text IR and in reports, for example `conv2d`.
  var name: String { get }

  /// All attributes in a fixed order; the catalogue's `parse` makes an equal operator from them.
  var attributes: [Attribute] { get }

  /// The element types and shapes of the outputs. Quantization is not inferred.
  ///
  /// Throws `OCT0201`, `OCT0202`, `OCT0203` or `OCT0205`, without a location: the caller adds it.
  func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType]

  /// How the operator becomes int8.
  var quantization: QuantizationRule { get }
}

/// What an operator sees of its node's inputs during inference.
package struct Operands {
  /// One entry an input; nil for an optional input that is left out.
  package var types: [TensorType?]
  /// The contents of inputs that are constants.
  package var constants: [Storage?]
  /// The subgraphs of the graph that holds the node.
  package var subgraphs: [Graph]

  package init(types: [TensorType?], constants: [Storage?], subgraphs: [Graph] = []) {
    self.types = types
    self.constants = constants
    self.subgraphs = subgraphs
  }

  package var count: Int { types.count }

  /// Throws `OCT0204` unless the number of inputs is in `range`.
  package func require(count range: ClosedRange<Int>) throws(Diagnostic) {
    guard range.contains(count) else {
      let wanted =
        range.count == 1
        ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
      throw Diagnostic(.invalidGraph, "the operator takes \(wanted) inputs, not \(count)")
    }
  }

  /// The type of an input that must be there.
  package func type(_ index: Int) throws(Diagnostic) -> TensorType {
    guard index < count, let type = types[index] else {
      throw Diagnostic(.invalidGraph, "input \(index) is missing")
    }
    return type
  }

  /// Throws `OCT0202` unless input `index` has one of the element types.
  package func type(_ index: Int, among elements: [ElementType]) throws(Diagnostic) -> TensorType {
    let type = try type(index)
    guard elements.contains(type.element) else {
      var list = ""
      for element in elements { list += (list.isEmpty ? "" : ", ") + element.name }
      throw Diagnostic(
        .typeMismatch, "input \(index) is \(type.element.name), expected \(list)")
    }
    return type
  }

  /// Throws `OCT0201` unless input `index` has the rank.
  package func type(
    _ index: Int, among elements: [ElementType], rank: Int
  ) throws(Diagnostic) -> TensorType {
    let type = try type(index, among: elements)
    guard type.shape.rank == rank else {
      throw Diagnostic(
        .shapeMismatch, "input \(index) has \(type.shape.rank) dimensions, expected \(rank)")
    }
    return type
  }

  /// The elements of an input that must be a constant int32 tensor of the rank.
  package func constantInts(_ index: Int, rank: Int = 1) throws(Diagnostic) -> [Int] {
    _ = try type(index, among: [.int32], rank: rank)
    return try contents(index, of: Int32.self).map { Int($0) }
  }

  /// The elements of an input on whose contents the result's shape depends, as numbers of its type. Throws `OCT0203` where
  /// they are not known.
  package func contents<Number: BitwiseCopyable>(
    _ index: Int, of number: Number.Type
  ) throws(Diagnostic) -> [Number] {
    guard let storage = constants[index] else {
      throw Diagnostic(
        .unknownDimension, "input \(index) decides the output's shape but is not a constant")
    }
    guard try type(index).byteCount == storage.bytes.count else {
      throw Diagnostic(.invalidGraph, "input \(index) has contents of another size")
    }
    return storage.array(of: Number.self)
  }
}
