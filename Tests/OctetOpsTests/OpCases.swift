import OctetDiagnostics
import Testing

/// What an operator must do, worked by hand: one value an operator, in a file of its own. The suites of
/// `OpCasesTests` walk `all`.
///
/// Graphs are written as their inputs and a body of text IR whose result is `%y`.
struct OpCases: Sendable, CustomTestStringConvertible {
  /// Numbers in, numbers out: real ones for float32, codes for integers.
  struct Answer: Sendable, CustomTestStringConvertible {
    let inputs: String
    let body: String
    let values: [[Double]]
    let type: String
    let result: [Double]

    init(
      _ inputs: String, _ body: String, _ values: [[Double]], gives type: String,
      _ result: [Double]
    ) {
      self.inputs = inputs
      self.body = body
      self.values = values
      self.type = type
      self.result = result
    }

    var testDescription: String { "(\(inputs)) \(body)" }
  }

  /// The type that inference gives `%y`.
  struct Inference: Sendable, CustomTestStringConvertible {
    let inputs: String
    let body: String
    let type: String

    init(_ inputs: String, _ body: String, gives type: String) {
      self.inputs = inputs
      self.body = body
      self.type = type
    }

    var testDescription: String { "(\(inputs)) \(body)" }
  }

  struct Refusal: Sendable, CustomTestStringConvertible {
    let inputs: String
    let body: String
    let code: DiagnosticCode
    let message: String

    init(_ inputs: String, _ body: String, _ code: DiagnosticCode, _ message: String) {
      self.inputs = inputs
      self.body = body
      self.code = code
      self.message = message
    }

    var testDescription: String { "(\(inputs)) \(body)" }
  }

  let op: String
  let answers: [Answer]
  let inferences: [Inference]
  let refusals: [Refusal]
  /// How far the int8 form may be from the float answers, in steps of the output's scale, and why; nil
  /// for an operator without int8 form.
  let int8Steps: Double?

  init(
    _ op: String, answers: [Answer], inferences: [Inference] = [], refusals: [Refusal] = [],
    int8Steps: Double?
  ) {
    self.op = op
    self.answers = answers
    self.inferences = inferences
    self.refusals = refusals
    self.int8Steps = int8Steps
  }

  var testDescription: String { op }

  static let all = [
    abs, add, argMax, argMin, assignVariable, averagePool2D, batchMatMul, batchToSpaceND,
    broadcastTo, callOnce, cast,
    ceil, complexAbs, concatenation, conv2D, conv3D, cos, cumsum, depthToSpace, depthwiseConv2D,
    dequantize,
    detectionPostProcess, div, dynamicUpdateSlice, elu, equal, exp, expandDims, fakeQuant, fill,
    floor, floorDiv,
    floorMod, fullyConnected,
    gather, gatherND, gelu,
    greater, greaterEqual, hardSwish, `if`, imag, l2Normalization, leakyReLU, less, lessEqual,
    log, localResponseNormalization, logicalAnd, logicalNot, logicalOr, logistic, logSoftmax,
    maxPool2D, maximum, mean,
    minimum, mirrorPad, mul, neg, nonMaxSuppressionV4, nonMaxSuppressionV5, notEqual, oneHot,
    pack, pad, padV2, pow, pReLU, quantize, range, rank, readVariable, real, reduceAll, reduceAny,
    reduceMax,
    reduceMin,
    reduceProd,
    reLU, reLU6, reshape, resizeBilinear, resizeNearestNeighbor, reverseV2, rfft2D, round, rsqrt,
    scatterND, select, selectV2, shape, sign, sin, slice, softmax, spaceToBatchND, spaceToDepth,
    split, splitV,
    sqrt, square,
    squaredDifference, squeeze, stridedSlice, sub, sum, svdf, tanh, tile, topKV2,
    transpose,
    transposeConv,
    unidirectionalSequenceLSTM, unpack, varHandle, `where`, `while`,
  ]
}
