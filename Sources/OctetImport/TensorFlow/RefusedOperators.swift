import OctetDiagnostics

/// Operators that no `.tflite` made here will have, with what to do about them.
struct RefusedOperator {
  let code: DiagnosticCode
  /// What is wrong with it, after the operator's name: `makes other numbers in each run`.
  let reason: String
  let helps: [Diagnostic.Help]

  private static let dataDependent: Set<String> = [
    "Where", "Unique", "UniqueV2", "UniqueWithCounts", "ListDiff", "DynamicPartition",
    "NonMaxSuppression", "NonMaxSuppressionV2", "NonMaxSuppressionV3", "RaggedRange",
    "RaggedTensorToTensor", "RaggedTensorToVariant", "RaggedTensorFromVariant", "SparseToDense",
  ]

  private static let textOrFiles: [String] = [
    "String", "Regex", "Decode", "ReadFile", "ParseExample", "ParseSingle", "AsString", "Substr",
    "UnicodeDecode", "WriteFile", "Lookup", "HashTable", "MutableHashTable",
    "InitializeTable", "Iterator", "OneShotIterator",
  ]

  /// Nil for an operator that is only missing.
  init?(_ type: String) {
    let inference = "save the model for inference: call it with training=False"
    if Self.isRandom(type) {
      code = .trainingLeftover
      reason = "makes other numbers in each run, so the model would have no result of its own"
      helps = [
        .init(
          "save the model for inference, without augmentation, noise and sampling: call it with "
            + "training=False")
      ]
    } else if TensorFlowEvaluation.assignments.contains(type) {
      code = .trainingLeftover
      reason = "changes a variable while the model runs"
      helps = [.init(inference)]
    } else if Self.dataDependent.contains(type) {
      code = .dataDependent
      reason = "gives as many elements as the data say, which is known only when the model runs"
      helps = [
        .init("end the model before it and do this step in the program that runs the model")
      ]
    } else if type == "CombinedNonMaxSuppression" {
      code = .inexpressible
      reason = "chooses the boxes of each class, for which TFLite has no operator"
      helps = [.init("end the model before it, and choose in the program that runs the model")]
    } else if Self.textOrFiles.contains(where: { type.hasPrefix($0) }) {
      code = .inexpressible
      reason = "works on text, tables or files, which are no tensors of numbers"
      helps = [.init("prepare the input outside of the model, and save the part after it")]
    } else if type == "PyFunc" || type == "EagerPyFunc" {
      code = .inexpressible
      reason = "calls Python, which is not in the file"
      helps = [
        .init(
          "write what it does with TensorFlow's operators, or save the parts before and after it")
      ]
    } else {
      return nil
    }
  }

  private static func isRandom(_ type: String) -> Bool {
    type.hasPrefix("Random") || type.hasPrefix("StatelessRandom") || type.hasPrefix("Truncated")
      || type.hasPrefix("StatelessTruncated") || type == "Multinomial"
      || type == "StatelessMultinomial" || type.hasPrefix("StatefulUniform")
      || type.hasPrefix("StatefulStandardNormal") || type == "ParameterizedTruncatedNormal"
  }
}
