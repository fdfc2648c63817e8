import Foundation
import OctetData
import OctetDiagnostics

/// A picture with what a detector finds in it, and what the reference does.
struct DetectedPicture: Sendable {
  /// How many a report shows.
  static let most = 4
  /// Files beyond so many bytes are left out of reports.
  private static let mostBytes = 4 << 20

  let path: String
  let width: Int
  let height: Int
  /// Nil where there is none.
  let reference: [Detection]?
  let found: [Detection]

  /// With the file's bytes; nil for a file that is too large or no longer there.
  func json(_ names: ClassNames?) -> JSON? {
    guard let data = FileManager.default.contents(atPath: path), data.count <= Self.mostBytes else {
      return nil
    }
    let type =
      data.starts(with: [0xFF, 0xD8]) ? "jpeg" : data.starts(with: [0x89, 0x50]) ? "png" : "bmp"
    func boxes(_ detections: [Detection]) -> JSON {
      .array(
        detections.map { object in
          .members([
            ("label", .string(object.label ?? names?.label(object.classIndex) ?? object.title)),
            ("score", .number(Double(object.score))), ("x", .number(object.box.x)),
            ("y", .number(object.box.y)), ("width", .number(object.box.width)),
            ("height", .number(object.box.height)),
          ])
        })
    }
    return .members([
      ("name", .string(URL(filePath: path).lastPathComponent)), ("width", .int(width)),
      ("height", .int(height)),
      ("data", .string("data:image/\(type);base64," + data.base64EncodedString())),
      ("reference", reference.map(boxes)), ("found", boxes(found)),
    ])
  }
}
