import OctetDiagnostics
import OctetIR

/// A layer as a Keras model describes it.
struct KerasLayer {
  let type: String
  let name: String
  let config: KerasValue
  /// Whether its class is Keras's own, and not the user's.
  let isKeras: Bool
  /// Whether it stands for a call of a function and not for a layer.
  let isFunction: Bool
  /// The layers of a model that is a layer; nil for others.
  let model: KerasArchitecture?

  /// - Parameter depth: models within models.
  init(_ value: KerasValue, depth: Int = 0) throws(Diagnostic) {
    guard let type = value["class_name"]?.text else {
      throw Diagnostic(.invalidKeras, "a layer has no class_name")
    }
    self.type = type
    config = value["config"] ?? .object([:])
    name = config["name"]?.text ?? value["name"]?.text ?? type
    let module = value["module"]?.text ?? "keras.layers"
    isKeras = (value["registered_name"]?.text ?? type) == type && module.contains("keras")
    // In Keras 3's .h5 files functions are told from layers of the same name by what all layers have.
    let isBare =
      value["module"] == nil && config["trainable"] == nil
      && value["inbound_nodes"]?.array?.first?["args"] != nil
    isFunction =
      module.contains(".ops.") || KerasFunction.classes.contains(type)
      || isBare && !KerasArchitecture.classes.contains(type)
    model =
      KerasArchitecture.classes.contains(type)
      ? try KerasArchitecture(value, depth: depth + 1) : nil
  }

  /// A part of the layer with its own description, such as the layer in a TimeDistributed.
  func inner(_ field: String) throws(Diagnostic) -> KerasLayer {
    guard let value = config[field] else { throw missing(field) }
    return try KerasLayer(value, depth: 1)
  }

  func int(_ field: String, default fallback: Int? = nil) throws(Diagnostic) -> Int {
    guard let value = config[field] else {
      if let fallback { return fallback }
      throw missing(field)
    }
    guard let number = value.int, number.magnitude < 1 << 31 else {
      throw wrong(field, "a whole number")
    }
    return number
  }

  func float(_ field: String, default fallback: Float) throws(Diagnostic) -> Float {
    guard let value = config[field] else { return fallback }
    guard let number = value.float else { throw wrong(field, "a number") }
    return number
  }

  func bool(_ field: String, default fallback: Bool) throws(Diagnostic) -> Bool {
    guard let value = config[field] else { return fallback }
    if let number = value.int { return number != 0 }
    guard let flag = value.bool else { throw wrong(field, "true or false") }
    return flag
  }

  func text(_ field: String, default fallback: String) throws(Diagnostic) -> String {
    guard let value = config[field] else { return fallback }
    guard let text = value.text else { throw wrong(field, "a text") }
    return text
  }

  /// `count` positive numbers, or one that stands for all.
  func sizes(_ field: String, count: Int, default fallback: Int? = nil) throws(Diagnostic) -> [Int]
  {
    guard let value = config[field] else {
      if let fallback { return [Int](repeating: fallback, count: count) }
      throw missing(field)
    }
    let values = value.ints ?? value.int.map { [Int](repeating: $0, count: count) }
    guard let values, values.count == count, values.allSatisfy({ $0 > 0 && $0 < 1 << 24 }) else {
      throw wrong(field, counted(count, "positive whole number"))
    }
    return values
  }

  /// Numbers before and after each of `count` dimensions: `n`, `[a, b]` or `[[a, b], [c, d]]`.
  func borders(_ field: String, count: Int) throws(Diagnostic) -> [(before: Int, after: Int)] {
    guard let value = config[field] else { throw missing(field) }
    var result: [(Int, Int)] = []
    if let number = value.int {
      result = [(Int, Int)](repeating: (number, number), count: count)
    } else if count == 1, let pair = value.ints, pair.count == 2 {
      result = [(pair[0], pair[1])]
    } else if let array = value.array, array.count == count {
      for item in array {
        if let number = item.int {
          result.append((number, number))
        } else if let pair = item.ints, pair.count == 2 {
          result.append((pair[0], pair[1]))
        }
      }
    }
    guard result.count == count, result.allSatisfy({ 0..<1 << 24 ~= $0.0 && 0..<1 << 24 ~= $0.1 })
    else { throw wrong(field, "numbers before and after each dimension") }
    return result
  }

  /// The dimensions that `axis` names, as it names them.
  func axes(default fallback: Int) throws(Diagnostic) -> [Int] {
    guard let value = config["axis"] else { return [fallback] }
    guard let axes = value.ints ?? value.int.map({ [$0] }) else {
      throw wrong("axis", "a whole number or several")
    }
    return axes
  }

  /// The dimensions that `axis` names, of `rank`, in ascending order.
  func axes(default fallback: Int, rank: Int) throws(Diagnostic) -> [Int] {
    var result: [Int] = []
    for axis in try axes(default: fallback) {
      result.append(try canonicalAxis(axis, rank: rank))
    }
    guard Set(result).count == result.count else { throw wrong("axis", "different dimensions") }
    return result.sorted()
  }

  func missing(_ field: String) -> Diagnostic {
    Diagnostic(.invalidKeras, "the layer has no '\(field)'")
  }

  func wrong(_ field: String, _ wanted: String) -> Diagnostic {
    Diagnostic(.unsupportedParameter, "'\(field)' of the layer must be \(wanted)")
  }

  func isChannelsFirst() throws(Diagnostic) -> Bool {
    switch try text("data_format", default: "channels_last") {
    case "channels_last": return false
    case "channels_first": return true
    case let other:
      throw Diagnostic(.unsupportedParameter, "the data format '\(other)' is not supported")
    }
  }
}
