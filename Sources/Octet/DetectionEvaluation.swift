public import OctetData
public import OctetDiagnostics

/// How well a detector finds the objects of labelled pictures: COCO's average precision.
public struct DetectionEvaluation: Sendable {
  /// Mean average precision at an overlap (IoU) of 0.50.
  public let map50: Double
  /// The mean over overlaps of 0.50, 0.55 … 0.95.
  public let map50To95: Double
  public let pictures: Int
  public let objects: Int
  /// The classes that have objects.
  public let classes: [AveragePrecision.ClassResult]
  private let names: ClassNames?

  private init(_ precision: AveragePrecision, _ names: ClassNames?) {
    classes = precision.classes
    map50 = precision.map50
    map50To95 = precision.map50To95
    pictures = precision.pictures
    objects = precision.objects
    self.names = names
  }

  /// Which boxes count: so many that precision is known at any recall.
  public static let options = DetectionOptions(score: 0.005, overlap: 0.45, allClasses: true)

  /// Runs a detector on every picture of `dataset`, which has YOLO labels.
  ///
  /// - Parameters:
  ///   - names: the classes' names, for the report.
  ///   - progress: called after each batch of 64 pictures with its number, from 0.
  /// - Throws: after logging what is wrong with the labels (`OCT0112`, `OCT0804`), a picture or the
  ///   model.
  public static func measure(
    _ model: Model, _ dataset: Dataset, _ preprocessing: Preprocessing, names: ClassNames? = nil,
    log: DiagnosticLog, progress: (_ batch: Int) -> Void = { _ in }
  ) throws(DiagnosticFailure) -> DetectionEvaluation {
    let session = try Session(model, log: log)
    session.preprocessing = preprocessing
    guard let detector = session.detector else {
      throw log.failure(Session.noDetector(model.path, "boxes"))
    }
    names?.check(classes: detector.classes, log: log)
    let objects = try dataset.objects(log: log)
    if let largest = objects.joined().map({ $0.classIndex }).max(), largest >= detector.classes {
      throw log.failure(
        unknownClass(largest, of: detector.classes).located(Location(file: dataset.file)))
    }
    var precision = AveragePrecision(classes: detector.classes)
    for index in 0..<dataset.count {
      let picture = try log.attempt { () throws(Diagnostic) in try dataset.picture(index) }
      let (width, height) = (Double(picture.width), Double(picture.height))
      precision.add(
        try session.detect(picture, options, log: log),
        objects[index].map { object in
          (
            object.classIndex,
            Box(
              x: object.box.x * width, y: object.box.y * height,
              width: object.box.width * width, height: object.box.height * height)
          )
        })
      if index % 64 == 63 || index == dataset.count - 1 { progress(index / 64) }
    }
    return DetectionEvaluation(precision, names)
  }

  public var json: JSON {
    .members([
      ("metric", .string("map50")), ("value", .number(map50)), ("map50", .number(map50)),
      ("map50_95", .number(map50To95)), ("total", .int(pictures)), ("objects", .int(objects)),
      (
        "classes",
        .array(
          classes.map { result in
            .members([
              ("class", .int(result.classIndex)),
              ("label", names?.label(result.classIndex).map { .string($0) }),
              ("objects", .int(result.objects)), ("ap50", .number(result.ap50)),
              ("ap50_95", .number(result.ap50To95)),
            ])
          })
      ),
    ])
  }

  /// `mAP@0.5: 0.913  mAP@0.5:0.95: 0.612  (200 pictures, 1043 objects)`, and a table of the
  /// classes when their names are known.
  public var text: String {
    var text =
      "mAP@0.5: \(decimals(map50, 3))  mAP@0.5:0.95: \(decimals(map50To95, 3))  "
      + "(\(counted(pictures, "picture")), \(counted(objects, "object")))"
    guard let names else { return text }
    let rows = classes.map { result in
      [
        names.title(result.classIndex), "\(result.objects)",
        decimals(result.ap50, 3), decimals(result.ap50To95, 3),
      ]
    }
    text +=
      "\n"
      + TextTable(
        header: ["class", "objects", "AP@0.5", "AP@0.5:0.95"], rows: rows, rightAligned: [1, 2, 3]
      ).text
    return text
  }
}
