public import OctetDiagnostics
import OctetIR

extension Preprocessing {
  /// Writes `image` into `target` as a model's input takes it.
  ///
  /// - Parameters:
  ///   - shape: the input's extents without the batch: height, width and 1 or 3 channels, or height
  ///     and width alone for one channel.
  ///   - file: names the picture in diagnostics.
  /// - Returns: where the picture lies in the input.
  /// - Throws: `.sampleMismatch` for an input of another shape, `.invalidPreprocessing` when the
  ///   specification is for other channels than the input's.
  /// - Precondition: `target` has the elements of `shape`.
  @discardableResult
  public func write(
    _ image: Image, shape: [Int], file: String? = nil,
    into target: UnsafeMutableBufferPointer<Float>
  ) throws(Diagnostic) -> Placement {
    precondition(Shape.elementCount(shape) == target.count, "target does not fit the shape")
    guard shape.count == 3 || shape.count == 2, !shape.contains(0) else {
      throw Diagnostic(
        .sampleMismatch, "the model's input [\(Shape(shape).text)] takes no picture",
        at: file.map { Location(file: $0) },
        notes: ["a picture needs an input of height, width and 1 or 3 channels"])
    }
    let channels: Channels
    do throws(Diagnostic) {
      channels = try pictureChannels(for: shape.count == 3 ? shape[2] : 1)
    } catch {
      throw error.code == .sampleMismatch ? error.located(file.map { Location(file: $0) }) : error
    }
    let resized = image.resized(
      resize ?? .stretch, width: shape[1], height: shape[0], gray: channels == .gray)
    for channel in 0..<channels.count {
      let mapping = mapping(ofChannel: channelCount == 1 ? 0 : channel)
      let source = channels == .bgr ? 2 - channel : channel
      for place in stride(from: 0, to: target.count, by: channels.count) {
        target[place + channel] = mapping.value(Double(resized.values[place + source]))
      }
    }
    return resized.placement
  }
}
