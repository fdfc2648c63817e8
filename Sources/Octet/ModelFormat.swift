import OctetImport

/// A model format Octet reads, recognised by the file's contents.
public enum ModelFormat: String, Sendable, CaseIterable {
  case caffe
  case darknet
  case tensorFlow = "tensorflow"
  case keras
  case tflite
  /// Octet's own text form of a graph (schemas/octet-ir.md).
  case octetIR = "octet-ir"

  /// One line for people.
  public var summary: String {
    switch self {
    case .caffe: "Caffe: `.prototxt` (V1 and V2 layers) with `--weights FILE.caffemodel`"
    case .darknet: "Darknet: `.cfg` with `--weights FILE.weights`"
    case .tensorFlow: "TensorFlow: a SavedModel's folder, or a frozen `.pb`"
    case .keras:
      "Keras: `.keras`, `.h5`, or `.h5` weights with `--architecture FILE.json`"
    case .tflite: "TensorFlow Lite: `.tflite`"
    case .octetIR: "Octet text IR: `.oct`"
    }
  }

  /// Whether models of the format come from a framework and are converted before they run.
  var isForeign: Bool {
    switch self {
    case .caffe, .darknet, .tensorFlow, .keras: true
    case .tflite, .octetIR: false
    }
  }

  /// The format of a file with these contents; nil when it is none of them.
  static func recognise(_ bytes: UnsafeRawBufferPointer) -> ModelFormat? {
    if bytes.count >= 8, bytes[4..<8].elementsEqual("TFL3".utf8) { return .tflite }
    if KerasImporter.isKeras(bytes) { return .keras }
    if TensorFlowImporter.isGraph(bytes) { return .tensorFlow }
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte >= 0x09 && byte <= 0x0D }
    func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A }
    var text = bytes[...]
    if text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
    text = text.drop(while: isBlank)
    // Comments of prototxt, cfg and text IR; those with slashes are for the parser to refuse.
    while let first = text.first, "#;".utf8.contains(first) || text.starts(with: "//".utf8) {
      text = text.drop { $0 != 0x0A && $0 != 0x0D }.drop(while: isBlank)
    }
    guard !text.prefix(64 << 10).contains(0) else { return nil }
    if text.starts(with: "octet-ir".utf8) { return .octetIR }
    if text.first == UInt8(ascii: "["), let next = text.dropFirst().drop(while: isBlank).first {
      return isLetter(next) ? .darknet : nil
    }
    let word = text.prefix { isLetter($0) || $0 == 0x5F }
    guard !word.isEmpty, let next = text.dropFirst(word.count).drop(while: isBlank).first else {
      return nil
    }
    return ":{<[#".utf8.contains(next) ? .caffe : nil
  }
}
