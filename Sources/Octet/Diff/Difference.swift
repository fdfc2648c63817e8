/// One place where two models differ.
public struct Difference: Sendable {
  public enum Subject: String, Sendable {
    /// An operator with weights.
    case layer
    /// Operators without weights that hang together.
    case operators
    case input
    case output
    /// What an operator reads.
    case connection
    /// What a model has outside of the part that was compared.
    case part
  }

  /// What one of the models has there.
  public struct Side: Sendable {
    /// The layer's name in the model, or the first operator's.
    public var name: String
    /// The line of a text file.
    public var line: Int?
    /// The operators, in order.
    public var operators: [String]
    /// The filter's extents in TFLite's layout; nil without weights.
    public var filter: [Int]?
    /// The names of what it reads, four at most.
    public var after: [String] = []
  }

  /// A setting that is not the same.
  public struct Change: Sendable, Equatable {
    public let what: String
    public let a: String
    public let b: String

    public init(what: String, a: String, b: String) {
      self.what = what
      self.a = a
      self.b = b
    }
  }

  public let subject: Subject
  /// Nil for what only B has.
  public let a: Side?
  /// Nil for what only A has.
  public let b: Side?
  public internal(set) var changes: [Change] = []
  /// Codes of the diagnostics that this difference has to do with.
  public internal(set) var stops: [String] = []
  /// Whether the model that seems to lack it may have it in a part that was not compared.
  public internal(set) var isUncertain = false
  /// The operators it is about, as numbers of the structures' parts.
  let parts: (a: [Int], b: [Int])

  init(
    _ subject: Subject, _ a: Side?, _ b: Side?, changes: [Change] = [],
    parts: (a: [Int], b: [Int]) = ([], [])
  ) {
    self.subject = subject
    self.a = a
    self.b = b
    self.changes = changes
    self.parts = parts
  }
}
