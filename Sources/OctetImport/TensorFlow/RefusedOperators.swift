/// Operators that no `.tflite` made here will have, with what to do about them.
struct RefusedOperator {
  /// What is wrong with it, after the operator's name: `makes other numbers in each run`.
  let reason: String
  let help: String

  /// Nil for an operator that is only missing.
  init?(_ type: String) {
    let assignments = ["AssignVariableOp", "AssignAddVariableOp", "AssignSubVariableOp", "Assign"]
    if type.hasPrefix("Random") || type.hasPrefix("StatelessRandom") || type == "Multinomial" {
      reason = "makes other numbers in each run, so the model would have no result of its own"
      help =
        "save the model for inference, without augmentation, noise and sampling: call it with "
        + "training=False"
    } else if assignments.contains(type) {
      reason = "changes a variable while the model runs"
      help = "save the model for inference: call it with training=False"
    } else if type.hasPrefix("String") || type.hasPrefix("Regex") || type.hasPrefix("Decode") {
      reason = "works on text or files, which are no tensors of numbers"
      help = "prepare the input outside of the model, and save the part after it"
    } else if type == "PyFunc" || type == "EagerPyFunc" {
      reason = "calls Python, which is not in the file"
      help = "write what it does with TensorFlow's operators, or save the parts before and after it"
    } else if ["NonMaxSuppression", "NonMaxSuppressionV2", "NonMaxSuppressionV3"].contains(type) {
      reason = "chooses a number of boxes that is known when the model runs only"
      help =
        "save the model with tf.image.non_max_suppression_padded, or cut it before with --outputs"
    } else if type == "MaxPool3D" || type == "AvgPool3D" {
      reason = "pools volumes, which TFLite has no operator for"
      help = "pool depth apart from height and width, each as images"
    } else {
      return nil
    }
  }
}
