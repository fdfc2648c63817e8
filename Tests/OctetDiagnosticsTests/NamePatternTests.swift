import OctetDiagnostics
import Testing

@Suite struct NamePatternTests {
  @Test(arguments: [
    ("conv1", "conv1", true), ("conv1", "conv10", false), ("conv?", "conv1", true),
    ("conv?", "conv", false), ("*", "", true), ("*", "a/b:c", true), ("conv*", "conv", true),
    ("*/relu", "a/b/relu", true), ("*/relu", "a/relu/b", false), ("a*b*c", "axxbxbyc", true),
    ("a*b*c", "axxbxby", false), ("", "", true), ("", "a", false), ("**a", "ba", true),
    ("(Unnamed Layer* 5)", "(Unnamed Layer* 5)", true), ("?", "ü", true), ("a.c", "abc", false),
  ])
  func matches(_ pattern: String, _ name: String, _ expected: Bool) {
    #expect(NamePattern(pattern).matches(name) == expected)
  }

  /// Stars are tried in turn, not in all combinations.
  @Test func manyStarsTakeNoLongTime() {
    let name = String(repeating: "a", count: 2000)
    #expect(!NamePattern(String(repeating: "*a", count: 500) + "b").matches(name))
  }
}
