/// A binary caffemodel with the fields that weights need (caffe.proto of BVLC Caffe).
enum CaffeModelEncoder {
  /// Weights of one layer: extents and numbers of each blob.
  typealias Weights = (layer: String, blobs: [Blob])

  static func model(_ layers: [CaffeModelEncoder.Weights]) -> [UInt8] {
    layers.flatMap { layer in
      message(
        100,
        message(1, Array(layer.layer.utf8))
          + layer.blobs.flatMap { message(7, blob($0)) })
    }
  }

  static func blob(_ blob: Blob) -> [UInt8] {
    message(7, message(1, blob.extents.flatMap { varint(UInt64(bitPattern: Int64($0))) }))
      + message(
        5,
        blob.values.flatMap { value in
          (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
        })
  }

  static func message(_ field: UInt64, _ bytes: [UInt8]) -> [UInt8] {
    varint(field << 3 | 2) + varint(UInt64(bytes.count)) + bytes
  }

  static func varint(_ value: UInt64) -> [UInt8] {
    var (rest, bytes) = (value, [UInt8]())
    while rest > 127 {
      bytes.append(UInt8(rest & 127) | 128)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}

/// Darknet's weights file of version 0.2, or of another.
enum DarknetWeightsEncoder {
  static func file(_ numbers: [Float], major: Int32 = 0, minor: Int32 = 2) -> [UInt8] {
    let isLong = major * 10 + minor >= 2 && minor < 1000
    let head = [UInt32(bitPattern: major), UInt32(bitPattern: minor), 0, 7] + (isLong ? [0] : [])
    return (head + numbers.map { $0.bitPattern }).flatMap { word in
      (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }
  }
}
