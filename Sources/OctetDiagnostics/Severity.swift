/// How much a diagnostic matters. Only `error` makes a command fail.
public enum Severity: String, Sendable, CaseIterable {
  case error
  case warning
  /// Explains a choice Octet made, for example an operator kept in float.
  case remark
}
