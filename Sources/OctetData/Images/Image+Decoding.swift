import CStb
package import OctetArchives
package import OctetDiagnostics

extension Image {
  /// Decodes a whole picture file, turned as the camera notes it.
  ///
  /// Memory is bounded before decoding: 32 bytes for each pixel the file states, and 1 GiB at most.
  ///
  /// - Parameter file: names the file in diagnostics.
  /// - Throws: `.invalidPicture`, `.pictureTooLarge`.
  package init(_ bytes: ByteSlice, file: String) throws(Diagnostic) {
    guard let format = PictureFormat(bytes) else {
      throw Image.notAPicture(file)
    }
    let location = Location(file: file, format: format.rawValue)
    if let problem = format.problem(bytes) {
      throw Diagnostic(.invalidPicture, "'\(file)' \(problem)", at: location)
    }
    let (width, height) = try Image.size(bytes, file, location)
    let budget = min(width * height * 32 + 1 << 24, 1 << 30)
    var decoded: UnsafeMutablePointer<UInt8>?
    var (columns, rows) = (0, 0)
    var reason: UnsafePointer<CChar>?
    let status = bytes.withUnsafeBytes { raw in
      octet_image_decode(
        raw.baseAddress?.assumingMemoryBound(to: UInt8.self), raw.count, budget, &decoded, &columns,
        &rows, &reason)
    }
    if status == OCTET_IMAGE_NO_MEMORY {
      throw Image.tooLarge(file, location, "decoding it takes more than \(budget) bytes")
    }
    guard status == OCTET_IMAGE_OK, let decoded, columns > 0, rows > 0 else {
      let words = reason.map { "the decoder says: " + String(cString: $0) }
      throw Diagnostic(
        .invalidPicture, "'\(file)' is damaged", at: location, notes: words.map { [$0] } ?? [])
    }
    defer { octet_image_free(decoded) }
    let stored = Image(
      width: columns, height: rows,
      pixels: Array(UnsafeBufferPointer(start: decoded, count: columns * rows * 3)))
    self = format == .jpeg ? Orientation(jpeg: bytes).applied(to: stored) : stored
  }

  package static func notAPicture(_ file: String) -> Diagnostic {
    Diagnostic(
      .invalidPicture, "'\(file)' is not a picture", at: Location(file: file),
      notes: ["pictures are JPEG, PNG or BMP files; tensors are .npy or .npz"])
  }

  /// Whether the bytes begin like a picture file that is read.
  package static func isPicture(_ bytes: ByteSlice) -> Bool { PictureFormat(bytes) != nil }

  private static func size(
    _ bytes: ByteSlice, _ file: String, _ location: Location
  ) throws(Diagnostic) -> (width: Int, height: Int) {
    var (width, height) = (0, 0)
    let status = bytes.withUnsafeBytes { raw in
      octet_image_size(
        raw.baseAddress?.assumingMemoryBound(to: UInt8.self), raw.count, &width, &height)
    }
    guard status == 0 else {
      throw Diagnostic(.invalidPicture, "'\(file)' is damaged in its header", at: location)
    }
    // Sides are below 2^31, so the product does not overflow.
    guard width * height <= largestPixelCount else {
      throw tooLarge(
        file, location, "a picture that is read has at most \(largestPixelCount) pixels")
    }
    return (width, height)
  }

  private static func tooLarge(_ file: String, _ location: Location, _ note: String) -> Diagnostic {
    Diagnostic(
      .pictureTooLarge, "'\(file)' is too large a picture", at: location, notes: [note],
      help: "make it smaller: a model sees far fewer pixels")
  }
}
