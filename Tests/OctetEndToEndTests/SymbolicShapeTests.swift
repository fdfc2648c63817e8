import Octet
import OctetTestSupport
import Testing

/// What is told of the shapes of models that leave an extent open.
@Suite struct SymbolicShapeTests {
  private static let folder = TensorFlowModelTests.folder

  private func errors(_ path: String, _ options: ModelOptions = ModelOptions()) -> [Diagnostic] {
    ModelCheck(path, options).diagnostics.filter { $0.severity == .error }
  }

  /// Strides round up, pools without borders down, and the number of elements is a product.
  @Test func aNetworkForPicturesOfAnySize() throws {
    let problems = errors(Self.folder + "open.pb")
    let problem = try #require(problems.first)
    #expect(problems.count == 1 && problem.code == .unknownDimension)
    let (height, width) = ("floor((image.height+1)/4)", "floor((image.width+1)/4)")
    #expect(
      problem.tensors == [
        "image: [1,image.height,image.width,3]", "map: f32[1,\(height)-2,\(width)-2,2]",
        "large: f32[1,floor(image.height/2),floor(image.width/2),4]",
        "cells: f32[1,\(height)*\(width),4]",
      ])
    #expect(problem.notes.contains { $0.hasPrefix("'large' (ResizeNearestNeighbor) makes [1,") })
    #expect(problem.notes.contains { $0.hasPrefix("'cells' (Reshape) makes [1,") })
    #expect(problem.helps.first?.result == "converts")
  }

  /// A loop over the pictures of a batch: its lists have elements of open shapes.
  @Test func loopsAndLists() throws {
    let problem = try #require(errors(Self.folder + "decoder").first)
    #expect(
      problem.tensors == [
        "image: [1,image.height,image.width,3]",
        "boxes: f32[1,2*ceil(image.height/2)*ceil(image.width/2),5]",
        "cells: f32[1,ceil(image.height/2),ceil(image.width/2),10]",
      ])
    #expect(
      problem.notes.contains {
        $0.contains("(TensorListFromTensor)")
          && $0.hasSuffix(
            "is a list of 1 tensor of shape [ceil(image.height/2),ceil(image.width/2),10]")
      }, "\(problem.notes)")
  }

  /// Each operator that makes as many elements as the data say is one cause, with what follows from it.
  @Test func numbersOfElementsThatTheDataSay() throws {
    let problems = errors(Self.folder + "counts.pb")
    #expect(problems.allSatisfy { $0.code == .dataDependent })
    for (op, tensor, meaning) in [
      (
        "Where", "kept: f32[mask/Where:0.count,4]",
        "how many elements of 'mask/Reshape_1' are not 0"
      ),
      ("Unique", "hot: f32[kinds:0.count,4]", "how many different elements 'ArgMax' has"),
      (
        "NonMaxSuppressionV3", "best: f32[choose/NonMaxSuppressionV3:0.count,4]",
        "how many of the boxes 'y' are chosen"
      ),
      (
        "RaggedTensorToTensor", "rows: f32[3,dense/RaggedTensorToTensor.columns]",
        "how long the longest row is"
      ),
    ] {
      let found = problems.filter { $0.location?.op == op }
      let problem = try #require(found.first, "\(op)")
      #expect(found.count == 1)
      #expect(problem.tensors == [tensor])
      #expect(problem.notes.contains { $0.hasSuffix("is open: \(meaning)") }, "\(problem.notes)")
    }
    #expect(problems.count == 4)
    #expect(problems.first?.helps.contains { $0.result == "converts" } == true)
  }

  /// `inspect` shows formulas where a model cannot be read with numbers.
  @Test func inspection() throws {
    let log = DiagnosticLog()
    let inspection = try Inspection.of(Self.folder + "open.pb", log: log)
    #expect(inspection.inputs.map { $0.shape } == [["1", "?image.height", "?image.width", "3"]])
    #expect(!log.hasErrors)
    #expect(log.diagnostics.contains { $0.code == .unknownDimension })
  }

  /// The size of an image that a loop resizes differently in each turn.
  @Test(.enabled(if: Sample.hasShared("tf"), "needs ../shared/data/tf"))
  func theScalesOfACascade() throws {
    let options = ModelOptions(outputs: ["pnet/while/prob1", "pnet/while/conv4-2/BiasAdd"])
    let problem = try #require(errors(Sample.shared + "/tf/frozen/mtcnn.pb", options).first)
    let start = "pnet/while/ResizeBilinear"
    #expect(
      problem.tensors.first
        == "pnet/while/prob1: f32[1,floor(\(start).height/2)-5,floor(\(start).width/2)-5,2]")
    #expect(problem.notes.contains { $0.hasPrefix("'\(start).height' is open") })
    #expect(
      problem.helps.contains {
        $0.arguments == ["--inputs", start, "--input-shape", "\(start)=1,224,224,3"]
          && $0.result == "converts"
      })
  }
}
