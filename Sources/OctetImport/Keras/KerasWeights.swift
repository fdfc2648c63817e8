package import OctetDiagnostics

/// The weights of Keras 2's files and of Keras 3's `.h5` files: a list of layers, each with a list of its weights.
package struct KerasWeights {
  package struct Layer {
    package let name: String
    /// In Keras's order, with names such as `conv2d/kernel:0`.
    package let weights: [(name: String, dataset: HDF5Dataset)]
  }

  /// In Keras's order, those without weights too.
  package let layers: [Layer]

  /// Finds the weights of a whole model in `model_weights`, and otherwise in the root; nil where no layers are listed,
  /// as in Keras 3's `model.weights.h5`.
  ///
  /// Throws `OCT0113` if a layer or a weight that is listed is missing, or if more are listed than the file has.
  package init?(_ file: HDF5File) throws(Diagnostic) {
    let root = file.root.group("model_weights") ?? file.root
    guard let names = try KerasWeights.names("layer_names", of: root) else { return nil }
    var layers: [Layer] = []
    var weightCount = 0
    for name in names {
      guard let group = root.group(name),
        let weightNames = try KerasWeights.names("weight_names", of: group)
      else {
        throw file.source.damaged("the layer '\(name)' is listed but not there")
          .located(Location(node: name))
      }
      weightCount += weightNames.count
      guard weightCount <= file.objectCount else {
        throw file.source.damaged("it lists more weights than it has")
      }
      var weights: [(name: String, dataset: HDF5Dataset)] = []
      for weight in weightNames {
        guard let dataset = group.dataset(weight) else {
          throw file.source.damaged(
            "the weight '\(weight)' of the layer '\(name)' is listed but not there"
          )
          .located(Location(node: name))
        }
        weights.append((weight, dataset))
      }
      layers.append(Layer(name: name, weights: weights))
    }
    self.layers = layers
  }

  /// The list that is the attribute `name`, or `name0`, `name1` and so on where it was too long for one; nil if there
  /// is none.
  private static func names(_ name: String, of group: HDF5Group) throws(Diagnostic) -> [String]? {
    if let attribute = try group.attribute(name) { return try attribute.texts() }
    var result: [String]?
    var index = 0
    while let part = try group.attribute("\(name)\(index)") {
      result = (result ?? []) + (try part.texts())
      index += 1
    }
    return result
  }
}
