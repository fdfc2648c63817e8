package import OctetDiagnostics
import OctetIR

extension CalibrationTable {
  /// The sum of the samples' hashes (FNV-1a): the order of the samples and their batches do not matter.
  static func dataHash(_ batch: [Tensor]) -> UInt64 {
    let count = batch.first?.extents.first ?? 0
    var sum: UInt64 = 0
    for sample in 0..<count {
      var hash = ContentHash()
      for tensor in batch {
        let size = tensor.storage.bytes.count / count
        hash.mix(tensor.storage.bytes[sample * size..<(sample + 1) * size])
      }
      sum &+= hash.value
    }
    return sum
  }

  /// Whether the samples that `calibrator` gives are those that the table was made from. Reads them all.
  package func isMade(
    from calibrator: any Calibrator, inputs: [String]
  ) throws(Diagnostic) -> Bool {
    var sum: UInt64 = 0
    while let batch = try calibrator.nextBatch(inputs) { sum &+= Self.dataHash(batch) }
    return ContentHash.text(sum) == data
  }
}
