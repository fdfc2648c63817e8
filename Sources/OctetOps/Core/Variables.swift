import OctetDiagnostics
import OctetIR

/// The variables of a model that is prepared, and their values.
package final class Variables {
  private struct Variable {
    let container: String
    let name: String
    /// Nil before anything reads or assigns it.
    var value: (type: TensorType, storage: Storage)?
  }

  private var variables: [Variable] = []
  /// Whether this is the first run since they were reset.
  package private(set) var areNew = true

  package init() {}

  /// The number that stands for a variable.
  package func handle(of op: VarHandle) -> Int32 {
    for (index, variable) in variables.enumerated()
    where variable.container == op.container && variable.name == op.variable {
      return Int32(index)
    }
    variables.append(Variable(container: op.container, name: op.variable))
    return Int32(variables.count - 1)
  }

  /// The memory of the variable that `handle` names. Throws `OCT0701` for a handle that is not known before the model
  /// runs, and for a variable of several types.
  func value(
    of handle: TensorView, _ type: TensorType,
    _ allocate: (_ byteCount: Int) throws(Diagnostic) -> Storage
  ) throws(Diagnostic) -> Storage {
    guard handle.isConstant, handle.count == 1,
      variables.indices.contains(Int(handle.int32.pointee))
    else {
      throw Diagnostic(.noKernel, "which variable is meant must be known before the model runs")
    }
    let index = Int(handle.int32.pointee)
    if let (known, storage) = variables[index].value {
      guard known.element == type.element, known.shape == type.shape else {
        throw Diagnostic(
          .noKernel,
          "variable '\(variables[index].name)' is \(known.text) here and \(type.text) there")
      }
      return storage
    }
    let storage = try allocate(type.byteCount ?? 0)
    variables[index].value = (type, storage)
    return storage
  }

  /// Begins a run with zeros in all variables.
  package func reset() {
    areNew = true
    for variable in variables {
      guard let bytes = variable.value?.storage.mutableBytes, let base = bytes.baseAddress else {
        continue
      }
      base.initializeMemory(as: UInt8.self, repeating: 0, count: bytes.count)
    }
  }

  /// Begins a run with what the one before has left.
  package func keep() { areNew = false }
}
