import OctetSchema

/// Reads every field of a model's operators, tensors and buffers, and counts what it saw.
///
/// The checksum keeps the reads from being optimised away.
struct ModelWalk {
  var operators = 0
  var tensors = 0
  var checksum: UInt64 = 0

  mutating func visit(_ model: ModelTable) {
    add(model.version)
    add(text: model.description)
    for code in model.operatorCodes.sequence {
      add(code.resolvedCode)
      add(code.version)
      add(text: code.customCode)
      add(text: code.resolvedCode.name)
    }
    for graph in model.subgraphs.sequence { visit(graph) }
    for buffer in model.buffers.sequence {
      add(buffer.offset)
      add(buffer.size)
      add(buffer.data)
      if let bytes = buffer.data?.bytes { checksum &+= UInt64(bytes.count) }
    }
    add(model.metadataBuffer)
    for entry in model.metadata.sequence {
      add(text: entry.name)
      add(entry.buffer)
    }
    for signature in model.signatureDefs.sequence {
      add(text: signature.signatureKey)
      add(signature.subgraphIndex)
      for map in signature.inputs.sequence + signature.outputs.sequence {
        add(text: map.name)
        add(map.tensorIndex)
      }
    }
    for group in model.externalBufferGroups.sequence { add(text: group.name) }
    for buffer in model.externalBuffers.sequence {
      add(buffer.length)
      add(text: buffer.packing)
    }
  }

  private mutating func visit(_ graph: SubGraphTable) {
    add(text: graph.name)
    add(graph.inputs)
    add(graph.outputs)
    for tensor in graph.tensors.sequence {
      tensors += 1
      add(tensor.shape)
      add(tensor.type)
      add(tensor.buffer)
      add(text: tensor.name)
      add(tensor.isVariable)
      add(tensor.shapeSignature)
      add(tensor.hasRank)
      add(tensor.externalBuffer)
      for variant in tensor.variantTensors.sequence { add(variant.shape) }
      if let quantization = tensor.quantization { visit(quantization) }
      if let sparsity = tensor.sparsity { visit(sparsity) }
    }
    for node in graph.operators.sequence { visit(node) }
  }

  private mutating func visit(_ quantization: QuantizationParametersTable) {
    add(quantization.min)
    add(quantization.max)
    add(quantization.scale)
    add(quantization.zeroPoint)
    add(quantization.quantizedDimension)
    add(CustomQuantizationTable(detailsOf: quantization)?.custom)
    add(BlockwiseQuantizationTable(detailsOf: quantization)?.blockShape)
    add(MultiAxisQuantizationTable(detailsOf: quantization)?.quantizedDimensions)
  }

  private mutating func visit(_ sparsity: SparsityParametersTable) {
    add(sparsity.traversalOrder)
    add(sparsity.blockMap)
    for dimension in sparsity.dimMetadata.sequence {
      add(dimension.format)
      add(dimension.denseSize)
      add(Int32VectorTable(arraySegmentsOf: dimension)?.values)
      add(Uint16VectorTable(arraySegmentsOf: dimension)?.values)
      add(Uint8VectorTable(arrayIndicesOf: dimension)?.values)
    }
  }

  private mutating func visit(_ node: OperatorTable) {
    operators += 1
    add(node.opcodeIndex)
    add(node.inputs)
    add(node.outputs)
    add(node.customOptions)
    add(node.customOptionsFormat)
    add(node.mutatingVariableInputs)
    add(node.intermediates)
    add(node.largeCustomOptionsOffset)
    add(node.largeCustomOptionsSize)
    add(node.debugMetadataIndex)
    add(text: node.builtinOptionsType.name)
    if let options = Conv2DOptionsTable(builtinOptionsOf: node) {
      add(options.padding)
      add(options.strideW)
      add(options.dilationHFactor)
      add(options.quantizedBiasType)
    }
    add(ReshapeOptionsTable(builtinOptionsOf: node)?.newShape)
    add(SqueezeOptionsTable(builtinOptionsOf: node)?.squeezeDims)
    if let options = VarHandleOptionsTable(builtinOptionsOf: node) { add(text: options.sharedName) }
    if let options = StablehloConvolutionOptionsTable(builtinOptions2Of: node) {
      add(options.windowStrides)
      add(options.windowReversal)
      add(options.precisionConfig)
    }
  }

  private mutating func add<T: FlatScalar>(_ value: T) {
    checksum = checksum &* 31 &+ value.flatBits
  }

  private mutating func add<T: FlatScalar>(_ values: FlatVector<T>?) {
    for value in values.sequence { add(value) }
  }

  private mutating func add(text: String?) {
    checksum = checksum &* 31 &+ UInt64(text?.utf8.count ?? 0)
  }
}

extension Optional where Wrapped: Collection {
  /// The elements, none for an absent vector.
  fileprivate var sequence: [Wrapped.Element] {
    guard let self else { return [] }
    return Array(self)
  }
}

extension ModelWalk {
  /// Walks `bytes` when they verify; nil when they don't.
  static func of(_ bytes: [UInt8]) -> ModelWalk? {
    bytes.withUnsafeBytes { bytes in
      guard let model = ModelTable(verifying: bytes) else { return nil }
      var walk = ModelWalk()
      walk.visit(model)
      return walk
    }
  }
}
