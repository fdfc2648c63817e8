package import OctetDiagnostics
package import OctetIR
import OctetSchema

/// A long short-term memory layer over a sequence: for each step, with the result `h` and the cell `c` of the step
/// before, both 0 at first,
///
///     i, f, o = logistic(W x + R h + b)     c = f c + i tanh(W x + R h + b)     h = o tanh(c)
///
/// with weights of their own for each gate, and `c` clamped to -`cell_clip`...`cell_clip` where that is above 0. Inputs: float32 [N,T,features], with `time_major` [T,N,features]; the gates'
/// W [units,features]; their R [units,units]; three that are left out (peepholes); their b [units]; gates are in the
/// order input, forget, cell, output. Output: the results [N,T,units] or [T,N,units]. TFLite's operator has more
/// inputs: those of other forms, which are left out, and two variable tensors for `h` and `c`, which are no part of
/// the graph: a run begins with zeros, unless variables are kept from run to run.
package final class UnidirectionalSequenceLSTM: BuiltinOp {
  package let timeMajor: Bool

  package let cellClip: Float

  package init(timeMajor: Bool = false, cellClip: Float = 0) {
    self.timeMajor = timeMajor
    self.cellClip = cellClip
  }

  package static let entry = OpEntry(
    "unidirectional_sequence_lstm", .unidirectionalSequenceLSTM, types: [.float32],
    "LSTM layer over a sequence",
    notImported: "made for recurrent layers",
    parse: { attributes throws(Diagnostic) in
      try attributes.allow(["time_major", "cell_clip"])
      return UnidirectionalSequenceLSTM(
        timeMajor: try attributes.bool("time_major", default: false),
        cellClip: try attributes.float("cell_clip", default: 0))
    },
    read: UnidirectionalSequenceLSTM.read, cast: { $0 as? UnidirectionalSequenceLSTM })

  package var entry: OpEntry { Self.entry }

  package var name: String { Self.entry.name }

  package var attributes: [Attribute] {
    [Attribute("time_major", .bool(timeMajor)), Attribute("cell_clip", .float(cellClip))]
  }

  /// As many steps of an LSTM layer stay operators of their own; more become one.
  package static let fewSteps = 4

  /// The inputs in order; the gates' tensors are given in the order input, forget, cell, output.
  package static func inputs(
    _ input: ValueID, _ kernels: [ValueID], _ recurrentKernels: [ValueID], _ biases: [ValueID]
  ) -> [ValueID?] {
    var result = [ValueID?](repeating: nil, count: bias + 4)
    result[0] = input
    for gate in 0..<4 {
      result[kernel + gate] = kernels[gate]
      result[recurrentKernel + gate] = recurrentKernels[gate]
      result[bias + gate] = biases[gate]
    }
    return result
  }

  /// The places of the first gate's tensors among the inputs; those of the others follow.
  static let (kernel, recurrentKernel, bias) = (1, 5, 12)
  /// The places of the results' and the cells' variable tensors in TFLite's operator.
  static let states = [18, 19]

  package func infer(_ operands: Operands) throws(Diagnostic) -> [TensorType] {
    try operands.require(count: 16...24)
    guard cellClip >= 0 else {
      throw Diagnostic(.invalidAttribute, "a cell is clamped to \(cellClip) at most")
    }
    let used = 0..<16
    for index in 0..<operands.count where !used.contains(index) || (9...11).contains(index) {
      guard operands.types[index] == nil else {
        throw Diagnostic(
          .invalidAttribute,
          "an LSTM with input \(index) is not supported: it has peepholes, a projection or a normalization"
        )
      }
    }
    let input = try operands.type(0, among: [.float32], rank: 3)
    guard let units = try operands.type(Self.bias, among: [.float32], rank: 1).shape.extents?.first
    else { throw Diagnostic(.unknownDimension, "the number of units must be known") }
    let features = input.shape.dimensions[2]
    for gate in 0..<4 {
      let kernel = try operands.type(Self.kernel + gate, among: [.float32], rank: 2)
      let recurrent = try operands.type(Self.recurrentKernel + gate, among: [.float32], rank: 2)
      let bias = try operands.type(Self.bias + gate, among: [.float32], rank: 1)
      guard units > 0, recurrent.shape == Shape([units, units]), bias.shape == Shape([units]),
        kernel.shape.dimensions[0] == .known(units),
        kernel.shape.dimensions[1].value == features.value ?? kernel.shape.dimensions[1].value
      else {
        throw Diagnostic(
          .shapeMismatch,
          "weights [\(kernel.shape.text)], [\(recurrent.shape.text)] and [\(bias.shape.text)] of gate "
            + "\(gate) do not fit \(units) units and \(features.text) features")
      }
    }
    return [
      TensorType(.float32, Shape(Array(input.shape.dimensions.dropLast()) + [.known(units)]))
    ]
  }

  package var traits: OpTraits {
    OpTraits(
      layout: .fixed(because: "its steps are a dimension of their own"),
      clamp: .none(because: "an LSTM ends with its gates"), window: nil,
      identity: .never, isView: false,
      copies: timeMajor ? .none(because: "its batches are the second dimension") : .items(core: 2),
      fusion: .none)
  }

  package var quantization: QuantizationRule {
    .floatOnly(because: "Octet has no int8 form of recurrent layers")
  }
}
