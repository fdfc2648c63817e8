package import OctetDiagnostics
import OctetIR
import OctetKernels

extension Conv2D {
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let image = context.input(0)
    let filter = context.input(1)
    let bias = context.optionalInput(2)
    let output = context.output
    let geometry = Conv2DGeometry(
      image, context.border, kernel: Steps(filter.extents[1], filter.extents[2]),
      outputChannels: filter.extents[0], stride: stride, dilation: dilation, padding: padding)
    let groups = image.extents[3] / filter.extents[3]
    let isConstant = filter.isConstant && (bias?.isConstant ?? true) && !context.usesReference
    switch image.element {
    case .float32 where filter.element == .int8:
      return try hybridStep(context, geometry, groups)
    case .float32:
      if isConstant {
        let convolution = F32Convolution(
          geometry: geometry, groups: groups, weights: filter.float32,
          output: F32Output(
            channels: geometry.outputChannels, bias: bias?.float32, bounds: activation.bounds,
            slope: context.epilogue?.slope ?? 1))
        if let kernel = F32Conv2D(convolution, pool: context.pool) {
          return packed(
            context, kernel.kernel, kernel.estimates, geometry, groups: groups, image.float32,
            output.float32, kernel.phases)
        }
      }
      return Step.spreading(output) {
        referenceFloat(geometry, groups, image, filter, bias, $0)
          .applying(context.epilogue, to: $0)
      }
    case .uint8: return try uint8Step(context, geometry, groups)
    case .int16:
      let to = try context.resultType.perTensor()
      let multipliers = try ChannelMultipliers(
        wide: try image.perTensor().scale, weights: try filter.scales(along: 0), output: to.scale)
      let bounds = activation.codeBounds(Int16.self, scale: to.scale, zeroPoint: 0)
      let (source, weights) = (image.int16, filter.int8)
      let (sums, batches) = (bias?.int64, image.extents[0])
      if isConstant,
        let kernel = QS16Conv2D(
          geometry, groups: groups, weights: weights,
          QS16Output(
            channels: geometry.outputChannels, bias: sums, scaling: multipliers.wideFixedPoint,
            bounds: bounds), pool: context.pool)
      {
        return packed(
          context, kernel.kernel, [], geometry, groups: groups, source, output.int16,
          kernel.phases)
      }
      return Step.spreading(output) { output in
        let target = output.int16
        return Step(kernel: "qs16-conv-2d--reference") {
          Self.reference(
            geometry, batches: batches, groups: groups, input: source, filter: weights, bias: sums,
            multipliers: multipliers, bounds: bounds, output: target)
        }
      }
    default:
      let from = try image.perTensor()
      let to = try context.resultType.perTensor()
      let multipliers = ChannelMultipliers(
        input: from.scale, weights: try filter.scales(along: 0), output: to.scale)
      let bounds = activation.codeBounds(Int8.self, scale: to.scale, zeroPoint: to.zeroPoint)
      if isConstant {
        let convolution = QS8Convolution(
          geometry: geometry, groups: groups, weights: filter.int8, inputZeroPoint: from.zeroPoint,
          output: QS8Output(
            channels: geometry.outputChannels, bias: bias?.int32,
            scaling: multipliers.fixedPoint,
            sumBound: QS8Output.sumBound(depth: geometry.patchCount), zeroPoint: to.zeroPoint,
            bounds: bounds,
            table: context.epilogue?.table))
        if let kernel = QS8Conv2D(convolution, pool: context.pool) {
          return packed(
            context, kernel.kernel, kernel.estimates, geometry, groups: groups, image.int8,
            output.int8, kernel.phases)
        }
      }
      let (source, weights) = (image.int8, filter.int8)
      let (sums, batches) = (bias?.int32, image.extents[0])
      return Step.spreading(output) { output in
        let target = output.int8
        return Step(kernel: "qs8-conv-2d--reference") {
          Self.reference(
            geometry, batches: batches, groups: groups, input: source,
            inputZeroPoint: from.zeroPoint, filter: weights, bias: sums, multipliers: multipliers,
            outputZeroPoint: to.zeroPoint, bounds: bounds, output: target)
        }
        .applying(context.epilogue, to: output)
      }
    }
  }

  private func uint8Step(
    _ context: PrepareContext, _ geometry: Conv2DGeometry, _ groups: Int
  ) throws(Diagnostic) -> Step {
    let (image, filter, output) = (context.input(0), context.input(1), context.output)
    let layer = try UInt8Layer(context, activation)
    if let convolution = layer.convolution(
      context, geometry, groups: groups, depth: geometry.patchCount),
      let kernel = QU8DirectConv2D(convolution, pool: context.pool)
    {
      return packed(
        context, kernel.kernel, [], geometry, groups: groups, image.uint8, output.uint8,
        kernel.phases)
    }
    let (source, weights) = (image.uint8, filter.uint8)
    let (sums, batches) = (context.optionalInput(2)?.int32, image.extents[0])
    return Step.spreading(output) { output in
      let target = output.uint8
      return Step(kernel: "qu8-conv-2d--reference") {
        Self.reference(
          geometry, batches: batches, groups: groups, input: source, filter: weights, bias: sums,
          layer, output: target)
      }
      .applying(context.epilogue, to: output)
    }
  }

  private func hybridStep(
    _ context: PrepareContext, _ geometry: Conv2DGeometry, _ groups: Int
  ) throws(Diagnostic) -> Step {
    let (image, filter) = (context.input(0), context.input(1))
    // As in TFLite, which cannot tell one channel from one scale for all.
    let isPerChannel = filter.type.quantization?.scales.count ?? 1 > 1
    let layer = try HybridLayer(
      context, rows: image.extents[0], isPerChannel ? .asymmetric : .symmetric,
      scales: try filter.scales(along: 0), scalesWeightsFirst: isPerChannel,
      bounds: activation.bounds)
    let (batches, channels) = (image.extents[0], geometry.outputChannels)
    let multiplications = batches * geometry.multiplications / groups
    let kernel =
      !filter.isConstant || context.usesReference
      ? nil
      : QS8DirectConv2D(
        QS8Convolution(
          geometry: geometry, groups: groups, weights: filter.int8, inputZeroPoint: 0,
          zeroPoints: layer.zeroPoints, output: QS8Output(sumsOf: channels)), pool: context.pool)
    if kernel != nil { context.didPack(1) }
    return Step.spreading(context.output) { output in
      if let kernel {
        return layer.step(
          context, kernel: "qd8-\(kernel.kernel)", multiplications: multiplications, output,
          form: QS8GEMM.best.form, weights: filter
        ) {
          kernel.phases(
            ConvolutionTensors(
              input: UnsafePointer(layer.codes), result: $0, pixelStride: channels,
              batches: batches), threads: context.pool.threadCount, scratch: context.scratch)
        }
      }
      let weights = filter.int8
      return layer.step(
        context, kernel: "qd8-conv-2d--reference", multiplications: multiplications, output,
        weights: filter
      ) { sums in
        [
          Work { _, _ in
            Self.reference(
              geometry, batches: batches, groups: groups, codes: layer.codes,
              zeroPoints: layer.zeroPoints, filter: weights, sums: sums)
          }
        ]
      }
    }
  }

  private func referenceFloat(
    _ geometry: Conv2DGeometry, _ groups: Int, _ image: TensorView, _ filter: TensorView,
    _ bias: TensorView?, _ output: TensorView
  ) -> Step {
    let (source, weights, target) = (image.float32, filter.float32, output.float32)
    let (sums, batches, bounds) = (bias?.float32, image.extents[0], activation.bounds)
    return Step(kernel: "f32-conv-2d--reference") {
      Self.reference(
        geometry, batches: batches, groups: groups, input: source, filter: weights, bias: sums,
        bounds: bounds, output: target)
    }
  }

  /// The step of a kernel that has packed the filter.
  private func packed<Element>(
    _ context: PrepareContext, _ kernel: String, _ estimates: [CostEstimate],
    _ geometry: Conv2DGeometry, groups: Int, _ input: UnsafePointer<Element>,
    _ result: UnsafeMutablePointer<Element>,
    _ phases: (ConvolutionImages<Element>, Int, Scratch) -> [Work]
  ) -> Step {
    context.didPack(1)
    let batches = context.input(0).extents[0]
    let images = ConvolutionImages(
      input: input, result: result, pixelStride: context.output.pixelStride, batches: batches)
    return Step(
      kernel: kernel, multiplications: batches * geometry.multiplications / groups,
      estimates: estimates, phases: phases(images, context.pool.threadCount, context.scratch))
  }
}
