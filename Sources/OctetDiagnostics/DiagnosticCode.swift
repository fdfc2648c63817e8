/// A stable code such as `OCT0301`. A code's meaning never changes and no code is used again.
///
/// Blocks: 01 reading, 02 shapes and types, 03 import, 04 passes, 05 calibration and quantization,
/// 06 writing, 07 runtime, 08 tools, 09 the debugger. `octet explain CODE` prints a code's page.
public struct DiagnosticCode: Sendable, Equatable, Hashable {
  /// For example `OCT0301`.
  public let id: String
  /// A short name for `--allow` and `--deny`, for example `unknown-layer`.
  public let name: String
  public let severity: Severity

  init(_ number: String, _ name: String, _ severity: Severity = .error) {
    self.id = "OCT" + number
    self.name = name
    self.severity = severity
  }

  /// Which kind of thing stops a conversion, for codes that tell: whose it is, and whether it can be had.
  public var cause: String? {
    switch self {
    case .trainingLeftover: "a leftover of training, which can be fixed in the model"
    case .unknownLayer: "an operator that Octet has not"
    case .dataDependent, .inexpressible: "nothing that a .tflite can express: cut it off"
    case .unknownDimension: "a shape that the file leaves open"
    default: nil
    }
  }

  /// The code with this id (any case) or name.
  public static func named(_ text: String) -> DiagnosticCode? {
    let wanted = text.lowercased()
    return all.first { $0.id.lowercased() == wanted || $0.name == wanted }
  }
}

extension DiagnosticCode {
  // 01 reading
  public static let unreadableFile = DiagnosticCode("0101", "unreadable-file")
  public static let unknownFormat = DiagnosticCode("0102", "unknown-format")
  public static let invalidFlatBuffer = DiagnosticCode("0103", "invalid-flatbuffer")
  public static let invalidModel = DiagnosticCode("0104", "invalid-model")
  public static let textSyntax = DiagnosticCode("0105", "text-syntax")
  public static let invalidProtobuf = DiagnosticCode("0106", "invalid-protobuf")
  public static let irSyntax = DiagnosticCode("0107", "ir-syntax")
  public static let invalidData = DiagnosticCode("0108", "invalid-data")
  public static let invalidMetadata = DiagnosticCode("0109", "invalid-metadata", .warning)
  public static let invalidPicture = DiagnosticCode("0110", "invalid-picture")
  public static let pictureTooLarge = DiagnosticCode("0111", "picture-too-large")
  public static let invalidLabels = DiagnosticCode("0112", "invalid-labels")
  public static let invalidKeras = DiagnosticCode("0113", "invalid-keras")

  // 02 shapes and types
  public static let shapeMismatch = DiagnosticCode("0201", "shape-mismatch")
  public static let typeMismatch = DiagnosticCode("0202", "type-mismatch")
  public static let unknownDimension = DiagnosticCode("0203", "unknown-dimension")
  public static let invalidGraph = DiagnosticCode("0204", "invalid-graph")
  public static let invalidAttribute = DiagnosticCode("0205", "invalid-attribute")
  public static let unknownOperator = DiagnosticCode("0206", "unknown-operator")
  public static let subgraphMismatch = DiagnosticCode("0207", "subgraph-mismatch")
  public static let batchBecameOne = DiagnosticCode("0208", "batch-became-one", .remark)
  public static let tensorTooLarge = DiagnosticCode("0209", "tensor-too-large")

  // 03 import
  public static let unknownLayer = DiagnosticCode("0301", "unknown-layer")
  public static let missingWeights = DiagnosticCode("0302", "missing-weights")
  public static let weightsMismatch = DiagnosticCode("0303", "weights-mismatch")
  public static let unknownBlob = DiagnosticCode("0304", "unknown-blob")
  public static let layerRemoved = DiagnosticCode("0305", "layer-removed", .remark)
  public static let unusedWeights = DiagnosticCode("0306", "unused-weights", .warning)
  public static let unsupportedParameter = DiagnosticCode("0307", "unsupported-parameter")
  public static let unknownOutput = DiagnosticCode("0308", "unknown-output")
  public static let unknownInput = DiagnosticCode("0309", "unknown-input")
  public static let unknownField = DiagnosticCode("0310", "unknown-field", .warning)
  public static let noWeightsFile = DiagnosticCode("0311", "no-weights-file")
  public static let noInput = DiagnosticCode("0312", "no-input")
  public static let duplicateName = DiagnosticCode("0313", "duplicate-name")
  public static let invalidWeights = DiagnosticCode("0314", "invalid-weights")
  public static let headNotDecoded = DiagnosticCode("0315", "head-not-decoded", .warning)
  public static let unknownSignature = DiagnosticCode("0316", "unknown-signature")
  public static let trainingLeftover = DiagnosticCode("0317", "training-leftover")
  public static let dataDependent = DiagnosticCode("0318", "data-dependent")
  public static let inexpressible = DiagnosticCode("0319", "inexpressible")
  public static let fixApplied = DiagnosticCode("0320", "fix-applied", .remark)
  public static let tinyInput = DiagnosticCode("0321", "tiny-input", .warning)
  public static let partBegins = DiagnosticCode("0322", "part-begins", .remark)
  public static let loopUnrolled = DiagnosticCode("0323", "loop-unrolled", .remark)
  public static let precisionReduced = DiagnosticCode("0324", "precision-reduced", .warning)
  public static let partConverted = DiagnosticCode("0325", "part-converted", .remark)
  public static let batchDependent = DiagnosticCode("0326", "batch-dependent", .warning)
  public static let branchesComputed = DiagnosticCode("0327", "branches-computed", .remark)
  public static let loopKept = DiagnosticCode("0328", "loop-kept", .remark)

