/// Where in the user's material a diagnostic or a graph node comes from. Fields that do not apply
/// are nil.
public struct Location: Sendable, Equatable, Hashable {
  /// The file as the user named it.
  public var file: String?
  /// The format the file was read as, for example `caffe` or `tflite`.
  public var format: String?
  /// The operator or layer type in the words of the source format, for example `InnerProduct`.
  public var op: String?
  /// The node or layer name.
  public var node: String?
  /// The enclosing name scope.
  public var scope: String?
  /// The enclosing function or subgraph.
  public var function: String?
  /// 1-based line of a text file.
  public var line: Int?
  /// Byte offset into a binary file.
  public var offset: Int?
  /// The place of an operator among those of its graph, from 0.
  public var index: Int?
  /// The `.tflite` whose operator `index` counts, where that was made from `file` and says so.
  public var model: String?

  public init(
    file: String? = nil, format: String? = nil, op: String? = nil, node: String? = nil,
    scope: String? = nil, function: String? = nil, line: Int? = nil, offset: Int? = nil,
    index: Int? = nil, model: String? = nil
  ) {
    self.file = file
    self.format = format
    self.op = op
    self.node = node
    self.scope = scope
    self.function = function
    self.line = line
    self.offset = offset
    self.index = index
    self.model = model
  }

  /// This location with its missing fields taken from `outer`.
  public func completed(by outer: Location?) -> Location {
    guard let outer else { return self }
    var result = self
    result.file = file ?? outer.file
    result.format = format ?? outer.format
    result.op = op ?? outer.op
    result.node = node ?? outer.node
    result.scope = scope ?? outer.scope
    result.function = function ?? outer.function
    result.line = line ?? outer.line
    result.offset = offset ?? outer.offset
    result.index = index ?? outer.index
    result.model = model ?? outer.model
    return result
  }

  /// The place in `file`, without that in `model`.
  public var source: Location {
    guard model != nil else { return self }
    var result = self
    (result.model, result.index) = (nil, nil)
    return result
  }

  /// One line for people: `lenet.prototxt:12: 'conv1' (Convolution), operator 3 of lenet.tflite`.
  public var text: String {
    var result = file ?? ""
    if let line { result += ":\(line)" }
    if let index, model == nil || model == file {
      result += (result.isEmpty ? "" : " ") + "operator \(index)"
    } else if let offset {
      result += (result.isEmpty ? "" : " ") + "byte \(offset)"
    }
    if let node, !node.isEmpty {
      result += (result.isEmpty ? "" : ": ") + "'\(node)'"
      if let op { result += " (\(op))" }
    } else if let op {
      result += (result.isEmpty ? "" : ": ") + op
    }
    if let function { result += " in \(function)" }
    if let scope { result += " in scope \(scope)" }
    if let model, let index, model != file { result += ", operator \(index) of \(model)" }
    return result
  }
}
