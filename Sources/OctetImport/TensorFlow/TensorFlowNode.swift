package import OctetDiagnostics
import OctetIR

/// A node with the values it reads.
package struct TensorFlowNode {
  let type: String
  let name: String
  let inputs: [TensorFlowValue]
  let location: Location
  private let attributes: [String: TFAttrValue]

  package init(_ node: TFNodeDef, inputs: [TensorFlowValue], location: Location) {
    self.init(node.op, node.name, inputs, location, node.attr)
  }

  /// The node with other inputs and another flag.
  func with(inputs: [TensorFlowValue], _ name: String, _ flag: Bool) -> TensorFlowNode {
    var flagged = TFAttrValue()
    flagged.b = flag
    var attributes = self.attributes
    attributes[name] = flagged
    return TensorFlowNode(type, self.name, inputs, location, attributes)
  }

  func with(inputs: [TensorFlowValue]) -> TensorFlowNode {
    TensorFlowNode(type, name, inputs, location, attributes)
  }

  init(
    _ type: String, _ name: String, _ inputs: [TensorFlowValue], _ location: Location,
    _ attributes: [String: TFAttrValue]
  ) {
    self.type = type
    self.name = name
    self.inputs = inputs
    self.location = location
    self.attributes = attributes
  }

  func contains(_ name: String) -> Bool { attributes[name] != nil }

  func int(_ name: String, default fallback: Int) throws(Diagnostic) -> Int {
    switch attributes[name]?.value {
    case nil: return fallback
    case .i(let value): return Int(value)
    default: throw wrong(name, "a whole number")
    }
  }

  func float(_ name: String, default fallback: Float) throws(Diagnostic) -> Float {
    switch attributes[name]?.value {
    case nil: return fallback
    case .f(let value) where value.isFinite: return value
    default: throw wrong(name, "a finite number")
    }
  }

  func bool(_ name: String, default fallback: Bool) throws(Diagnostic) -> Bool {
    switch attributes[name]?.value {
    case nil: return fallback
    case .b(let value): return value
    default: throw wrong(name, "true or false")
    }
  }

  func text(_ name: String, default fallback: String) throws(Diagnostic) -> String {
    switch attributes[name]?.value {
    case nil: return fallback
    case .s(let value): return String(decoding: value, as: UTF8.self)
    default: throw wrong(name, "a text")
    }
  }

  /// Empty when it is absent.
  func ints(_ name: String) throws(Diagnostic) -> [Int] {
    switch attributes[name]?.value {
    case nil: return []
    case .list(let list): return list.i.map { Int($0) }
    default: throw wrong(name, "a list of whole numbers")
    }
  }

  func numbers(_ name: String) throws(Diagnostic) -> [Float] {
    guard case .list(let list) = attributes[name]?.value else {
      throw wrong(name, "a list of numbers")
    }
    return list.f
  }

  /// The element type that an attribute names; nil for one that Octet has not.
  func elementType(_ name: String) throws(Diagnostic) -> ElementType? {
    switch attributes[name]?.value {
    case .type(let type): return ElementType(type)
    default: throw wrong(name, "an element type")
    }
  }

  /// A tensor, and how many of its bytes are not in the file but repeat a number.
  func tensor(_ name: String) throws(Diagnostic) -> (tensor: Tensor, repeatedBytes: Int) {
    guard case .tensor(let proto) = attributes[name]?.value else { throw wrong(name, "a tensor") }
    let tensor = try Tensor(proto)
    return (tensor, proto.tensorContent.isEmpty ? tensor.storage.bytes.count : 0)
  }

  func functions(_ name: String) throws(Diagnostic) -> [String] {
    guard case .list(let list) = attributes[name]?.value else {
      throw wrong(name, "a list of functions")
    }
    return list.func.map { $0.name }
  }

  func function(_ name: String) throws(Diagnostic) -> String {
    guard case .func(let function) = attributes[name]?.value else {
      throw wrong(name, "a function")
    }
    return function.name
  }

  private func wrong(_ name: String, _ wanted: String) -> Diagnostic {
    Diagnostic(.unsupportedParameter, "the attribute '\(name)' must be \(wanted)")
  }
}

/// How one TensorFlow operator becomes Octet's.
package struct TensorFlowMapping: Sendable {
  typealias Build =
    @Sendable (TensorFlowNode, inout GraphBuilder) throws(Diagnostic) -> [TensorFlowValue]

  /// Text-IR names of the operators it may make.
  package let makes: [String]
  let build: Build

  init(makes: [String], build: @escaping Build) {
    self.makes = makes
    self.build = build
  }
}
