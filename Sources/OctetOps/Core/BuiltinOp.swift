package import OctetDiagnostics
package import OctetIR
package import OctetSchema

/// An operator that exists in TFLite and that the runtime can execute.
///
/// Each requirement lives in a file of the operator's folder: the type and its inference in
/// `<Op>.swift`, the codec in `<Op>+TFLite.swift`, the kernel choice in `<Op>+Prepare.swift`, and what
/// it computes in `<Op>+Reference.swift`.
package protocol BuiltinOp: Op {
  /// The catalogue's line for this operator.
  var entry: OpEntry { get }

  /// The operator version a TFLite runtime must know to run this node, from 1.
  func version(_ operands: Operands, _ results: [TensorType]) -> Int32

  /// The options table to write.
  var options: OperatorOptions { get }

  /// What passes and the memory plan need to know.
  var traits: OpTraits { get }

  /// Picks a kernel for the given tensors and precomputes what it needs. All checking is done here;
  /// the returned step checks nothing and allocates nothing.
  ///
  /// Throws `OCT0701` for a combination of types that has no kernel.
  func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step
}

/// An options table ready to be written, with its place in the `BuiltinOptions` union.
package struct OperatorOptions {
  /// A variable tensor that the operator has in TFLite, where it is kept from run to run, and not in the graph, where
  /// every run begins with zeros.
  package struct State {
    /// The place among the operator's inputs.
    package let input: Int
    /// Its type, which follows from those of the operator's inputs and results.
    package let type: (_ operands: Operands, _ results: [TensorType]) -> TensorType

    package init(
      input: Int, type: @escaping (_ operands: Operands, _ results: [TensorType]) -> TensorType
    ) {
      self.input = input
      self.type = type
    }
  }

  package let type: BuiltinOptions
  /// The table, made for the places that the file's list of subgraphs has for `subgraphs`.
  package let table: ([Int32]) -> FlatObject
  /// The names of the subgraphs that the options tell of.
  package let subgraphs: [String]
  package let states: [State]
  /// Of a custom operator.
  package let custom: [UInt8]?

  package init(custom: [UInt8]) {
    type = .none
    table = { _ in FlatObject() }
    states = []
    subgraphs = []
    self.custom = custom
  }

  package init(_ type: BuiltinOptions, _ table: FlatObject, states: [State] = []) {
    self.type = type
    self.table = { _ in table }
    self.states = states
    subgraphs = []
    custom = nil
  }

  package init(
    _ type: BuiltinOptions, calling subgraphs: [String],
    _ table: @escaping (_ places: [Int32]) -> FlatObject
  ) {
    self.type = type
    self.table = table
    self.subgraphs = subgraphs
    states = []
    custom = nil
  }
}

/// What the catalogue knows of an operator without an instance.
package struct OpEntry: Sendable {
  /// The name in the text IR.
  package let name: String
  package let builtin: BuiltinOperator
  /// The name of a custom operator.
  package let custom: String?
  /// One line for the table of operators.
  package let summary: String
  /// The element types the runtime computes in, as the table of operators shows them.
  package let types: [ElementType]
  /// Whether it makes a result with elements of an operand that has none.
  package let takesEmpty: Bool
  /// Why no layer of a source framework becomes it; nil where one does.
  package let notImported: String?
  /// Makes the operator from the text IR's attributes.
  package let parse: @Sendable (AttributeReader) throws(Diagnostic) -> any BuiltinOp
  /// Makes the operator from a TFLite file.
  package let read: @Sendable (OperatorReader) throws(Diagnostic) -> any BuiltinOp
  /// The operator as what it is, if it is of this entry's type. Embedded Swift casts to classes only.
  let cast: @Sendable (any Op) -> (any BuiltinOp)?

  package init(
    _ name: String, _ builtin: BuiltinOperator, custom: String? = nil, types: [ElementType],
    _ summary: String, takesEmpty: Bool = false, notImported: String? = nil,
    parse: @escaping @Sendable (AttributeReader) throws(Diagnostic) -> any BuiltinOp,
    read: @escaping @Sendable (OperatorReader) throws(Diagnostic) -> any BuiltinOp,
    cast: @escaping @Sendable (any Op) -> (any BuiltinOp)?
  ) {
    self.name = name
    self.builtin = builtin
    self.custom = custom
    self.types = types
    self.takesEmpty = takesEmpty
    self.notImported = notImported
    self.summary = summary
    self.parse = parse
    self.read = read
    self.cast = cast
  }

  /// The entry of an operator without attributes, which has nothing to read.
  package init(
    _ name: String, _ builtin: BuiltinOperator, types: [ElementType], _ summary: String,
    takesEmpty: Bool = false, notImported: String? = nil,
    make: @escaping @Sendable () -> any BuiltinOp,
    cast: @escaping @Sendable (any Op) -> (any BuiltinOp)?
  ) {
    self.init(
      name, builtin, types: types, summary, takesEmpty: takesEmpty, notImported: notImported,
      parse: { attributes throws(Diagnostic) in
        try attributes.allow([])
        return make()
      },
      read: { _ throws(Diagnostic) in make() }, cast: cast)
  }
}

/// A custom operator that computes what a builtin does: it is read, and from then on kept, as that builtin.
package struct CustomForm: Sendable {
  /// An input of the builtin.
  package enum Input: Sendable {
    /// The custom operator's input of this place.
    case operand(Int)
    /// What the builtin takes as a constant, int32 [count], and the custom operator works out itself.
    case constant([Int32])
  }

  /// The name in the file's operator codes.
  package let name: String
  /// Throws `OCT0206` for a form that the builtin does not have; the operator is then foreign.
  package let read:
    @Sendable (OperatorReader) throws(Diagnostic) -> (op: any BuiltinOp, inputs: [Input])

  package init(
    _ name: String,
    read:
      @escaping @Sendable (OperatorReader) throws(Diagnostic) -> (
        op: any BuiltinOp, inputs: [Input]
      )
  ) {
    self.name = name
    self.read = read
  }
}

extension Operands {
  /// The version of an operator that computes in more types of input 0 than it did at first.
  func version(int8: Int32, int16: Int32? = nil) -> Int32 {
    switch types[0]?.element {
    case .int8: int8
    case .int16: int16 ?? int8
    default: 1
    }
  }
}

/// What an operator sees of a TFLite operator that is being read.
package struct OperatorReader {
  /// The verified operator table.
  package let table: OperatorTable
  package let operands: Operands
  /// The declared types of the results.
  package let results: [TensorType]
  /// The names of the file's subgraphs, in its order.
  private let subgraphs: [String]

  package init(
    table: OperatorTable, operands: Operands, results: [TensorType], subgraphs: [String]
  ) {
    self.table = table
    self.operands = operands
    self.results = results
    self.subgraphs = subgraphs
  }

  /// The name of a subgraph. Throws `OCT0104` for one that the file has not.
  package func subgraph(_ place: Int32) throws(Diagnostic) -> String {
    guard subgraphs.indices.contains(Int(place)) else {
      throw Diagnostic(
        .invalidModel, "the operator names subgraph \(place), which does not exist")
    }
    return subgraphs[Int(place)]
  }

  /// The options, which must be of the given type; absent options read as all defaults do not exist
  /// in TFLite, so that is `OCT0104`.
  package func options<Options: BuiltinOptionsMember>(
    _ type: Options.Type
  ) throws(Diagnostic) -> Options {
    guard let options = Options(builtinOptionsOf: table) else {
      throw Diagnostic(.invalidModel, "the operator has no options of the type it needs")
    }
    return options
  }
}