  // 04 passes
  public static let operatorLeft = DiagnosticCode("0401", "operator-left")
  public static let unknownPass = DiagnosticCode("0402", "unknown-pass")
  public static let layoutChanged = DiagnosticCode("0403", "layout-changed", .remark)
  public static let passBrokeGraph = DiagnosticCode("0404", "pass-broke-graph")
  public static let copiesJoined = DiagnosticCode("0405", "copies-joined", .remark)

  // 05 calibration and quantization
  public static let noSamples = DiagnosticCode("0501", "no-samples")
  public static let missingRange = DiagnosticCode("0502", "missing-range")
  public static let tableMismatch = DiagnosticCode("0503", "table-mismatch")
  public static let noInt8Form = DiagnosticCode("0504", "no-int8-form")
  public static let notFinite = DiagnosticCode("0505", "not-finite")
  public static let sampleMismatch = DiagnosticCode("0506", "sample-mismatch")
  public static let weightScaleRaised = DiagnosticCode("0507", "weight-scale-raised", .remark)
  public static let invalidTable = DiagnosticCode("0508", "invalid-table")
  public static let poorAgreement = DiagnosticCode("0509", "poor-agreement", .warning)
  public static let alreadyQuantized = DiagnosticCode("0510", "already-quantized")
  public static let noCalibrationData = DiagnosticCode("0511", "no-calibration-data")
  public static let scalesJoined = DiagnosticCode("0512", "scales-joined", .remark)
  public static let trainedRanges = DiagnosticCode("0513", "trained-ranges", .remark)
  public static let optimized = DiagnosticCode("0514", "optimized", .remark)
  public static let shardMismatch = DiagnosticCode("0515", "shard-mismatch")
  public static let calibratorChosen = DiagnosticCode("0516", "calibrator-chosen", .remark)
  public static let unknownTensor = DiagnosticCode("0520", "unknown-tensor")
  public static let unusedRanges = DiagnosticCode("0521", "unused-ranges", .remark)
  public static let unmatchedLayer = DiagnosticCode("0522", "unmatched-layer")
  public static let layersStayFloat = DiagnosticCode("0523", "layers-stay-float", .remark)
  public static let targetMissed = DiagnosticCode("0524", "target-missed")
  public static let targetReached = DiagnosticCode("0525", "target-reached", .remark)
  public static let notKept = DiagnosticCode("0526", "not-kept", .remark)

  // 06 writing
  public static let unwritableFile = DiagnosticCode("0601", "unwritable-file")
  public static let modelTooLarge = DiagnosticCode("0602", "model-too-large")

  // 07 runtime
  public static let noKernel = DiagnosticCode("0701", "no-kernel")
  public static let inputMismatch = DiagnosticCode("0702", "input-mismatch")
  public static let arenaTooLarge = DiagnosticCode("0703", "arena-too-large")
  public static let endlessLoop = DiagnosticCode("0704", "endless-loop")
  public static let shapedByData = DiagnosticCode("0710", "shaped-by-data")

  // 08 tools
  public static let unknownCode = DiagnosticCode("0801", "unknown-code")
  public static let invalidPreprocessing = DiagnosticCode("0802", "invalid-preprocessing")
  public static let preprocessingDiffers = DiagnosticCode("0803", "preprocessing-differs", .warning)
  public static let labelsMismatch = DiagnosticCode("0804", "labels-mismatch")
  public static let partChosen = DiagnosticCode("0805", "part-chosen", .remark)
  public static let preprocessingUnused = DiagnosticCode("0806", "preprocessing-unused", .warning)
  public static let unlabelledPictures = DiagnosticCode("0807", "unlabelled-pictures", .remark)
  public static let namesMismatch = DiagnosticCode("0808", "names-mismatch", .warning)
  public static let noDetections = DiagnosticCode("0809", "no-detections")
  public static let detectorMismatch = DiagnosticCode("0810", "detector-mismatch")
  public static let invalidDetector = DiagnosticCode("0811", "invalid-detector")

