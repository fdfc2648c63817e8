/// A model format Octet reads, recognised by the file's contents.
public enum ModelFormat: String, Sendable, CaseIterable {
  case caffe
  case tflite
  /// Octet's own text form of a graph (schemas/octet-ir.md).
  case octetIR = "octet-ir"

  /// One line for people.
  public var summary: String {
    switch self {
    case .caffe: "Caffe: `.prototxt` (V1 and V2 layers) with `--weights FILE.caffemodel`"
    case .tflite: "TensorFlow Lite: `.tflite`"
    case .octetIR: "Octet text IR: `.oct`"
    }
  }

  /// The format of a file with these contents; nil when it is none of them.
  static func recognise(_ bytes: UnsafeRawBufferPointer) -> ModelFormat? {
    if bytes.count >= 8, bytes[4..<8].elementsEqual("TFL3".utf8) { return .tflite }
    let head = bytes.prefix(64 << 10)
    guard !head.contains(0) else { return nil }
    for line in head.split(separator: UInt8(ascii: "\n")) {
      let text = line.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
      guard let first = text.first, first != UInt8(ascii: "#") else { continue }
      if text.starts(with: "octet-ir".utf8) { return .octetIR }
      let word = text.prefix { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || $0 == 0x5F }
      let rest = text.dropFirst(word.count).drop { $0 == 0x20 || $0 == 0x09 }
      let isField =
        !word.isEmpty
        && (rest.isEmpty || rest.first == UInt8(ascii: ":") || rest.first == UInt8(ascii: "{"))
      return isField ? .caffe : nil
    }
    return nil
  }
}
