import OctetDiagnostics
import OctetFiles
import OctetIR
import SwiftProtobuf

/// The weights of a binary `.caffemodel`, by layer name.
struct CaffeModelFile {
  let path: String
  /// Names of the layers that have weights, in the file's order.
  private(set) var names: [String] = []
  /// The blobs of each layer; of a name that occurs twice the last, as in Caffe.
  private(set) var blobs: [String: [ForeignTensor]] = [:]

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
    func tensors(
      _ name: String, _ blobs: [Octet_Caffe_BlobProto]
    ) throws(Diagnostic) -> [ForeignTensor] {
      var result: [ForeignTensor] = []
      for (index, blob) in blobs.enumerated() {
        let what = "blob \(index) of layer '\(name)'"
        let tensor = ForeignTensor(blob)
        let count = Shape.elementCount(tensor.extents)
        if tensor.values.isEmpty, count != 0 {
          throw problem(
            "\(what) of shape \(tensor.extents) has no float numbers",
            "save the weights in float32 and in the file itself; Octet reads no raw data of forks")
        }
        // Caffe writes no shape for a single number.
        if tensor.extents.isEmpty, !blob.hasShape, tensor.values.count != 1 {
          throw problem(
            "\(what) has \(tensor.values.count) numbers and no shape",
            "save the weights again with Caffe")
        }
        guard count == tensor.values.count else {
          throw problem(
            "\(what) has other extents than contents",
            "fetch the file again, and compare its size with the original's")
        }
        result.append(tensor)
      }
      return result
    }
    func add(_ name: String, _ stored: [Octet_Caffe_BlobProto]) throws(Diagnostic) {
      guard !stored.isEmpty else { return }
      if blobs.updateValue(try tensors(name, stored), forKey: name) == nil { names.append(name) }
    }
    for layer in net.layers { try add(layer.name, layer.blobs) }
    for layer in net.layer { try add(layer.name, layer.blobs) }
    if net.layer.isEmpty, net.layers.isEmpty {
      throw problem(
        "the weights file holds no layers", "give the binary .caffemodel with --weights")
    }
  }
}

extension ForeignTensor {
  /// The blob as it stands; files of old have four extents instead of a shape.
  fileprivate init(_ blob: Octet_Caffe_BlobProto) {
    let hasOldShape = blob.hasNum || blob.hasChannels || blob.hasHeight || blob.hasWidth
    let old = [blob.num, blob.channels, blob.height, blob.width].map { Int($0) }
    self.init(
      extents: blob.hasShape ? blob.shape.dim.map { Int($0) } : hasOldShape ? old : [],
      values: blob.doubleData.isEmpty ? blob.data : blob.doubleData.map { Float($0) })
  }
}
