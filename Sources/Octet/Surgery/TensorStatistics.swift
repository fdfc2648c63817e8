import OctetDiagnostics
import OctetData

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What the numbers of a tensor are like.
public struct TensorStatistics: Sendable {
  public let count: Int
  public private(set) var nans = 0
  public private(set) var infinities = 0
  public private(set) var zeros = 0
  /// Of the finite numbers; 0 without any.
  public private(set) var least: Float = 0
  public private(set) var greatest: Float = 0
  public private(set) var mean = 0.0
  /// The standard deviation.
  public private(set) var deviation = 0.0

  public var notFinite: Int { nans + infinities }

  public init(_ values: [Float]) {
    self = values.withUnsafeBufferPointer { TensorStatistics($0) }
  }

  init(_ values: UnsafeBufferPointer<Float>) {
    count = values.count
    var (sum, finite) = (0.0, 0)
    for value in values {
      if value.isNaN {
        nans += 1
      } else if value.isInfinite {
        infinities += 1
      } else {
        least = finite == 0 ? value : min(least, value)
        greatest = finite == 0 ? value : max(greatest, value)
        if value == 0 { zeros += 1 }
        sum += Double(value)
        finite += 1
      }
    }
    guard finite > 0 else { return }
    mean = sum / Double(finite)
    var squares = 0.0
    for value in values where value.isFinite {
      let distance = Double(value) - mean
      squares += distance * distance
    }
    deviation = (squares / Double(finite)).squareRoot()
  }

  static let header = ["min", "max", "mean", "std", "zeros", "NaN", "inf"]

  /// For the columns of `header`.
  var cells: [String] {
    [
      shortDecimal(least), shortDecimal(greatest), shortDecimal(Float(mean)),
      shortDecimal(Float(deviation)),
      decimals(100 * Double(zeros) / Double(max(count, 1)), 1) + " %", "\(nans)", "\(infinities)",
    ]
  }

  var members: [(String, JSON?)] {
    [
      ("min", .number(Double(least))), ("max", .number(Double(greatest))), ("mean", .number(mean)),
      ("std", .number(deviation)), ("zeros", .int(zeros)), ("nan", .int(nans)),
      ("inf", .int(infinities)), ("count", .int(count)),
    ]
  }
}
