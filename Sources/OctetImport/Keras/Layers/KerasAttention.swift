import OctetDiagnostics
import OctetIR

extension KerasMapping {
  private static let attentionArguments: Set<String> = [
    "query", "value", "key", "use_causal_mask", "return_attention_scores",
  ]

  static let attention: [String: KerasMapping] = [
    "MultiHeadAttention": KerasMapping(arguments: attentionArguments) {
      layer, inputs, builder throws(Diagnostic) in
      let heads = try layer.int("num_heads")
      let depth = try layer.int("key_dim")
      return try builder.attend(
        layer, inputs, heads: heads, sharedHeads: heads, depth: depth,
        valueDepth: try layer.int("value_dim", default: depth))
    },
    // By its name in .keras files and in .h5 files.
    "GroupQueryAttention": groupedQueryAttention, "GroupedQueryAttention": groupedQueryAttention,
    // Luong's: the products of queries and keys.
    "Attention": KerasMapping(arguments: attentionArguments) {
      layer, inputs, builder throws(Diagnostic) in
      guard try layer.text("score_mode", default: "dot") == "dot" else {
        throw layer.wrong("score_mode", "dot")
      }
      try builder.refuseOldMask(layer)
      let (query, value, key) = try builder.attended(inputs)
      var scores = try builder.apply("BatchMatMulV2", [query, key], ["adj_y": .flag(true)])
      if try layer.bool("use_scale", default: false) {
        let scale = try builder.weight("scale", []).storage.array(of: Float.self)
        scores = try builder.apply("Mul", [scores, builder.scalar(scale.first ?? 1)])
      }
      return try builder.weighted(value, scores)
    },
    // Bahdanau's: sums of the hyperbolic tangents of queries and keys.
    "AdditiveAttention": KerasMapping(arguments: attentionArguments) {
      layer, inputs, builder throws(Diagnostic) in
      try builder.refuseOldMask(layer)
      let (query, value, key) = try builder.attended(inputs)
      let (rows, columns) = (try builder.extents(query), try builder.extents(key))
      let sums = try builder.apply(
        "AddV2",
        [
          try builder.reshape(query, [rows[0], rows[1], 1, rows[2]]),
          try builder.reshape(key, [columns[0], 1, columns[1], columns[2]]),
        ])
      var terms = try builder.apply("Tanh", [sums])
      if try layer.bool("use_scale", default: true) {
        let scale = try builder.weight("scale", [rows[2]])
        terms = try builder.apply("Mul", [terms, .constant(scale)])
      }
      let scores = try builder.apply("Sum", [terms, try builder.ints([3])])
      return try builder.weighted(value, scores)
    },
  ]

  private static let groupedQueryAttention = KerasMapping(arguments: attentionArguments) {
    layer, inputs, builder throws(Diagnostic) in
    let depth = try layer.int("head_dim")
    return try builder.attend(
      layer, inputs, heads: try layer.int("num_query_heads"),
      sharedHeads: try layer.int("num_key_value_heads"), depth: depth, valueDepth: depth)
  }
}

extension KerasBuilder {
  /// Queries, values and keys, each [batch,steps,depth]; keys are the values where they are not given.
  fileprivate func attended(
    _ inputs: [TensorFlowValue]
  ) throws(Diagnostic) -> (query: TensorFlowValue, value: TensorFlowValue, key: TensorFlowValue) {
    func named(_ name: String) -> TensorFlowValue? {
      guard case .tensor(let place)? = call?.arguments[name] else { return nil }
      return inputs.indices.contains(place) ? inputs[place] : nil
    }
    var positional: [TensorFlowValue] = []
    for case .tensor(let place) in call?.operands ?? [] where inputs.indices.contains(place) {
      positional.append(inputs[place])
    }
    func next(_ name: String) -> TensorFlowValue? {
      named(name) ?? (positional.isEmpty ? nil : positional.removeFirst())
    }
    guard let query = next("query"), let value = next("value") else {
      throw Diagnostic(.invalidKeras, "the layer needs queries and values")
    }
    let key = next("key") ?? value
    for tensor in [query, value, key] {
      let extents = try extents(tensor)
      guard extents.count == 3 else {
        throw Diagnostic(
          .unsupportedParameter, "attention over the shape \(extents) is not supported",
          notes: ["it needs [batch,steps,depth]"])
      }
    }
    return (query, value, key)
  }

  /// Before TensorFlow 2.10 the mask of what comes later was a setting of the layer.
  fileprivate func refuseOldMask(_ layer: KerasLayer) throws(Diagnostic) {
    guard try !layer.bool("causal", default: false) else { throw layer.wrong("causal", "false") }
  }

  private func isAsked(_ name: String) -> Bool {
    guard case .value(let value)? = call?.arguments[name] else { return false }
    return value.isTrue
  }

