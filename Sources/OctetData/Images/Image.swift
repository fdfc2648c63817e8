import CStb
import OctetArchives
public import OctetDiagnostics
import OctetFiles

/// A picture of 8-bit RGB pixels.
///
/// ```swift
/// let picture = try Image(contentsOf: "dog.jpg")
/// picture.pixels[3 * (y * picture.width + x)]  // red of the pixel at x, y
/// ```
public struct Image: Sendable, Equatable {
  /// At least 1.
  public let width: Int
  /// At least 1.
  public let height: Int
  /// Red, green, blue of each pixel, rows from the top, without padding.
  public internal(set) var pixels: [UInt8]

  /// - Precondition: both sides are at least 1 and `pixels` has three bytes a pixel.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(width > 0 && height > 0, "a picture has at least one pixel")
    precondition(pixels.count == width * height * 3, "the pixels do not fit the size")
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// Reads a JPEG, PNG or BMP file. Grey becomes RGB, transparency is dropped, 16-bit channels lose
  /// their lower byte; a JPEG is turned as its Exif data say, as OpenCV does it.
  ///
  /// - Throws: `.unreadableFile`, `.invalidPicture` for what is no picture, damaged or cut off,
  ///   `.pictureTooLarge` for more than `largestPixelCount` pixels.
  public init(contentsOf path: String) throws(Diagnostic) {
    try self.init(try readFile(path), file: path)
  }

  /// The most pixels a picture may have to be read: 2^26.
  public static let largestPixelCount = 1 << 26

  /// Writes the picture as PNG, in one step (see `writeFile`).
  ///
  /// - Throws: `.unwritableFile`.
  public func writePNG(_ path: String) throws(Diagnostic) {
    guard let bytes = pngBytes else {
      throw Diagnostic(
        .unwritableFile,
        "cannot write '\(path)': a PNG of \(width) x \(height) pixels is too large",
        at: Location(file: path))
    }
    try writeFile(path, bytes)
  }

  /// The picture as a PNG file; nil when it is too large for one.
  package var pngBytes: [UInt8]? {
    var file: [UInt8] = []
    let status = withUnsafeMutablePointer(to: &file) { file in
      octet_image_encode_png(pixels, width, height, file) { context, bytes, count in
        // Unsafe: the context is the pointer to `file` above, which outlives the call.
        context?.assumingMemoryBound(to: [UInt8].self).pointee = Array(
          UnsafeRawBufferPointer(start: bytes, count: Int(count)))
      }
    }
    return status == 0 ? file : nil
  }
}
