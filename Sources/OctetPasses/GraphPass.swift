package import OctetDiagnostics
package import OctetIR

/// A rewrite of graphs that keeps their meaning. A pass looks at one node at a time and proposes a
/// patch; the manager applies it and asks again until there is nothing left to do.
package protocol GraphPass: Sendable {
  /// The effect, for example `FuseActivation`; `--print-after` takes it.
  var name: String { get }
  /// One line for `--print-passes` and the documentation.
  var summary: String { get }
  /// The patch for the node at `index`, or nil when the pass has nothing to do there.
  func patch(at index: Int, in view: GraphView) throws(Diagnostic) -> GraphPatch?
}

/// The passes of a conversion, in order.
package enum Pipeline {
  package static let conversion: [any GraphPass] = [
    FuseLSTM(),
    FoldConstants(),
    BatchCopies(),
    SinkTranspose(),
    PermuteDenseWeights(),
    RemoveIdentity(),
    FoldScale(),
    FoldOffset(),
    FuseDilation(),
    FusePad(),
    FuseRepeat(),
    HoistActivation(),
    FuseActivation(),
    SplitChannels(),
    CompleteBias(),
  ]

  /// Those that make no operators without an int8 form of some that have one.
  private static let quantizable = conversion.filter { !($0 is FuseLSTM) }

  package static func conversion(forInt8: Bool) -> [any GraphPass] {
    forInt8 ? quantizable : conversion
  }

  /// Those that leave layers whole, so that models of different makers can be compared.
  package static let comparison = conversion.filter { !($0 is SplitChannels) }
}
