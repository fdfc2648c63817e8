package import OctetDiagnostics
package import OctetIR

/// What an operator sees when it is prepared: its tensors at their final addresses.
package final class PrepareContext {
  /// Nil for an optional input that is left out.
  package let inputs: [TensorView?]
  package let outputs: [TensorView]
  /// Largest number of bytes asked for.
  package private(set) var scratchByteCount = 0
  private let sharedScratch: Scratch

  package init(inputs: [TensorView?], outputs: [TensorView], scratch: Scratch) {
    self.inputs = inputs
    self.outputs = outputs
    self.sharedScratch = scratch
  }

  /// Memory for the time of one invoke step. Its address is known once everything is prepared, so
  /// steps read `base` when they run.
  package func requestScratch(byteCount: Int) -> Scratch {
    scratchByteCount = max(scratchByteCount, byteCount)
    return sharedScratch
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

/// Memory that all steps share, each for the time it runs.
package final class Scratch {
  package var base = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)

  package init() {}

  deinit { base.deallocate() }

  /// Gives the scratch its final size.
  package func reserve(byteCount: Int) {
    base.deallocate()
    base = UnsafeMutableRawPointer.allocate(byteCount: max(byteCount, 64), alignment: 64)
  }
}

/// A prepared operator: run it and its outputs are computed.
package struct Step {
  /// The kernel's name, as profiles show it: `qs8-gemm-6x16--avx2`.
  package let kernel: String
  package let run: () -> Void

  package init(kernel: String, run: @escaping () -> Void) {
    self.kernel = kernel
    self.run = run
  }
}

/// A tensor at its address. The memory outlives the step that uses the view.
package struct TensorView {
  package let type: TensorType
  package let extents: [Int]
  package let count: Int
  package let base: UnsafeMutableRawPointer
  /// True when the contents are known at prepare time and never change.
  package let isConstant: Bool

  package init(
    type: TensorType, extents: [Int], count: Int, base: UnsafeMutableRawPointer, isConstant: Bool
  ) {
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
  package var int32: UnsafeMutablePointer<Int32> { base.assumingMemoryBound(to: Int32.self) }

  /// The per-tensor parameters. Throws `OCT0701` when there are none.
  package func perTensor() throws(Diagnostic) -> (scale: Float, zeroPoint: Int32) {
    guard let quantization = type.quantization, quantization.axis == nil else {
      throw Diagnostic(
        .noKernel, "an \(element.name) tensor needs one scale and zero point to be computed with")
    }
    return (quantization.scale, quantization.zeroPoint)
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
