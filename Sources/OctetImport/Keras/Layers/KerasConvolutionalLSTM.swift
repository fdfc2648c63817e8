import OctetDiagnostics
import OctetIR
import OctetOps

extension KerasBuilder {
  /// An LSTM whose products are convolutions, over images [batch,steps,height,width,channels].
  ///
  /// Source: "Convolutional LSTM Network: A Machine Learning Approach for Precipitation Nowcasting" (2015), without its
  /// peepholes, as Keras has it: a convolution of the state has the padding same and moves by one.
  mutating func convolutionalLSTM(
    _ layer: KerasLayer, _ inputs: [TensorFlowValue]
  ) throws(Diagnostic) -> [TensorFlowValue] {
    try refuseStates(layer)
    guard var images = inputs.first, [1, 3].contains(inputs.count) else {
      throw Diagnostic(.invalidKeras, "the layer reads images, and two tensors of state or none")
    }
    let extents = try extents(images)
    guard extents.count == 5, try !layer.isChannelsFirst() else {
      throw layer.wrong("data_format", "channels_last, for five dimensions")
    }
    let (batch, steps) = (extents[0], extents[1])
    try refuseLong(steps)
    if try layer.bool("go_backwards", default: false) { images = try reverse(images, axis: 1) }
    let sides = try layer.sizes("kernel_size", count: 2)
    let filters = try layer.int("filters")
    guard (1..<1 << 24).contains(filters) else { throw layer.wrong("filters", "positive") }
    let kernel = try weight("kernel", sides + [extents[4], 4 * filters])
    let recurrent = try weight("recurrent kernel", sides + [filters, 4 * filters])
    let bias = try bias(layer, 4 * filters)
    // What does not depend on the state is computed for all steps at once.
    var sums = try apply(
      "Conv2D",
      [try reshape(images, [batch * steps] + extents[2...]), .constant(kernel)],
      [
        "strides": .ints([1] + (try layer.sizes("strides", count: 2, default: 1)) + [1]),
        "dilations": .ints([1] + (try layer.sizes("dilation_rate", count: 2, default: 1)) + [1]),
        "padding": .text(try layer.text("padding", default: "valid").uppercased()),
      ])
    if let bias { sums = try apply("BiasAdd", [sums, bias]) }
    let (sharp, soft) = (
      layer.config.object?["recurrent_activation"] ?? .text("sigmoid"),
      layer.config.object?["activation"] ?? .text("tanh")
    )
    let size = Array(try self.extents(sums)[1...])
    sums = try reshape(sums, [batch, steps] + size)
    let order = Permutation([3, 0, 1, 2])
    let filter = graph.constant(
      "recurrent",
      Tensor(
        order.apply(recurrent.extents),
        order.apply(recurrent.storage.array(of: Float.self), extents: recurrent.extents)))
    var state = Array(inputs.dropFirst())
    var outputs: [TensorFlowValue] = []
    for step in 0..<steps {
      var row = try reshape(
        try slice(sums, begin: [0, step, 0, 0, 0], size: [batch, 1] + size), [batch] + size)
      if let hidden = state.first {
        let product = try graph.add(
          Conv2D(stride: .one, dilation: .one, padding: .same),
          [try graph.value(hidden), filter, nil])
        row = try apply("AddV2", [row, .computed(product)])
      }
      state = try cell(row, state.count > 1 ? state[1] : nil, sharp, soft)
      outputs.append(try reshape(state[0], [batch, 1] + size.dropLast() + [filters]))
    }
    let returnsAll = try layer.bool("return_sequences", default: false)
    let results = returnsAll ? [try concatenate(outputs, axis: 1)] : [state[0]]
    return try layer.bool("return_state", default: false) ? results + state : results
  }
}
