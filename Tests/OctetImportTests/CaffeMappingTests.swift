import OctetDiagnostics
import OctetIR
import OctetImport
import Testing

/// What a mapping says it makes is what it makes.
@Suite struct CaffeMappingTests {
  /// Settings of layers that together make all that each type may become.
  static let nets: [String: [String]] = [
    "BatchNorm": [""], "Bias": ["", "bottom: \"x\" bias_param { axis: 0 }", "bottom: \"z\""],
    "Clip": [
      "clip_param { min: 0 max: 6 }", "clip_param { min: -1 max: 1 }",
      "clip_param { min: 0 max: 3.4028235e38 }", "clip_param { min: -2 max: 3.4028235e38 }",
    ],
    "Concat": ["bottom: \"x\""],
    "Convolution": [
      "convolution_param { num_output: 4 kernel_size: 3 pad: 1 }",
      "convolution_param { num_output: 4 kernel_size: 3 group: 4 }",
    ],
    "ConvolutionDepthwise": ["convolution_param { num_output: 4 kernel_size: 3 pad: 1 }"],
    "Crop": ["bottom: \"w\""],
    "Deconvolution": ["convolution_param { num_output: 2 kernel_size: 5 pad: 1 }"],
    "DepthwiseConvolution": ["convolution_param { num_output: 4 kernel_size: 3 pad: 1 }"],
    "Dropout": [""],
    "Eltwise": [
      "bottom: \"x\"", "bottom: \"x\" eltwise_param { operation: MAX }",
      "bottom: \"x\" eltwise_param { operation: PROD }",
    ],
    "Flatten": [""], "InnerProduct": ["inner_product_param { num_output: 3 }"], "LRN": [""],
    "PReLU": [""], "Permute": ["permute_param { order: [0, 2, 3, 1] }"],
    "Pooling": [
      "pooling_param { kernel_size: 2 pad: 1 }",
      "pooling_param { pool: AVE kernel_size: 3 stride: 2 pad: 1 }",
    ],
    "Power": ["power_param { power: 2 scale: 3 shift: 1 }"],
    "ReLU": ["", "relu_param { negative_slope: 0.1 }"], "ReLU6": [""],
    "Reshape": ["reshape_param { shape { dim: [0, -1] } }"],
    "Scale": ["scale_param { bias_term: true }", "bottom: \"z\""], "Sigmoid": [""],
    "ShuffleChannel": ["shuffle_channel_param { group: 2 }"],
    // The second part is flattened too: as an output it would be turned channels-last.
    "Slice": [
      "top: \"t\" } layer { name: \"rest\" type: \"Flatten\" bottom: \"t\" top: \"u\""
    ],
    "Softmax": [""], "Split": [""], "Swish": [""], "TanH": [""],
    "Upsample": ["upsample_param { scale: 2 }"],
  ]

  @Test func everyTypeHasNets() { #expect(Set(OpMapping.caffe.keys) == Set(Self.nets.keys)) }

  @Test(arguments: OpMapping.caffe.keys.sorted())
  func makes(_ type: String) throws {
    var made: Set<String> = []
    for settings in Self.nets[type] ?? [] {
      var fixture = NetFixture(
        .caffe,
        """
        layer { name: "in" type: "Input" top: "x" top: "z" top: "w"
          input_param { shape { dim: [1, 4, 6, 6] } shape { dim: 4 } shape { dim: [1, 4, 3, 3] } } }
        layer { name: "l" type: "\(type)" bottom: "x" top: "y" \(settings) }
        layer { name: "end" type: "Flatten" bottom: "y" top: "end" }
        """)
      fixture.inputShapes = ["x": [1, 4, 6, 6], "z": [4], "w": [1, 4, 3, 3]]
      let (result, log) = try fixture.read()
      let graph = try #require(result?.graph, "\(log.diagnostics)")
      for node in graph.nodes where node.provenance.first?.node == "l" {
        made.insert(node.op.name)
      }
    }
    #expect(made == Set(OpMapping.caffe[type]?.makes ?? []))
  }
}
