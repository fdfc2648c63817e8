import OctetDiagnostics
import Testing

extension CaffeRefusalTests {
  @Test(arguments: [
    (
      "Deconvolution", "convolution_param { num_output: 4 kernel_size: 3 dilation: 2 }",
      "a deconvolution with dilation has no TFLite form"
    ),
    (
      "Deconvolution", "convolution_param { num_output: 4 kernel_size: 3 group: 3 }",
      "num_output 4 and group 3 do not fit 4 input channels"
    ),
    (
      "Deconvolution", "bottom: \"x\" convolution_param { num_output: 4 kernel_size: 3 }",
      "a deconvolution of several blobs with the same weights"
    ),
    (
      "Deconvolution", "convolution_param { num_output: 4 kernel_size: 3 axis: 2 }",
      "only deconvolutions over the last two dimensions exist"
    ),
    (
      "DepthwiseConvolution", "convolution_param { num_output: 4 kernel_size: 3 group: 2 }",
      "num_output 4 and group 2 do not fit a depthwise convolution of 4 channels"
    ),
    (
      "ConvolutionDepthwise", "convolution_param { num_output: 6 kernel_size: 3 }",
      "num_output 6 and group 1 do not fit a depthwise convolution of 4 channels"
    ),
    ("Permute", "permute_param { order: [0, 0] }", "the order [0, 0] does not fit 4 dimensions"),
    ("Permute", "permute_param { order: 4 }", "the order [4] does not fit 4 dimensions"),
    ("Permute", "permute_param { axis: 4 }", "'permute_param' has no field 'axis'"),
    (
      "ShuffleChannel", "shuffle_channel_param { group: 3 }",
      "group 3 does not divide the channels of a blob of shape [1, 4, 6, 6]"
    ),
    (
      "Slice", "top: \"z\" slice_param { axis: 1 slice_dim: 1 }",
      "slice_param has both axis and slice_dim"
    ),
    ("Slice", "top: \"z\" top: \"w\"", "4 elements cannot be sliced into 3 equal parts"),
    (
      "Slice", "top: \"z\" slice_param { slice_point: 4 }",
      "the points [4] do not slice 4 elements into 2 parts"
    ),
    (
      "Slice", "top: \"z\" slice_param { slice_point: 1 slice_point: 2 }",
      "the points [1, 2] do not slice 4 elements into 2 parts"
    ),
    ("Slice", "slice_param { axis: 4 }", "axis 4 is none of 4 dimensions"),
    ("Crop", "", "Crop takes 2 bottoms, the layer has 1"),
    (
      "Crop", "bottom: \"x\" crop_param { axis: 1 offset: [0, 0] }",
      "2 offsets are given for 3 dimensions"
    ),
    (
      "Upsample", "bottom: \"x\" upsample_param { scale: 2 }",
      "unpooling with the places of a max pooling has no TFLite form"
    ),
    ("Upsample", "", "the layer has no scale"),
    ("Upsample", "upsample_param { scale: 0 }", "6 pixels cannot be upsampled to 0"),
    ("Upsample", "upsample_param { scale: -2 }", "6 pixels cannot be upsampled to -12"),
    (
      "Upsample", "upsample_param { scale_h: 4000000000000000000 }",
      "6 pixels cannot be upsampled to \(Int.max)"
    ),
    (
      "Upsample", "upsample_param { upsample_h: 12 upsample_w: 13 }",
      "6 pixels cannot be upsampled to 13"
    ),
    (
      "Upsample", "upsample_param { scale: 2 pad_out_h: true }",
      "'upsample_param' has no field 'pad_out_h'"
    ),
    ("LRN", "lrn_param { local_size: 4 }", "local_size 4 must be odd and positive"),
    ("LRN", "lrn_param { local_size: -1 }", "local_size -1 must be odd and positive"),
    (
      "LRN", "lrn_param { norm_region: WITHIN_CHANNEL }",
      "an LRN within each channel has no TFLite form"
    ),
    (
      "Power", "power_param { power: 0.5 }", "the power 0.5 has no TFLite form that Octet writes"
    ),
    ("Clip", "clip_param { min: 0 }", "the layer has no min or no max"),
    ("Clip", "clip_param { min: 2 max: 1 }", "min 2.0 is above max 1.0"),
    (
      "Clip", "clip_param { min: 0 max: 5 }",
      "TFLite clamps to 0...6 and to -1...1, not to 0.0...5.0"
    ),
    ("ReLU6", "relu6_param { threshold: 4 }", "'relu6_param' has no field 'threshold'"),
    (
      "PReLU", "prelu_param { channel_sharing: true }",
      "'prelu_param' has no field 'channel_sharing'"
    ),
  ])
  func images(_ type: String, _ settings: String, _ message: String) throws {
    let problem = try NetFixture(.caffe, layer(type, settings)).only(.unsupportedParameter)
    #expect(problem.message == message)
    #expect(problem.location?.node == "l")
    #expect(!problem.helps.isEmpty || message.contains("axis") || message.contains("min 2.0"))
  }

  @Test(arguments: [
    (
      "Crop", "bottom: \"x\" crop_param { offset: 1 }",
      "6 elements from 1 on do not lie within an extent of 6"
    ),
    (
      "Crop", "bottom: \"x\" crop_param { offset: -1 }",
      "6 elements from -1 on do not lie within an extent of 6"
    ),
    (
      "Deconvolution", "convolution_param { num_output: 4 kernel_size: 2 pad: 4 }",
      "a deconvolution with kernel 2, stride 1 and padding 4 makes -1 of 6 pixels"
    ),
  ])
  func extents(_ type: String, _ settings: String, _ message: String) throws {
    #expect(try NetFixture(.caffe, layer(type, settings)).only(.shapeMismatch).message == message)
  }

  @Test func aCropToAnotherRank() throws {
    let net =
      Self.input + """
        layer { name: "f" type: "Flatten" bottom: "x" top: "f" }
        layer { name: "c" type: "Crop" bottom: "x" bottom: "f" top: "c" }
        """
    #expect(
      try NetFixture(.caffe, net).only(.shapeMismatch).message
        == "a blob of shape [1, 4, 6, 6] cannot be cropped to [1, 144]")
  }

  @Test func aSlopeOfNoChannel() throws {
    let net = """
      input: "x" input_shape { dim: 4 }
      layer { name: "p" type: "PReLU" bottom: "x" top: "y" }
      """
    #expect(
      try NetFixture(.caffe, net).only(.unsupportedParameter).message
        == "a PReLU needs a blob with channels, this one has the shape [1]")
  }

  /// Groups of a deconvolution become weights between all channels, which grow with their square.
  @Test func tooManyGroups() throws {
    let net = """
      input: "x" input_shape { dim: [1, 2048, 4, 4] }
      layer { name: "d" type: "Deconvolution" bottom: "x" top: "y"
        convolution_param { num_output: 2048 kernel_size: 4 stride: 2 group: 2048 } }
      """
    let problem = try NetFixture(.caffe, net).only(.tensorTooLarge)
    #expect(problem.message.hasPrefix("2048 groups of a deconvolution become one"))
    #expect(!problem.helps.isEmpty)
  }
}
