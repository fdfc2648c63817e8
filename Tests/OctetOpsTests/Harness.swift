import OctetDiagnostics
import OctetIR
import OctetOps
import Testing

/// A tensor given to an operator under test: nil stands for an optional input that is left out.
struct Given {
  let tensor: Tensor
  let isConstant: Bool

  /// Contents the operator sees when it is prepared only if `isConstant`.
  init(_ tensor: Tensor, isConstant: Bool = false) {
    self.tensor = tensor
    self.isConstant = isConstant
  }

  static func floats(_ extents: [Int], _ values: [Float]) -> Given { Given(Tensor(extents, values)) }

  static func codes(
    _ extents: [Int], _ values: [Int8], scale: Float = 1, zeroPoint: Int32 = 0
  ) -> Given {
    let type = TensorType(
      .int8, extents, quantization: Quantization(scale: scale, zeroPoint: zeroPoint))
    return Given(Tensor(type, Storage(values)))
  }

  static func ints(_ extents: [Int], _ values: [Int32]) -> Given {
    Given(Tensor(extents, int32: values), isConstant: true)
  }
}

/// Runs single operators the way the runtime does: infer, prepare at fixed addresses, invoke.
enum Harness {
  /// The types an operator infers, without quantization.
  static func infer(_ op: any Op, _ inputs: [Given?]) throws -> [TensorType] {
    try op.infer(
      Operands(
        types: inputs.map { $0?.tensor.type },
        constants: inputs.map { $0.flatMap { $0.isConstant ? $0.tensor.storage : nil } }))
  }

  /// Element types and shapes alone, all extents of which may be unknown.
  static func infer(_ op: any Op, types: [TensorType?]) throws -> [TensorType] {
    try op.infer(Operands(types: types, constants: types.map { _ in nil }))
  }

  /// The kernel's name and the one output, in the inferred type and the given quantization. Inputs
  /// that are not constants hold zeros while the operator is prepared.
  static func run(
    _ op: any BuiltinOp, _ inputs: [Given?], output quantization: Quantization? = nil
  ) throws -> (kernel: String, output: Tensor) {
    var type = try infer(op, inputs)[0]
    type.quantization = quantization
    let result = Storage(byteCount: try #require(type.byteCount))
    // Poison shows elements that a kernel forgets to write.
    result.mutableBytes.initializeMemory(as: UInt8.self, repeating: 0xA5)
    var views: [TensorView?] = []
    var copies: [(from: Storage, to: Storage)] = []
    for given in inputs {
      guard let given else {
        views.append(nil)
        continue
      }
      let place = Storage(byteCount: given.tensor.storage.bytes.count)
      copies.append((given.tensor.storage, place))
      if given.isConstant { place.mutableBytes.copyMemory(from: given.tensor.storage.bytes) }
      views.append(view(given.tensor.type, place, isConstant: given.isConstant))
    }
    let scratch = Scratch()
    let context = PrepareContext(
      inputs: views, outputs: [view(type, result, isConstant: false)], scratch: scratch)
    let step = try op.prepare(context)
    scratch.reserve(byteCount: context.scratchByteCount)
    for (from, to) in copies { to.mutableBytes.copyMemory(from: from.bytes) }
    withExtendedLifetime((copies, result, scratch)) { step.run() }
    return (step.kernel, Tensor(type, result))
  }

  private static func view(
    _ type: TensorType, _ storage: Storage, isConstant: Bool
  ) -> TensorView {
    let tensor = Tensor(type, storage)
    // The harness owns the storage and outlives the step, so its address is stable.
    let base = storage.mutableBytes.baseAddress ?? UnsafeMutableRawPointer(bitPattern: 64)!
    return TensorView(
      type: type, extents: tensor.extents, count: tensor.count, base: base, isConstant: isConstant)
  }

  /// The float32 output of an operator.
  static func floats(_ op: any BuiltinOp, _ inputs: Given?...) throws -> [Float] {
    try run(op, inputs).output.storage.array(of: Float.self)
  }

  /// The int8 output of an operator at the given quantization.
  static func codes(
    _ op: any BuiltinOp, _ inputs: Given?..., scale: Float = 1, zeroPoint: Int32 = 0
  ) throws -> [Int8] {
    let quantization = Quantization(scale: scale, zeroPoint: zeroPoint)
    return try run(op, inputs, output: quantization).output.storage.array(of: Int8.self)
  }

  /// The code of the diagnostic that `body` throws; nil when it throws none.
  static func code(_ body: () throws -> Void) -> DiagnosticCode? {
    do {
      try body()
      return nil
    } catch {
      return (error as? Diagnostic)?.code
    }
  }

  /// An operator made from text-IR attributes.
  static func parse(_ name: String, _ attributes: [Attribute]) throws -> any BuiltinOp {
    let op = try OpCatalog.makeOp(name, attributes, [])
    return try #require(OpCatalog.builtin(op))
  }
}
