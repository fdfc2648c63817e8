package import OctetDiagnostics
import OctetIR
import OctetKernels

extension DepthwiseConv2D {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (image, filter, output) = (context.input(0), context.input(1), context.output)
    let bias = context.optionalInput(2)
    let geometry = Conv2DGeometry(
      image, context.border, kernel: Steps(filter.extents[1], filter.extents[2]),
      outputChannels: filter.extents[3], stride: stride, dilation: dilation, padding: padding)
    let batches = image.extents[0]
    let multiplications =
      batches * geometry.outputPixels * geometry.outputChannels * geometry.kernelHeight
      * geometry.kernelWidth
    let isConstant = filter.isConstant && (bias?.isConstant ?? true) && !context.usesReference
    switch image.element {
    case .float32 where filter.element == .int8:
      return try hybridStep(context, geometry, multiplications)
    case .float32:
      if isConstant,
        let kernel = F32Depthwise(
          F32Convolution(
            geometry: geometry, weights: filter.float32,
            output: F32Output(
              channels: geometry.outputChannels, bias: bias?.float32, bounds: activation.bounds,
              slope: context.epilogue?.slope ?? 1)), threads: context.pool.threadCount)
      {
        let images = ConvolutionImages(
          input: image.float32, result: output.float32, pixelStride: output.pixelStride,
          batches: batches)
        return Step(
          kernel: kernel.kernel, multiplications: multiplications,
          phases: kernel.phases(
            images, threads: context.pool.threadCount, scratch: context.scratch))
      }
      let (source, weights) = (image.float32, filter.float32)
      let (sums, bounds) = (bias?.float32, activation.bounds)
      return Step.spreading(output) { output in
        let target = output.float32
        return Step(kernel: "f32-depthwise-conv-2d--reference") {
          Self.reference(
            geometry, batches: batches, input: source, filter: weights, bias: sums,
            bounds: bounds, output: target)
        }
        .applying(context.epilogue, to: output)
      }
    case .uint8: return try uint8Step(context, geometry, multiplications)
    case .int16:
      let to = try context.resultType.perTensor()
      let multipliers = try ChannelMultipliers(
        wide: try image.perTensor().scale, weights: try filter.scales(along: 3), output: to.scale)
      let bounds = activation.codeBounds(Int16.self, scale: to.scale, zeroPoint: 0)
      let (source, weights, sums) = (image.int16, filter.int8, bias?.int64)
      return Step.spreading(output) { output in
        let target = output.int16
        return Step(kernel: "qs16-depthwise-conv-2d--reference") {
          Self.reference(
            geometry, batches: batches, input: source, filter: weights, bias: sums,
            multipliers: multipliers, bounds: bounds, output: target)
        }
      }
    default:
      let from = try image.perTensor()
      let to = try context.resultType.perTensor()
      let multipliers = ChannelMultipliers(
        input: from.scale, weights: try filter.scales(along: 3), output: to.scale)
      let bounds = activation.codeBounds(Int8.self, scale: to.scale, zeroPoint: to.zeroPoint)
      if isConstant,
        let variant = QS8Depthwise.best,
        let kernel = QS8Depthwise(
          QS8Convolution(
            geometry: geometry, weights: filter.int8, inputZeroPoint: from.zeroPoint,
            output: QS8Output(
              channels: geometry.outputChannels, bias: bias?.int32,
              scaling: multipliers.fixedPoint,
              sumBound: QS8Output.sumBound(depth: geometry.kernelHeight * geometry.kernelWidth),
              zeroPoint: to.zeroPoint, bounds: bounds,
              table: context.epilogue?.table)),
          threads: context.pool.threadCount, variant: variant)
      {
        let images = ConvolutionImages(
          input: image.int8, result: output.int8, pixelStride: output.pixelStride,
          batches: batches)
        return Step(
          kernel: kernel.kernel, multiplications: multiplications,
          phases: kernel.phases(
            images, threads: context.pool.threadCount, scratch: context.scratch))
      }
      let (source, weights, sums) = (image.int8, filter.int8, bias?.int32)
      return Step.spreading(output) { output in
        let target = output.int8
        return Step(kernel: "qs8-depthwise-conv-2d--reference") {
          Self.reference(
            geometry, batches: batches, input: source, inputZeroPoint: from.zeroPoint,
            filter: weights, bias: sums, multipliers: multipliers, outputZeroPoint: to.zeroPoint,
            bounds: bounds, output: target)
        }
        .applying(context.epilogue, to: output)
      }
    }
  }

  private func uint8Step(
    _ context: PrepareContext, _ geometry: Conv2DGeometry, _ multiplications: Int
  ) throws(Diagnostic) -> Step {
    let (image, filter, output) = (context.input(0), context.input(1), context.output)
    let (layer, batches) = (try UInt8Layer(context, activation), image.extents[0])
    if let variant = QS8Depthwise.best,
      let convolution = layer.convolution(
        context, geometry, depth: geometry.kernelHeight * geometry.kernelWidth),
      let kernel = QS8Depthwise(
        convolution, threads: context.pool.threadCount, variant: variant)
    {
      let images = ConvolutionImages(
        input: UnsafePointer(image.uint8), result: output.uint8, pixelStride: output.pixelStride,
        batches: batches)
      return Step(
        kernel: kernel.kernel, multiplications: multiplications,
        phases: kernel.phases(
          images.asInt8, threads: context.pool.threadCount, scratch: context.scratch))
    }
    let (source, weights) = (image.uint8, filter.uint8)
    let sums = context.optionalInput(2)?.int32
    return Step.spreading(output) { output in
      let target = output.uint8
      return Step(kernel: "qu8-depthwise-conv-2d--reference") {
        Self.reference(
          geometry, batches: batches, input: source, filter: weights, bias: sums, layer,
          output: target)
      }
      .applying(context.epilogue, to: output)
    }
  }

  private func hybridStep(
    _ context: PrepareContext, _ geometry: Conv2DGeometry, _ multiplications: Int
  ) throws(Diagnostic) -> Step {
    let (image, filter) = (context.input(0), context.input(1))
    let layer = try HybridLayer(
      context, rows: image.extents[0], .asymmetric, scales: try filter.scales(along: 3),
      bounds: activation.bounds)
    let (batches, channels) = (image.extents[0], geometry.outputChannels)
    let variant = filter.isConstant && !context.usesReference ? QS8Depthwise.best : nil
    let kernel = variant.flatMap {
      QS8Depthwise(
        QS8Convolution(
          geometry: geometry, weights: filter.int8, inputZeroPoint: 0,
          zeroPoints: layer.zeroPoints, output: QS8Output(sumsOf: channels)),
        threads: context.pool.threadCount, variant: $0)
    }
    if kernel != nil { context.didPack(1) }
    return Step.spreading(context.output) { output in
      if let kernel {
        return layer.step(
          context, kernel: "qd8-\(kernel.kernel)", multiplications: multiplications, output,
          weights: filter
        ) {
          kernel.phases(
            ConvolutionTensors(
              input: UnsafePointer(layer.codes), result: $0, pixelStride: channels,
              batches: batches), threads: context.pool.threadCount, scratch: context.scratch)
        }
      }
      let weights = filter.int8
      return layer.step(
        context, kernel: "qd8-depthwise-conv-2d--reference", multiplications: multiplications,
        output, weights: filter
      ) { sums in
        [
          Work { _, _ in
            Self.reference(
              geometry, batches: batches, codes: layer.codes, zeroPoints: layer.zeroPoints,
              filter: weights, sums: sums)
          }
        ]
      }
    }
  }
}
