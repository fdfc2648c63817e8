package import OctetArchives
package import OctetDiagnostics

/// An object of a labelled picture.
public struct ObjectLabel: Sendable, Equatable {
  /// Counts from 0.
  public var classIndex: Int
  /// In parts of the picture's width and height, 0 to 1.
  public var box: Box

  public init(classIndex: Int, box: Box) {
    self.classIndex = classIndex
    self.box = box
  }

  /// The objects of a YOLO label file: a line `class x y width height` for each, with the centre
  /// and the size in parts of the picture. Adds a problem with its line for each line that is
  /// anything else.
  ///
  /// - Parameter file: names the file in diagnostics.
  package static func parse(
    _ bytes: ByteSlice, file: String, problems: inout [Diagnostic]
  ) -> [ObjectLabel] {
    var labels: [ObjectLabel] = []
    for (index, line) in bytes.lines.enumerated() {
      let fields = line.split { $0 == " " || $0 == "\t" }
      if fields.isEmpty { continue }
      do throws(Problem) {
        labels.append(try object(fields))
      } catch {
        problems.append(
          Diagnostic(
            .invalidLabels, "line \(index + 1) of '\(file)' \(error.words)",
            at: Location(file: file, format: "yolo labels", line: index + 1),
            notes: ["a line is: class x y width height, all but the class from 0 to 1"]))
      }
    }
    return labels
  }

  private struct Problem: Error {
    let words: String
  }

  private static func object(_ fields: [Substring]) throws(Problem) -> ObjectLabel {
    guard fields.count == 5 else {
      throw Problem(words: "has \(counted(fields.count, "field")) instead of 5")
    }
    guard let classIndex = Int(fields[0]), (0..<1 << 24).contains(classIndex) else {
      throw Problem(words: "begins with '\(fields[0].prefix(40))', which is no class")
    }
    var numbers: [Double] = []
    for field in fields.dropFirst() {
      guard let number = finiteDecimal(field) else {
        throw Problem(words: "has '\(field.prefix(40))' instead of a number")
      }
      // Writers round: a thousandth beyond the border is let through.
      guard (-0.001...1.001).contains(number) else {
        throw Problem(words: "has \(field.prefix(40)), which is not from 0 to 1")
      }
      numbers.append(number)
    }
    guard numbers[2] > 0, numbers[3] > 0 else {
      throw Problem(words: "has a box without area")
    }
    return ObjectLabel(
      classIndex: classIndex,
      box: Box(
        x: numbers[0] - numbers[2] / 2, y: numbers[1] - numbers[3] / 2, width: numbers[2],
        height: numbers[3]))
  }
}
