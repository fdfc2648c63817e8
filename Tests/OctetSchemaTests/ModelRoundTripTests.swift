import OctetSchema
import Testing

@Suite struct ModelRoundTripTests {
  @Test func everyFieldReadsBack() throws {
    let bytes = try serialize(ModelFixture.model())
    bytes.withUnsafeBytes { bytes in
      guard let model = ModelTable(verifying: bytes) else {
        Issue.record("a model just built does not verify")
        return
      }
      #expect(model.version == 3)
      #expect(model.description == "fixture")
      #expect(model.metadataBuffer == nil)
      #expect(model.operatorCodes?.map(\.resolvedCode) == [.conv2D, .stablehloConvolution])
      #expect(model.operatorCodes?.map(\.deprecatedBuiltinCode) == [3, 127])
      #expect(model.operatorCodes?.map(\.version) == [5, 1])
      #expect(model.operatorCodes?.map(\.customCode) == [nil, "x"])
      #expect(model.metadata?.first?.name == "notes")
      #expect(model.signatureDefs?.first?.inputs?.first?.name == "x")
      #expect(model.signatureDefs?.first?.outputs == nil)
      guard let graph = model.subgraphs?.first else { return }
      #expect(graph.name == "main")
      expectTensors(graph)
      expectOperators(graph)
    }
  }

  private func expectTensors(_ graph: SubGraphTable) {
    guard let tensors = graph.tensors, tensors.count == 3 else {
      Issue.record("three tensors expected")
      return
    }
    #expect(tensors.map(\.name) == ["image", "größe", nil])
    #expect(tensors.map(\.type) == [.int8, .int8, .float32])
    #expect(tensors[0].shape.map(Array.init) == [1, 8, 8, 3])
    #expect(tensors[0].shapeSignature?.first == -1)
    #expect(tensors[2].shape?.count == 0)
    #expect(tensors[0].quantization?.zeroPoint?.first == -128)
    let quantization = tensors[1].quantization
    #expect(quantization?.scale.map(Array.init) == [0.25, 0.5, 1, 2])
    #expect(quantization?.quantizedDimension == 3)
    #expect(quantization.flatMap { BlockwiseQuantizationTable(detailsOf: $0) }?.blockSize == 32)
    #expect(
      (quantization.flatMap { CustomQuantizationTable(detailsOf: $0) })?.table.position == nil)
    guard let dimension = tensors[2].sparsity?.dimMetadata?.first else { return }
    #expect(dimension.format == .sparseCSR)
    #expect(Uint16VectorTable(arraySegmentsOf: dimension)?.values.map(Array.init) == [1, 65_535])
    #expect(Uint8VectorTable(arrayIndicesOf: dimension)?.values.map(Array.init) == [9, 200])
    #expect((Int32VectorTable(arrayIndicesOf: dimension))?.table.position == nil)
  }

  private func expectOperators(_ graph: SubGraphTable) {
    guard let operators = graph.operators, operators.count == 2 else {
      Issue.record("two operators expected")
      return
    }
    let convolution = Conv2DOptionsTable(builtinOptionsOf: operators[0])
    #expect(operators[0].inputs.map(Array.init) == [0, 1, -1])
    #expect(convolution?.padding == .valid)
    #expect(convolution?.strideH == 3)
    #expect(convolution?.dilationHFactor == 1)
    #expect(convolution?.fusedActivationFunction.name == "RELU6")
    #expect((Pool2DOptionsTable(builtinOptionsOf: operators[0]))?.table.position == nil)
    #expect(operators[1].builtinOptionsType == .none)
    #expect(operators[1].builtinOptions == nil)
    #expect(operators[1].customOptions?.bytes.elementsEqual([1, 2, 3]) == true)
    #expect(operators[1].mutatingVariableInputs.map(Array.init) == [true, false])
    #expect(operators[1].debugMetadataIndex == -1)
    let stable = StablehloConvolutionOptionsTable(builtinOptions2Of: operators[1])
    #expect(stable?.windowStrides.map(Array.init) == [.max, .min])
    #expect(stable?.precisionConfig.map(Array.init) == [.high, .default])
  }

  /// Weights start at multiples of 16 in the file, whatever their length and what precedes them.
  @Test(arguments: [1, 2, 15, 16, 17, 33, 1000])
  func buffersAreAligned(count: Int) throws {
    let weights = [UInt8](repeating: 7, count: count)
    let file = try SerializedModel(ModelFixture.model(weights: .owned(weights)))
    file.withUnsafeBytes { bytes in
      let buffers = ModelTable(verifying: bytes)?.buffers
      for buffer in buffers.map(Array.init) ?? [] {
        guard let data = buffer.data else { continue }
        #expect((data.start - bytes.baseAddress!) % 16 == 0)
      }
      #expect(buffers?[1].data?.bytes.elementsEqual(weights) == true)
      #expect(buffers?[2].offset == 1 << 33)
      #expect(Int(bitPattern: bytes.baseAddress) % 16 == 0)
    }
  }

  @Test func defaultsAreLeftOut() {
    #expect(Conv2DOptionsTable.object(dilationWFactor: 1) == FlatObject())
    #expect(UniqueOptionsTable.object(idxOutType: .int32).fields.isEmpty)
    #expect(UniqueOptionsTable.object(idxOutType: .float32).fields.count == 1)
    #expect(SoftmaxOptionsTable.object(beta: -0.0).fields.count == 1)
  }

  @Test func unlistedValuesSurvive() throws {
    let code = BuiltinOperator(rawValue: 40_000)
    #expect(code.name == nil)
    let model = ModelTable.object(operatorCodes: [OperatorCodeTable.object(resolvedCode: code)])
    let file = try SerializedModel(model)
    let read = file.withUnsafeBytes { bytes in
      ModelTable(verifying: bytes)?.operatorCodes?.first?.resolvedCode
    }
    #expect(read == code)
  }

  @Test func theSameModelGivesTheSameBytes() throws {
    #expect(try serialize(ModelFixture.model()) == serialize(ModelFixture.model()))
  }
}
