/// What is known of a tensor before it has contents.
public struct TensorType: Sendable, Equatable {
  public var element: ElementType
  public var shape: Shape
  /// How codes stand for real numbers. A float32 constant may have it too: training has rounded its numbers to multiples
  /// of these scales.
  public var quantization: Quantization?

  public init(_ element: ElementType, _ shape: Shape, quantization: Quantization? = nil) {
    self.element = element
    self.shape = shape
    self.quantization = quantization
  }

  public init(_ element: ElementType, _ extents: [Int], quantization: Quantization? = nil) {
    self.init(element, Shape(extents), quantization: quantization)
  }

  /// Whether its elements are codes of real numbers.
  package var isQuantized: Bool { quantization != nil && element != .float32 }

  /// Bytes of the whole tensor; nil when unknown or not representable.
  public var byteCount: Int? {
    guard let count = shape.elementCount, let size = element.byteCount else { return nil }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: size)
    return overflow ? nil : bytes
  }

  /// `f32[1,28,28,1]`, without the quantization.
  public var text: String { "\(element.shortName)[\(shape.text)]" }
}
