public import OctetDiagnostics
import OctetIR

extension Dataset {
  /// Sample `index` as the numbers of a model's input, row-major in `shape`.
  ///
  /// Bytes (`uint8`) are pixels and go through `preprocessing`; other types are used as they are,
  /// rounded to float. Pictures are decoded and brought to the size and the channels of `shape`
  /// first.
  ///
  /// - Parameters:
  ///   - index: 0 to `count - 1`.
  ///   - input: which of the model's inputs, in signature order.
  ///   - shape: the input's extents without the batch, NHWC: height, width, channels.
  /// - Throws: `.sampleMismatch` when the sample does not fit, `.invalidPreprocessing` when the
  ///   specification is for another number of channels, and what reading a file can.
  public func sample(
    _ index: Int, input: Int = 0, shape: [Int], preprocessing: Preprocessing = .identity
  ) throws(Diagnostic) -> [Float] {
    var result = [Float](repeating: 0, count: Shape.elementCount(shape) ?? 0)
    try result.withUnsafeMutableBufferPointer { target in
      Result { () throws(Diagnostic) in
        try sample(index, input: input, shape: shape, preprocessing: preprocessing, into: target)
      }
    }.get()
    return result
  }

  /// Writes sample `index` into `target`; see `sample(_:input:shape:preprocessing:)`.
  ///
  /// - Precondition: `target` has the elements of `shape`.
  public func sample(
    _ index: Int, input: Int = 0, shape: [Int], preprocessing: Preprocessing = .identity,
    into target: UnsafeMutableBufferPointer<Float>
  ) throws(Diagnostic) {
    precondition(index >= 0 && index < count, "no such sample")
    precondition(Shape.elementCount(shape) == target.count, "target does not fit the shape")
    switch source {
    case .arrays(let arrays):
      guard arrays.indices.contains(input) else { throw missingInput(input, arrays.count) }
      let tensor = arrays[input].tensor
      try write(
        tensor, TensorType(tensor.type.element, Array(tensor.extents.dropFirst())), index, shape,
        preprocessing, file: file, into: target)
    case .files(let paths):
      guard input == 0 else { throw missingInput(input, 1) }
      let tensor = try NPY.read(paths[index])
      try write(tensor, tensor.type, 0, shape, preprocessing, file: paths[index], into: target)
    case .pictures(let paths):
      guard input == 0 else { throw missingInput(input, 1) }
      try preprocessing.write(
        try Image(contentsOf: paths[index]), shape: shape, file: paths[index], into: target)
    }
  }

  /// Warns (`OCT0806`) when `preprocessing` is for pixels and the first sample has none.
  public func warnIfUnused(_ preprocessing: Preprocessing, log: DiagnosticLog) throws(Diagnostic) {
    guard preprocessing != .identity else { return }
    let element: ElementType
    switch source {
    case .arrays(let arrays): element = arrays[0].tensor.type.element
    case .files(let paths): element = try NPY.read(paths[0]).type.element
    case .pictures: return
    }
    guard element != .uint8 else { return }
    log.add(
      Diagnostic(
        .preprocessingUnused,
        "the samples of '\(file)' are \(element.name), so they are taken as they are",
        at: Location(file: file),
        notes: ["'\(preprocessing.text)' is for pixels, which are uint8"],
        help: "give uint8 samples, or samples that are preprocessed already"))
  }

  /// Writes the sample of type `type` that is number `index` in `tensor`.
  private func write(
    _ tensor: Tensor, _ type: TensorType, _ index: Int, _ shape: [Int],
    _ preprocessing: Preprocessing, file: String, into target: UnsafeMutableBufferPointer<Float>
  ) throws(Diagnostic) {
    let extents = type.shape.extents ?? []
    guard fits(extents, shape) else { throw mismatch(extents, shape, file: file) }
    if type.element == .uint8 { try preprocessing.check(channels: shape.last ?? 1) }
    let byteCount = target.count * (type.element.byteCount ?? 0)
    defer { withExtendedLifetime(tensor.storage) {} }
    // Unsafe: fitting shapes have equal element counts, and the tensor holds all its samples.
    let bytes = UnsafeRawBufferPointer(
      rebasing: tensor.storage.bytes[(index * byteCount)..<((index + 1) * byteCount)])
    guard writeElements(bytes, type.element, preprocessing, into: target) else {
      throw Diagnostic(
        .sampleMismatch, "the samples of '\(file)' are \(type.element.name), not real numbers",
        at: Location(file: file))
    }
  }

