package import OctetDiagnostics
package import OctetIR
package import OctetKernels

/// What an operator sees when it is prepared: its tensors at their final addresses.
package final class PrepareContext {
  /// Nil for an optional input that is left out.
  package let inputs: [TensorView?]
  package let outputs: [TensorView]
  /// What the operator does to each element it writes; only for a layer (`FusionRule.layer`).
  package let epilogue: Epilogue?
  /// The type of output 0 before the epilogue, which may change its scale; of no account where there is none.
  package let resultType: TensorType
  /// Zeros around height and width of input 0; only for a layer that takes a border.
  package let border: Border
  /// Whether to compute as the operator is defined, without fast kernels.
  package let usesReference: Bool
  /// The threads that will share the items of a step. They also help to prepare it.
  package let pool: WorkPool
  /// Memory for the time of one step.
  package let scratch: Scratch
  /// Those of all loops of the model.
  package let turns: LoopTurns
  /// Those of the model.
  package let variables: Variables
  package let faults: RunFaults
  /// Makes memory of a step's own. Throws `OCT0703` when the tensors and such memory take more than they may.
  package let allocate: (_ byteCount: Int) throws(Diagnostic) -> Storage
  /// Prepares a subgraph, whose inputs are the given tensors. Throws what is wrong with it.
  package let subgraph:
    (_ name: String, _ inputs: [TensorView], _ use: LentInputs) throws(Diagnostic) ->
      PreparedSubgraph

  package init(
    inputs: [TensorView?], outputs: [TensorView], resultType: TensorType,
    epilogue: Epilogue? = nil, border: Border = .none,
    usesReference: Bool = false, pool: WorkPool, scratch: Scratch,
    turns: LoopTurns, variables: Variables, faults: RunFaults,
    allocate: @escaping (_ byteCount: Int) throws(Diagnostic) -> Storage,
    subgraph:
      @escaping (_ name: String, _ inputs: [TensorView], _ use: LentInputs)
      throws(Diagnostic) -> PreparedSubgraph
  ) {
    self.usesReference = usesReference
    self.inputs = inputs
    self.outputs = outputs
    self.resultType = resultType
    self.epilogue = epilogue
    self.border = border
    self.pool = pool
    self.scratch = scratch
    self.turns = turns
    self.variables = variables
    self.faults = faults
    self.allocate = allocate
    self.subgraph = subgraph
  }

  /// The inputs that steps will not read, since they have a copy.
  package private(set) var packedInputs: [Int] = []

  /// Says that the step has its own copy of a constant input.
  package func didPack(_ input: Int) { packedInputs.append(input) }

  /// Memory for one step that runs on one thread. Its address is known once everything is prepared,
  /// so steps read `shared` when they run.
  package func requestScratch(byteCount: Int) -> Scratch {
    scratch.require(shared: byteCount, perWorker: 0)
    return scratch
  }

  /// Input `index`, which inference has shown to be there.
  package func input(_ index: Int) -> TensorView {
    guard index < inputs.count, let view = inputs[index] else {
      preconditionFailure("inference lets no missing input pass")
    }
    return view
  }

  package func optionalInput(_ index: Int) -> TensorView? {
    index < inputs.count ? inputs[index] : nil
  }

  package var output: TensorView { outputs[0] }

  /// The refusal of an operator that has no kernel for these types.
  package func noKernel(_ reason: String) -> Diagnostic {
    Diagnostic(.noKernel, reason)
  }
}

/// What steps find wrong with the numbers that they are given.
package final class RunFaults {
  /// What is wrong with the last run.
  package var problem: Diagnostic?

  package init() {}
}

/// What a subgraph may do to the tensors that are its inputs.
package enum LentInputs {
  case kept
  case overwritten
}

/// Numbers of zeros around an image.
package struct Border: Equatable {
  package let top: Int
  package let bottom: Int
  package let left: Int
  package let right: Int

  package init(top: Int, bottom: Int, left: Int, right: Int) {
    self.top = top
    self.bottom = bottom
    self.left = left
    self.right = right
  }

  package static let none = Border(top: 0, bottom: 0, left: 0, right: 0)
}

