import OctetImport
import Testing

/// Formulas for extents, from the extents that they have for several inputs.
@Suite struct ExtentFormulaTests {
  private let names = ["height", "width"]
  private let probes =
    [[256, 320], [352, 320], [256, 416], [480, 608]]
    + [1, 63, 2, 3, 4, 5, 6].map { [256 + $0, 320 + $0] }

  private func formula(_ extent: (Int, Int) -> Int?) -> ExtentFormula? {
    ExtentFormula(probes.map { extent($0[0], $0[1]) }, at: probes, names: names)
  }

  @Test func holdsForAllProbes() {
    let formulas: [(String, (Int, Int) -> Int)] = [
      ("7", { _, _ in 7 }),
      ("height", { height, _ in height }),
      ("ceil(width/32)", { _, width in (width + 31) / 32 }),
      ("3*floor(width/2)", { _, width in width / 2 * 3 }),
      ("2*ceil(height/2)-2", { height, _ in (height + 1) / 2 * 2 - 2 }),
      ("ceil(height/2)-1", { height, _ in (height - 1) / 2 }),
      (
        "3*ceil(height/32)*ceil(width/32)",
        { height, width in (height + 31) / 32 * ((width + 31) / 32) * 3 }
      ),
      ("floor((height+1)/4)-2", { height, _ in (height + 1) / 2 / 2 - 2 }),
      (
        "3*(floor((height+1)/4)-2)*(floor((width+1)/4)-2)",
        { height, width in ((height + 1) / 2 / 2 - 2) * ((width + 1) / 2 / 2 - 2) * 3 }
      ),
      ("floor(3*width/4)", { _, width in 3 * width / 4 }),
      ("height+2*width-1", { height, width in height + 2 * width - 1 }),
    ]
    for (text, extent) in formulas { #expect(formula(extent)?.text == text) }
  }

  /// Sizes that the model refuses say nothing of how quotients are rounded.
  @Test func probesThatFail() throws {
    let found = try #require(
      formula { height, width in
        height % 32 == 0 && width % 32 == 0 ? 63 * height * width / 1024 : nil
      })
    #expect(found.text == "63*height*width/1024")
    #expect(found.dimensions == [0, 1])
    #expect(ExtentFormula([nil, 1, 2, 3, 4, 5], at: probes, names: names) == nil)
  }

  /// Which of the strides rounds up is not seen from these.
  @Test func whatProbesDoNotTell() throws {
    let found = try #require(formula { height, _ in (height + 11) / 32 })
    #expect(found.text == nil && found.dimensions == [0])
  }

  @Test func whatHasNoFormulaDependsOnIt() throws {
    let found = try #require(formula { height, _ in height * height })
    #expect(found.text == nil)
    #expect(found.dimensions == [0])
  }
}
