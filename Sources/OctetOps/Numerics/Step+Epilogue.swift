import OctetKernels

extension Epilogue {
  var table: ByteTable? { if case .table(let table) = self { table } else { nil } }

  /// What numbers below zero are multiplied by.
  var slope: Float? { if case .leaky(let alpha) = self { alpha } else { nil } }
}

extension Step {
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
