import OctetSchema

/// A small model that uses every kind of field: scalars, strings, vectors, tables and both unions.
enum ModelFixture {
  static let weights: [UInt8] = (0..<37).map { UInt8($0 * 7 % 256) }

  static func model(weights: FlatBytes = .owned(weights)) -> FlatObject {
    let tensors = [
      TensorTable.object(
        shape: [1, 8, 8, 3], type: .int8, buffer: 0, name: "image",
        quantization: QuantizationParametersTable.object(scale: [0.5], zeroPoint: [-128]),
        shapeSignature: [-1, 8, 8, 3]),
      TensorTable.object(
        shape: [4, 3], type: .int8, buffer: 1, name: "größe",
        quantization: QuantizationParametersTable.object(
          scale: [0.25, 0.5, 1, 2], zeroPoint: [0, 0, 0, 0],
          detailsType: BlockwiseQuantizationTable.quantizationDetailsType,
          details: BlockwiseQuantizationTable.object(scales: 3, blockSize: 32),
          quantizedDimension: 3)),
      TensorTable.object(
        shape: [], type: .float32, buffer: 2,
        sparsity: SparsityParametersTable.object(
          traversalOrder: [0, 1],
          dimMetadata: [
            DimensionMetadataTable.object(
              format: .sparseCSR,
              arraySegmentsType: Uint16VectorTable.sparseIndexVectorType,
              arraySegments: Uint16VectorTable.object(values: [1, 65_535]),
              arrayIndicesType: Uint8VectorTable.sparseIndexVectorType,
              arrayIndices: Uint8VectorTable.object(values: .owned([9, 200])))
          ])),
    ]
    let operators = [
      OperatorTable.object(
        opcodeIndex: 0, inputs: [0, 1, -1], outputs: [2],
        builtinOptionsType: Conv2DOptionsTable.builtinOptionsType,
        builtinOptions: Conv2DOptionsTable.object(
          padding: .valid, strideW: 2, strideH: 3, fusedActivationFunction: .relu6)),
      OperatorTable.object(
        opcodeIndex: 1, inputs: [], outputs: [2], customOptions: .owned([1, 2, 3]),
        mutatingVariableInputs: [true, false],
        builtinOptions2Type: StablehloConvolutionOptionsTable.builtinOptions2Type,
        builtinOptions2: StablehloConvolutionOptionsTable.object(
          windowStrides: [.max, .min], windowReversal: [false, true],
          precisionConfig: [.high, .default])),
    ]
    let subgraph = SubGraphTable.object(
      tensors: tensors, inputs: [0], outputs: [2], operators: operators, name: "main")
    return ModelTable.object(
      version: 3,
      operatorCodes: [
        OperatorCodeTable.object(resolvedCode: .conv2D, version: 5),
        OperatorCodeTable.object(resolvedCode: .stablehloConvolution, customCode: "x"),
      ],
      subgraphs: [subgraph], description: "fixture",
      buffers: [
        BufferTable.object(), BufferTable.object(data: weights),
        BufferTable.object(data: .owned([1, 2, 3, 4]), offset: 1 << 33, size: 7),
      ],
      metadata: [MetadataTable.object(name: "notes", buffer: 2)],
      signatureDefs: [
        SignatureDefTable.object(
          inputs: [TensorMapTable.object(name: "x", tensorIndex: 0)], signatureKey: "serve")
      ])
  }
}
