import OctetIR
import OctetKernels

extension Epilogue {
  var table: ByteTable? { if case .table(let table) = self { table } else { nil } }

  /// What numbers below zero are multiplied by.
  var slope: Float? { if case .leaky(let alpha) = self { alpha } else { nil } }
}

extension Step {
  /// The step that `make` gives for a result whose pixels lie together, followed by their copy to where
  /// they belong if that is apart.
  static func spreading<Failure: Error>(
    _ output: TensorView, _ make: (TensorView) throws(Failure) -> Step
  ) throws(Failure) -> Step {
    let channels = output.extents.last ?? 1
    guard output.pixelStride != channels else { return try make(output) }
    let bytes = output.element.byteCount ?? 1
    let dense = Storage(byteCount: output.count * bytes)
    guard let base = dense.mutableBytes.baseAddress else { return try make(output) }
    let step = try make(
      TensorView(
        type: output.type, extents: output.extents, count: output.count, base: base,
        isConstant: false))
    let (target, stride) = (output.base, output.pixelStride * bytes)
    let (pixels, size) = (output.count / max(channels, 1), channels * bytes)
    let copy = Work { _, _ in
      let source = dense.mutableBytes.baseAddress
      for pixel in 0..<pixels {
        guard let source else { return }
        (target + pixel * stride).copyMemory(from: source + pixel * size, byteCount: size)
      }
    }
    return Step(
      kernel: step.kernel, multiplications: step.multiplications, estimates: step.estimates,
      phases: step.phases + [copy])
  }

  /// The step followed by an epilogue in place, for kernels that do not apply it as they write.
  func applying(_ epilogue: Epilogue?, to output: TensorView) -> Step {
    let count = output.count
    let work: Work
    switch epilogue {
    case nil: return self
    case .table(let table)?:
      let target = output.uint8
      work = Work { _, _ in
        ByteTable.best.run(count: count, from: target, table: table, to: target)
      }
    case .leaky(let alpha)?:
      let target = output.float32
      work = Work { _, _ in LeakyReLU.reference(target, target, count: count, alpha: alpha) }
    }
    return Step(
      kernel: kernel, multiplications: multiplications, estimates: estimates,
      phases: phases + [work])
  }
}
