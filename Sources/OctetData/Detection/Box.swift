/// A rectangle by its top-left corner.
public struct Box: Sendable, Equatable {
  public var x: Double
  public var y: Double
  public var width: Double
  public var height: Double

  public init(x: Double, y: Double, width: Double, height: Double) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  public var area: Double { width * height }

  /// The area both share over the area of both together, 0 to 1; 0 for boxes that do not overlap.
  public func overlap(_ other: Box) -> Double {
    let sharedWidth = min(x + width, other.x + other.width) - max(x, other.x)
    let sharedHeight = min(y + height, other.y + other.height) - max(y, other.y)
    guard sharedWidth > 0, sharedHeight > 0 else { return 0 }
    let shared = sharedWidth * sharedHeight
    return shared / (area + other.area - shared)
  }

  package var isFinite: Bool { x.isFinite && y.isFinite && width.isFinite && height.isFinite }
}
