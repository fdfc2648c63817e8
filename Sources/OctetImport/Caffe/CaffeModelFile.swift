import OctetDiagnostics
import OctetFiles
import SwiftProtobuf

/// The weights of a binary `.caffemodel`, by layer name.
struct CaffeModelFile {
  struct Layer {
    let name: String
    let type: String
    let blobs: [ForeignTensor]
  }

  let path: String
  /// Layers that have weights, in the file's order.
  let layers: [Layer]

  func layer(named name: String) -> Layer? { layers.first { $0.name == name } }

  /// Throws `OCT0106` for a damaged file, one of another kind, or one whose blobs contradict their
  /// shapes.
  init(_ file: MappedFile) throws(Diagnostic) {
    path = file.path
    func problem(_ message: String, _ help: String) -> Diagnostic {
      Diagnostic(
        .invalidProtobuf, message, at: Location(file: file.path, format: "caffe"), help: help)
    }
    if file.bytes.prefix(4096).allSatisfy({
      $0 >= 0x20 && $0 < 0x7F || $0 == 0x0A || $0 == 0x0D || $0 == 0x09
    }) {
      throw problem(
        file.bytes.isEmpty ? "the weights file is empty" : "the weights file is text",
        "give the binary .caffemodel with --weights")
    }
    let net: Octet_Caffe_NetParameter
    do {
      var options = BinaryDecodingOptions()
      options.messageDepthLimit = 16
      options.discardUnknownFields = true
      net = try Octet_Caffe_NetParameter(
        serializedBytes: Array(file.bytes), extensions: nil, partial: true, options: options)
    } catch {
      throw problem(
        "the weights file is damaged or no caffemodel (\(error))",
        "fetch the file again, and compare its size with the original's")
    }
    if net.layers.contains(where: { $0.hasLayer }) {
      throw problem(
        "the weights file has the oldest form of layers (V0)",
        "upgrade it with Caffe's upgrade_net_proto_binary")
    }
    var layers: [Layer] = []
    func add(_ name: String, _ type: String, _ blobs: [Octet_Caffe_BlobProto]) throws(Diagnostic) {
      guard !blobs.isEmpty else { return }
      var tensors: [ForeignTensor] = []
      for (index, blob) in blobs.enumerated() {
        guard let tensor = ForeignTensor(blob) else {
          throw problem(
            "blob \(index) of layer '\(name)' has other extents than contents",
            "fetch the file again, and compare its size with the original's")
        }
        tensors.append(tensor)
      }
      layers.append(Layer(name: name, type: type, blobs: tensors))
    }
    for layer in net.layers { try add(layer.name, "", layer.blobs) }
    for layer in net.layer { try add(layer.name, layer.type, layer.blobs) }
    if net.layer.isEmpty, net.layers.isEmpty {
      throw problem(
        "the weights file holds no layers", "give the binary .caffemodel with --weights")
    }
    self.layers = layers
  }
}

extension ForeignTensor {
  /// Nil when the extents do not give the number of elements.
  fileprivate init?(_ blob: Octet_Caffe_BlobProto) {
    let values = blob.doubleData.isEmpty ? blob.data : blob.doubleData.map { Float($0) }
    var extents: [Int] = []
    if blob.hasShape {
      extents = blob.shape.dim.map { Int($0) }
    } else {
      extents = [blob.num, blob.channels, blob.height, blob.width].map { Int($0) }
    }
    var count = 1
    for extent in extents {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow else { return nil }
      count = product
    }
    guard count == values.count else { return nil }
    self.init(extents: extents, values: values)
  }
}
