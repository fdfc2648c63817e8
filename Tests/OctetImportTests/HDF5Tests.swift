import Foundation
import OctetArchives
import OctetDiagnostics
import OctetIR
import OctetImport
import Testing

/// HDF5 files against what h5py reads from them.
@Suite struct HDF5Tests {
  @Test(arguments: HDF5Fixture.names)
  func equalsH5py(name: String) throws {
    let fixture = try HDF5Fixture(name)
    let expected = try fixture.expected()
    let contents = try HDF5Fixture.contents(of: try fixture.file())
    #expect(Set(contents.keys) == Set(expected.keys))
    for (path, entry) in expected {
      let found = try #require(contents[path], "\(path) is missing")
      #expect(NSDictionary(dictionary: found) == NSDictionary(dictionary: entry), "\(path)")
    }
  }
}