  private func missingInput(_ input: Int, _ inputs: Int) -> Diagnostic {
    Diagnostic(
      .sampleMismatch,
      "'\(file)' has samples for \(counted(inputs, "input")), and the model needs "
        + "one for input \(input + 1)",
      at: Location(file: file),
      help: "use an .npz file whose arrays have the names of the model's inputs")
  }
}

/// Whether a sample can be read as `shape` without moving an element: the extents are the same but
/// for ones, the input is flat, or the sample is and the input has no channels to disagree on.
private func fits(_ extents: [Int], _ shape: [Int]) -> Bool {
  guard Shape.elementCount(extents) == Shape.elementCount(shape) else { return false }
  let sample = extents.filter { $0 != 1 }
  let input = shape.filter { $0 != 1 }
  return sample == input || input.count < 2 || (sample.count < 2 && input.count == 2)
}

private func mismatch(_ extents: [Int], _ shape: [Int], file: String) -> Diagnostic {
  let layout = shape.count == 3 ? " (height, width, channels)" : ""
  var diagnostic = Diagnostic(
    .sampleMismatch,
    "a sample of '\(file)' is [\(Shape(extents).text)], and the model's input takes "
      + "[\(Shape(shape).text)]\(layout)",
    at: Location(file: file))
  if shape.count == 3, Array(extents.suffix(3)) == [shape[2], shape[0], shape[1]] {
    diagnostic.notes.append("the samples look channels-first")
    diagnostic.helps.append(
      Diagnostic.Help("put channels last: np.save(file, np.moveaxis(a, -3, -1).copy())"))
  } else if Shape.elementCount(extents) == Shape.elementCount(shape) {
    diagnostic.notes.append("the sizes agree, but the order of the elements is not clear")
  }
  return diagnostic
}

/// Converts `bytes` to floats, to nearest; false for types that are not real numbers.
private func writeElements(
  _ bytes: UnsafeRawBufferPointer, _ element: ElementType, _ preprocessing: Preprocessing,
  into target: UnsafeMutableBufferPointer<Float>
) -> Bool {
  func each<Number: BitwiseCopyable>(_ type: Number.Type, _ float: (Number) -> Float) {
    let stride = MemoryLayout<Number>.stride
    for index in target.indices {
      target[index] = float(bytes.loadUnaligned(fromByteOffset: index * stride, as: type))
    }
  }
  switch element {
  case .uint8: writePixels(bytes, preprocessing, into: target)
  case .float32: UnsafeMutableRawBufferPointer(target).copyMemory(from: bytes)
  case .float64: each(Double.self) { Float($0) }
  case .float16: each(UInt16.self) { Float(half: $0) }
  case .int8: each(Int8.self) { Float($0) }
  case .int16: each(Int16.self) { Float($0) }
  case .int32: each(Int32.self) { Float($0) }
  case .int64: each(Int64.self) { Float($0) }
  case .uint16: each(UInt16.self) { Float($0) }
  case .uint32: each(UInt32.self) { Float($0) }
  case .uint64: each(UInt64.self) { Float($0) }
  case .bool: each(UInt8.self) { Float($0) }
  default: return false
  }
  return true
}

private func writePixels(
  _ bytes: UnsafeRawBufferPointer, _ preprocessing: Preprocessing,
  into target: UnsafeMutableBufferPointer<Float>
) {
  let table = preprocessing.table()
  let channels = preprocessing.channelCount
  var channel = 0
  for index in target.indices {
    target[index] = table[channel * 256 + Int(bytes[index])]
    channel = channel + 1 == channels ? 0 : channel + 1
  }
}
