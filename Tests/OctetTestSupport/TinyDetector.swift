/// A detector of bright cells whose answer is known: class 0 where red and green are full, class 1
/// where red and blue are.
///
/// Its input is 4 x 4; each cell has a box of 2 x 2 input pixels around its centre.
public enum TinyDetector {
  public static let preprocessing = "scale=1/255"
  public static let head = "yolo classes=2 anchors=2x2 scale_xy=1 output=boxes"

  public static let graph = """
    octet-ir 1
    graph @main(%image: f32[1,4,4,3]) -> (%boxes) {
      %w = const [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 40.0, 0.0, 0.0, \
    0.0, 40.0, 0.0, 0.0, 0.0, 40.0] : f32[7,1,1,3]
      %b = const [0.0, 0.0, 0.0, 0.0, -20.0, -20.0, -20.0] : f32[7]
      %boxes = conv_2d(%image, %w, %b) {padding = valid}
    }
    """

  /// RGB pixels of a black picture of 40 x 40 with a square of 10 x 10 in the second row and the
  /// third column of the cells, whose box is x 15, y 5, width 20, height 20.
  public static func pixels(red: UInt8 = 255, green: UInt8 = 255, blue: UInt8 = 0) -> [UInt8] {
    (0..<1600).flatMap { place in
      let isInside = (10..<20).contains(place / 40) && (20..<30).contains(place % 40)
      return isInside ? [red, green, blue] : [0, 0, 0]
    }
  }
}
