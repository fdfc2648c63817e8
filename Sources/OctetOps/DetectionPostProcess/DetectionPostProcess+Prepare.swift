package import OctetDiagnostics
import OctetIR
import OctetKernels

extension DetectionPostProcess {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (boxes, scores, anchors) = (context.input(0), context.input(1), context.input(2))
    let sizes = Sizes(
      anchors: anchors.extents[0], columns: boxes.extents[2], scores: scores.extents[2])
    guard sizes.anchors <= 1 << 18 else {
      throw context.noKernel("\(sizes.anchors) boxes are more than can be sorted here")
    }
    // Codes become numbers in memory of the step's own.
    let views = [boxes, scores, anchors]
    var parameters: [(scale: Float, zeroPoint: Int32)?] = []
    for view in views {
      parameters.append(view.element == .float32 ? nil : try view.perTensor())
    }
    let codes = zip(views, parameters).reduce(0) { $0 + ($1.1 == nil ? 0 : $1.0.count) }
    let work = sizes.scratchCount(settings)
    let scratch = context.requestScratch(byteCount: 4 * (work + codes))
    let outputs = context.outputs.map { $0.float32 }
    return Step(kernel: "\(name)--reference") { [self] in
      let memory = scratch.shared.assumingMemoryBound(to: Float.self)
      var free = memory + work
      var reals: (UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>) = (
        UnsafePointer(views[0].float32), UnsafePointer(views[1].float32),
        UnsafePointer(views[2].float32)
      )
      for place in 0..<3 {
        guard let (scale, zeroPoint) = parameters[place] else { continue }
        let (source, count) = (views[place].uint8, views[place].count)
        for i in 0..<count { free[i] = scale * Float(Int32(source[i]) - zeroPoint) }
        switch place {
        case 0: reals.0 = UnsafePointer(free)
        case 1: reals.1 = UnsafePointer(free)
        default: reals.2 = UnsafePointer(free)
        }
        free += count
      }
      reference(
        sizes, boxes: reals.0, scores: reals.1, anchors: reals.2, memory,
        (outputs[0], outputs[1], outputs[2], outputs[3]))
    }
  }
}