/// A prepared operator: run it and its outputs are computed.
package struct Step {
  /// The kernel's name, as profiles show it: `qs8-gemm-6x16--avx2`.
  package let kernel: String
  /// Parts that run one after the other; the items of each may run at the same time.
  package let phases: [Work]
  /// What each way to compute it was estimated to cost; empty where there is but one.
  package let estimates: [CostEstimate]
  /// Multiplications that the operator's definition takes, border included; 0 where they are not what
  /// it costs.
  package let multiplications: Int

  package init(
    kernel: String, multiplications: Int = 0, estimates: [CostEstimate] = [], phases: [Work]
  ) {
    self.kernel = kernel
    self.multiplications = multiplications
    self.estimates = estimates
    self.phases = phases
  }

  /// A step that one thread runs.
  package init(kernel: String, multiplications: Int = 0, run: @escaping () -> Void) {
    self.init(
      kernel: kernel, multiplications: multiplications, phases: [Work { _, _ in run() }])
  }

  /// A step on `elements` in portions that threads share; `body` gets a portion's first element and size.
  package init(
    kernel: String, elements: Int, body: @escaping (_ first: Int, _ count: Int) -> Void
  ) {
    let portion = 1 << 12
    self.init(
      kernel: kernel,
      phases: [
        Work(count: (elements + portion - 1) / portion) { item, _ in
          body(item * portion, min(portion, elements - item * portion))
        }
      ])
  }

  package func run(on pool: WorkPool) {
    for phase in phases { pool.run(phase) }
  }
}

/// A tensor at its address. The memory outlives the step that uses the view.
package struct TensorView {
  package let type: TensorType
  package let extents: [Int]
  package let count: Int
  package let base: UnsafeMutableRawPointer
  /// Elements from one vector of the last dimension to the next: its extent, or more where pixels are part of
  /// wider ones, which only what an operator with the rule `.pixels` or `.layer` writes may be.
  package let pixelStride: Int
  /// True when the contents are known at prepare time and never change.
  package let isConstant: Bool

  package init(
    type: TensorType, extents: [Int], count: Int, base: UnsafeMutableRawPointer,
    pixelStride: Int? = nil, isConstant: Bool
  ) {
    self.pixelStride = pixelStride ?? extents.last ?? 1
    self.type = type
    self.extents = extents
    self.count = count
    self.base = base
    self.isConstant = isConstant
  }

  package var element: ElementType { type.element }

  // The binders trust `element`, which the operator has matched before it calls them.
  package var float32: UnsafeMutablePointer<Float> { base.assumingMemoryBound(to: Float.self) }
  package var int8: UnsafeMutablePointer<Int8> { base.assumingMemoryBound(to: Int8.self) }
  package var uint8: UnsafeMutablePointer<UInt8> { base.assumingMemoryBound(to: UInt8.self) }
  package var int16: UnsafeMutablePointer<Int16> { base.assumingMemoryBound(to: Int16.self) }
  package var int32: UnsafeMutablePointer<Int32> { base.assumingMemoryBound(to: Int32.self) }
  package var int64: UnsafeMutablePointer<Int64> { base.assumingMemoryBound(to: Int64.self) }

  /// The elements as numbers of any type of their size; bools are bytes that are not 0.
  package func elements<Element: BitwiseCopyable>(
    _ type: Element.Type
  ) -> UnsafeMutablePointer<Element> { base.assumingMemoryBound(to: type) }

  /// The per-tensor parameters. Throws `OCT0701` when there are none.
  package func perTensor() throws(Diagnostic) -> (scale: Float, zeroPoint: Int32) {
    try type.perTensor()
  }

  /// One scale for each index of `axis`; a single scale is repeated. Throws `OCT0701` when there is
  /// none or the axis is another.
  package func scales(along axis: Int) throws(Diagnostic) -> [Float] {
    let extent = extents[axis]
    guard let quantization = type.quantization else {
      throw Diagnostic(.noKernel, "int8 weights have no scale")
    }
    let isSymmetric = quantization.zeroPoints.allSatisfy { $0 == 0 }
    if quantization.scales.count == 1, isSymmetric {
      return [Float](repeating: quantization.scale, count: extent)
    }
    guard quantization.axis == axis, quantization.scales.count == extent, isSymmetric else {
      throw Diagnostic(
        .noKernel, "weights must be symmetric and have their scales along dimension \(axis)")
    }
    return quantization.scales
  }
}

extension TensorType {
  /// The per-tensor parameters. Throws `OCT0701` when there are none.
  func perTensor() throws(Diagnostic) -> (scale: Float, zeroPoint: Int32) {
    guard let quantization, quantization.axis == nil else {
      throw Diagnostic(
        .noKernel, "an \(element.name) tensor needs one scale and zero point to be computed with")
    }
    guard element != .int16 || quantization.zeroPoint == 0 else {
      throw Diagnostic(.noKernel, "an int16 tensor needs zero point 0 to be computed with")
    }
    return (quantization.scale, quantization.zeroPoint)
  }
}