  // 09 the debugger
  public static let modelsDiffer = DiagnosticCode("0901", "models-differ")
  public static let invalidReport = DiagnosticCode("0902", "invalid-report")
  public static let noSuchTensor = DiagnosticCode("0920", "no-such-tensor")
  public static let partNotClosed = DiagnosticCode("0921", "part-not-closed")
  public static let invalidPart = DiagnosticCode("0922", "invalid-part")
  public static let notExact = DiagnosticCode("0923", "not-exact")
  public static let invalidEdit = DiagnosticCode("0924", "invalid-edit")
  public static let tensorNotFinite = DiagnosticCode("0925", "tensor-not-finite")
  public static let nothingToCompare = DiagnosticCode("0926", "nothing-to-compare")
  public static let failureNotShown = DiagnosticCode("0927", "failure-not-shown")
  public static let metricFailed = DiagnosticCode("0940", "metric-failed")
  public static let stateUnused = DiagnosticCode("0941", "state-unused", .warning)
  public static let searchInterrupted = DiagnosticCode("0942", "search-interrupted")
  public static let invalidPrecisions = DiagnosticCode("0943", "invalid-precisions")

  // 095 what int8 costs
  public static let unlikeUnits = DiagnosticCode("0950", "unlike-units", .warning)
  public static let biasOverflow = DiagnosticCode("0951", "bias-overflow", .warning)
  public static let coarseWeights = DiagnosticCode("0952", "coarse-weights", .warning)
  public static let longTail = DiagnosticCode("0953", "long-tail", .remark)
  public static let roundedTwice = DiagnosticCode("0954", "rounded-twice", .remark)
  public static let transposesLeft = DiagnosticCode("0955", "transposes-left", .remark)
  public static let typesAlternate = DiagnosticCode("0956", "types-alternate", .remark)
  public static let manyClasses = DiagnosticCode("0957", "many-classes", .remark)

  // 097 what a runtime does not run
  public static let targetOperator = DiagnosticCode("0970", "target-operator")
  public static let targetVersion = DiagnosticCode("0971", "target-version")
  public static let targetType = DiagnosticCode("0972", "target-type")
  public static let targetForm = DiagnosticCode("0973", "target-form")

  /// Every code, in order.
  public static let all: [DiagnosticCode] = [
    unreadableFile, unknownFormat, invalidFlatBuffer, invalidModel, textSyntax, invalidProtobuf,
    irSyntax, invalidData, invalidMetadata, invalidPicture, pictureTooLarge, invalidLabels,
    invalidKeras,
    shapeMismatch, typeMismatch, unknownDimension, invalidGraph, invalidAttribute,
    unknownOperator, subgraphMismatch, batchBecameOne, tensorTooLarge,
    unknownLayer, missingWeights, weightsMismatch, unknownBlob, layerRemoved, unusedWeights,
    unsupportedParameter, unknownOutput, unknownInput, unknownField, noWeightsFile, noInput,
    duplicateName, invalidWeights, headNotDecoded, unknownSignature, trainingLeftover,
    dataDependent, inexpressible, fixApplied, tinyInput, partBegins, loopUnrolled, precisionReduced,
    partConverted, batchDependent, branchesComputed, loopKept,
    operatorLeft, unknownPass, layoutChanged, passBrokeGraph, copiesJoined,
    noSamples, missingRange, tableMismatch, noInt8Form, notFinite, sampleMismatch,
    weightScaleRaised, invalidTable, poorAgreement, alreadyQuantized, noCalibrationData,
    scalesJoined, trainedRanges, optimized, shardMismatch, calibratorChosen,
    unknownTensor, unusedRanges, unmatchedLayer, layersStayFloat,
    targetMissed, targetReached, notKept,
    unwritableFile, modelTooLarge,
    noKernel, inputMismatch, arenaTooLarge, endlessLoop, shapedByData,
    unknownCode, invalidPreprocessing, preprocessingDiffers, labelsMismatch,
    partChosen, preprocessingUnused, unlabelledPictures, namesMismatch, noDetections,
    detectorMismatch, invalidDetector,
    modelsDiffer, invalidReport,
    noSuchTensor, partNotClosed, invalidPart, notExact, invalidEdit, tensorNotFinite,
    nothingToCompare, failureNotShown,
    metricFailed, stateUnused, searchInterrupted, invalidPrecisions,
    unlikeUnits, biasOverflow, coarseWeights, longTail, roundedTwice, transposesLeft,
    typesAlternate, manyClasses,
    targetOperator, targetVersion, targetType, targetForm,
  ]
}