  /// Sums of the values [...,S,depth], weighted by the softmax of scores [...,T,S]; and the weights, if they are asked for.
  fileprivate mutating func weighted(
    _ value: TensorFlowValue, _ scores: TensorFlowValue
  ) throws(Diagnostic) -> [TensorFlowValue] {
    var scores = scores
    if isAsked("use_causal_mask") {
      let (rows, columns) = (
        try extents(scores).suffix(2).first ?? 0, try extents(scores).last ?? 0
      )
      guard rows * columns < 1 << 24 else {
        throw Diagnostic(.tensorTooLarge, "a mask of \(rows) by \(columns) steps is too large")
      }
      var mask: [Float] = []
      for row in 0..<rows { mask += (0..<columns).map { $0 > row ? -1e9 : 0 } }
      scores = try apply("AddV2", [scores, .constant(Tensor([rows, columns], mask))])
    }
    let weights = try apply("Softmax", [scores])
    let result = try apply("BatchMatMulV2", [weights, value])
    return isAsked("return_attention_scores") ? [result, weights] : [result]
  }

  /// Attention with several heads of queries, and as many or fewer of keys and values.
  ///
  /// - Parameters:
  ///   - sharedHeads: heads of keys and values, each for `heads / sharedHeads` heads of queries that follow each other.
  ///   - depth: numbers of a query and of a key.
  ///
  /// Source: "Attention Is All You Need" (2017), "GQA" (2023).
  fileprivate mutating func attend(
    _ layer: KerasLayer, _ inputs: [TensorFlowValue], heads: Int, sharedHeads: Int, depth: Int,
    valueDepth: Int
  ) throws(Diagnostic) -> [TensorFlowValue] {
    for field in ["use_gate", "flash_attention"] {
      guard try !layer.bool(field, default: false) else { throw layer.wrong(field, "false") }
    }
    guard layer.config["sliding_window"] == nil else {
      throw layer.wrong("sliding_window", "none")
    }
    guard (layer.config["attention_axes"]?.ints ?? [1]) == [1] else {
      throw layer.wrong("attention_axes", "[1]")
    }
    guard sharedHeads > 0, heads > 0, heads % sharedHeads == 0, depth > 0, valueDepth > 0 else {
      throw layer.wrong("num_heads", "positive, and a multiple of those of keys and values")
    }
    let (query, value, key) = try attended(inputs)
    let scale = 1 / Float(depth).squareRoot()
    let queries = try head(layer, query, "query", heads, depth, repeats: 1, scale: scale)
    let repeats = heads / sharedHeads
    let keys = try head(layer, key, "key", sharedHeads, depth, repeats: repeats)
    let values = try head(layer, value, "value", sharedHeads, valueDepth, repeats: repeats)
    let scores = try apply("BatchMatMulV2", [queries, keys], ["adj_y": .flag(true)])
    var results = try weighted(values, scores)
    // [batch,heads,steps,depth] to [batch x steps, heads x depth]
    let extents = try extents(query)
    let joined = try transpose(results[0], [0, 2, 1, 3])
    let rows = try reshape(joined, [extents[0] * extents[1], heads * valueDepth])
    let shape = try outputShape(layer) ?? [extents[2]]
    let kernel = try weight("output kernel", [heads, valueDepth] + shape)
    let width = kernel.count / (heads * valueDepth)
    let matrix = Tensor(TensorType(.float32, [heads * valueDepth, width]), kernel.storage)
    var result = try apply("MatMul", [rows, .constant(matrix)])
    if try layer.bool("use_bias", default: true) {
      let bias = try weight("output bias", shape)
      let row = Tensor(TensorType(.float32, [width]), bias.storage)
      result = try apply("BiasAdd", [result, .constant(row)])
    }
    results[0] = try reshape(result, [extents[0], extents[1]] + shape)
    return results
  }

  private func outputShape(_ layer: KerasLayer) throws(Diagnostic) -> [Int]? {
    guard let value = layer.config["output_shape"] else { return nil }
    guard let shape = value.ints ?? value.int.map({ [$0] }), shape.allSatisfy({ $0 > 0 }) else {
      throw layer.wrong("output_shape", "positive numbers")
    }
    return shape
  }

  /// What the heads read of [batch,steps,features]: [batch, heads x repeats, steps, depth].
  ///
  /// - Parameter scale: of the result; it goes into the weights.
  private mutating func head(
    _ layer: KerasLayer, _ input: TensorFlowValue, _ what: String, _ heads: Int, _ depth: Int,
    repeats: Int, scale: Float = 1
  ) throws(Diagnostic) -> TensorFlowValue {
    let extents = try extents(input)
    let stored = try weight("\(what) kernel", [extents[2], heads, depth])
    let bias =
      try layer.bool("use_bias", default: true)
      ? try weight("\(what) bias", [heads, depth]) : nil
    guard stored.count * repeats < 1 << 28 else {
      throw Diagnostic(.tensorTooLarge, "the \(what) kernel of all heads is too large")
    }
    let width = heads * repeats * depth
    func spread(_ tensor: Tensor) -> [Float] {
      let numbers = tensor.storage.array(of: Float.self)
      return (0..<numbers.count / depth).flatMap { head in
        let own = numbers[head * depth..<(head + 1) * depth].map { $0 * scale }
        return (0..<repeats).flatMap { _ in own }
      }
    }
    var result = try apply(
      "MatMul",
      [
        try reshape(input, [extents[0] * extents[1], extents[2]]),
        .constant(Tensor([extents[2], width], spread(stored))),
      ])
    if let bias {
      result = try apply("BiasAdd", [result, .constant(Tensor([width], spread(bias)))])
    }
    return try transpose(
      try reshape(result, [extents[0], extents[1], heads * repeats, depth]), [0, 2, 1, 3])
  }
}
