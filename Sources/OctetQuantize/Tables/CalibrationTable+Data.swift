package import OctetDiagnostics
import OctetIR
import OctetKernels

extension CalibrationTable {
  /// The sum of the samples' hashes (FNV-1a): the order of the samples and their batches do not matter.
  ///
  /// - Parameter pool: Its threads share the samples.
  static func dataHash(_ batch: [Tensor], pool: WorkPool = .caller) -> UInt64 {
    let count = batch.first?.extents.first ?? 0
    return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: count) { hashes in
      pool.run(
        Work(count: count) { [hashes] sample, _ in
          var hash = ContentHash()
          for tensor in batch {
            let size = tensor.storage.bytes.count / count
            hash.mix(tensor.storage.bytes[sample * size..<(sample + 1) * size])
          }
          hashes[sample] = hash.value
        })
      return hashes[..<count].reduce(0, &+)
    }
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
