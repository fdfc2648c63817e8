import OctetDiagnostics

/// What a data layer tells of the blobs it makes.
struct CaffeDataLayer {
  let node: ForeignNode
  /// Caffe's `(pixel - mean) * scale` as `--preprocess` takes it; nil when it leaves pixels alone.
  let preprocessing: String?
  /// The height and width that its pictures are cropped to.
  let crop: Int?
  /// What else the user should know.
  let notes: [String]
  /// Extents of each blob; nil when the data decide.
  private let extents: [[Int]?]

  /// Throws `OCT0307` for settings of the wrong kind.
  ///
  /// Source: TransformationParameter of caffe.proto; older files have its fields in the messages of
  /// the data layers.
  init(_ node: ForeignNode) throws(Diagnostic) {
    self.node = node
    var transform = try node.attributes.message("transform_param")
    for message in ["data_param", "image_data_param", "window_data_param"] {
      transform.entries += try node.attributes.message(message).entries.filter {
        ["scale", "mean_file", "crop_size", "mirror"].contains($0.name)
      }
    }
    let means = try transform.floats("mean_value")
    preprocessing = Self.preprocessing(try transform.float("scale", default: 1), means)
    let size = try transform.int("crop_size", default: 0)
    crop = size > 0 ? size : nil
    var notes: [String] = []
    if let preprocessing { notes.append("it changes its pixels: --preprocess \(preprocessing)") }
    if transform.contains("mean_file") {
      notes.append("it subtracts the image of 'mean_file', which --preprocess cannot")
    }
    if size > 0 { notes.append("it crops its pictures to \(size)x\(size)") }
    if try transform.bool("mirror", default: false) {
      notes.append("it mirrors pictures at random, which is left out")
    }
    self.notes = notes
    var known: [[Int]?] = []
    for index in node.outputs.indices { known.append(try Self.extents(node, index)) }
    if let crop, let first = known.first, first == nil,
      let channels = try Self.channels(node, transform, means)
    {
      known[0] = [1, channels, crop, crop]
    }
    extents = known
  }

  /// The extents of blob `index`; nil when the data decide.
  func extents(_ index: Int) -> [Int]? { extents[index] }

  private static func preprocessing(_ scale: Float, _ means: [Float]) -> String? {
    let scaled = means.map { $0 * scale }
    var parts: [String] = []
    // Text such as 0.00390625 prints as it was written.
    if scale != 1 { parts.append("scale=\(scale)") }
    if scaled.contains(where: { $0 != 0 }) && scaled.allSatisfy({ $0.isFinite }) {
      parts.append("mean=" + scaled.map { "\($0)" }.joined(separator: ":"))
    }
    return parts.isEmpty ? nil : parts.joined(separator: ",")
  }

  /// The channels of the pictures, where the layer says them.
  private static func channels(
    _ node: ForeignNode, _ transform: ForeignAttributes, _ means: [Float]
  ) throws(Diagnostic) -> Int? {
    if means.count > 1 { return means.count }
    if try transform.bool("force_color", default: false) { return 3 }
    if try transform.bool("force_gray", default: false) { return 1 }
    guard node.type == "ImageData" else { return nil }
    let settings = try node.attributes.message("image_data_param")
    return try settings.bool("is_color", default: true) ? 3 : 1
  }

  private static func extents(_ node: ForeignNode, _ index: Int) throws(Diagnostic) -> [Int]? {
    let memory = try node.attributes.message("memory_data_param")
    if index == 0, ["channels", "height", "width"].allSatisfy({ memory.contains($0) }) {
      return [
        1, try memory.int("channels", default: 0), try memory.int("height", default: 0),
        try memory.int("width", default: 0),
      ]
    }
    let dummy = try node.attributes.message("dummy_data_param")
    let shapes = try dummy.messages("shape")
    if let shape = shapes.indices.contains(index) ? shapes[index] : shapes.last {
      return try shape.ints("dim")
    }
    var result: [Int] = []
    for name in ["num", "channels", "height", "width"] {
      let values = try dummy.ints(name)
      guard let value = values.indices.contains(index) ? values[index] : values.last else {
        return nil
      }
      result.append(value)
    }
    return result
  }
}
