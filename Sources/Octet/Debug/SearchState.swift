import OctetDiagnostics
import OctetFiles
import OctetQuantize

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What a search of precisions has measured, in a file, so that it can be interrupted.
struct SearchState {
  struct Measurement {
    let value: Double
    let bytes: Int
    let milliseconds: Double
  }

  let path: String
  /// Of all that the measurements depend on but for the layers' precisions.
  private let key: String
  /// By group, the part of the outputs' power that its own error takes.
  var costs: [String: Double] = [:]
  /// By the layers that are not in int8: `conv1=int16`.
  private(set) var measurements: [[String]: Measurement] = [:]
  /// Measurements that were in the file.
  private(set) var found = 0

  /// Takes what a search of the same key has left in the file; logs `OCT0941` for what another has.
  init(_ path: String, key: String, log: DiagnosticLog) {
    self.path = path
    self.key = key
    guard let text = try? tableText(path) else { return }
    let json = try? JSON(parsing: text, file: path, format: "search")
    guard let json, take(json) else {
      (costs, measurements) = ([:], [:])
      log.add(
        Diagnostic(
          .stateUnused, "the search begins anew: '\(path)' is of another one",
          at: Location(file: path),
          notes: [
            json == nil
              ? "it is no JSON that Octet has written"
              : "the model, the ranges, the samples, the metric or options have changed since"
          ],
          help: "it is written over; give another -o FILE to keep it"))
      return
    }
    found = measurements.count
  }

  /// False for what is not of this search.
  private mutating func take(_ json: JSON) -> Bool {
    guard json["key"] == .string(key), case .object(let costs)? = json["costs"],
      let trials = json["trials"]?.elements
    else { return false }
    for cost in costs {
      guard let value = cost.value.real else { return false }
      self.costs[cost.name] = value
    }
    for trial in trials {
      guard let layers = trial["layers"]?.elements, let value = trial["value"]?.real,
        let bytes = trial["bytes"]?.whole, let milliseconds = trial["ms"]?.real
      else { return false }
      let names = layers.compactMap { if case .string(let name) = $0 { name } else { nil } }
      measurements[names] = Measurement(value: value, bytes: bytes, milliseconds: milliseconds)
    }
    return true
  }

  /// Adds a measurement, or replaces it, and writes the file.
  mutating func add(
    _ layers: [String], _ measurement: Measurement, log: DiagnosticLog
  ) throws(DiagnosticFailure) {
    measurements[layers] = measurement
    try save(log)
  }

  func save(_ log: DiagnosticLog) throws(DiagnosticFailure) {
    // What is not finite has no JSON form, and is measured again.
    let trials = measurements.filter { $0.value.value.isFinite }.sorted {
      $0.key.lexicographicallyPrecedes($1.key)
    }.map {
      JSON.members([
        ("layers", .strings($0.key)), ("value", .number($0.value.value)),
        ("bytes", .int($0.value.bytes)), ("ms", .number($0.value.milliseconds)),
      ])
    }
    let json = JSON.members([
      ("key", .string(key)),
      ("costs", .members(costs.sorted { $0.key < $1.key }.map { ($0.key, .number($0.value)) })),
      ("trials", .array(trials)),
    ])
    try log.attempt { () throws(Diagnostic) in try writeFile(path, Array(json.text.utf8)) }
  }

  func remove() { unlink(path) }
}

extension JSON {
  fileprivate var real: Double? {
    switch self {
    case .int(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
}
