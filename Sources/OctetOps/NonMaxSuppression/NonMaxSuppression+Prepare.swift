package import OctetDiagnostics
import OctetIR
import OctetKernels

extension NonMaxSuppressionV4 {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    Self.step(context, "v4", scores: nil, found: context.outputs[1].int32, sigma: nil)
  }

  fileprivate static func step(
    _ context: PrepareContext, _ version: String, scores: UnsafeMutablePointer<Float>?,
    found: UnsafeMutablePointer<Int32>, sigma: UnsafeMutablePointer<Float>?
  ) -> Step {
    let (boxes, given) = (context.input(0).float32, context.input(1).float32)
    let (overlap, least) = (context.input(3).float32, context.input(4).float32)
    let (count, most) = (context.input(1).count, context.output.count)
    let chosen = context.output.int32
    let scratch = context.requestScratch(byteCount: count * MemoryLayout<Candidate>.stride)
    return Step(kernel: "f32-non-max-suppression-\(version)--reference") {
      let limits = Limits(
        overlap: overlap.pointee, score: least.pointee, sigma: sigma?.pointee ?? 0)
      found.pointee = reference(
        boxes: boxes, given: given, count: count, most: most, limits,
        heap: scratch.shared.bindMemory(to: Candidate.self, capacity: count), chosen: chosen,
        scores: scores)
    }
  }
}

extension NonMaxSuppressionV5 {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    NonMaxSuppressionV4.step(
      context, "v5", scores: context.outputs[1].float32, found: context.outputs[2].int32,
      sigma: context.input(5).float32)
  }
}
