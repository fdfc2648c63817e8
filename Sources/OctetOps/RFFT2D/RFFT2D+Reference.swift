package import OctetDiagnostics
import OctetIR
import OctetKernels

extension RFFT2D {
  /// The transforms of rows of real numbers.
  private struct Rows {
    /// Of a row's even and odd numbers as one complex row.
    let half: FourierTransform
    let roots: [Complex<Double>]

    init(_ count: Int) {
      half = FourierTransform(max(count / 2, 1))
      roots = FourierTransform.roots(count)
    }

    /// Writes `roots.count / 2 + 1` numbers; what is beyond the `count` of the row is zero.
    func run(
      _ row: UnsafePointer<Float>, count: Int, _ scratch: UnsafeMutablePointer<Complex<Double>>,
      _ result: UnsafeMutablePointer<Complex<Double>>
    ) {
      let length = roots.count
      func number(_ place: Int) -> Double { place < count ? Double(row[place]) : 0 }
      guard length > 1 else {
        result[0] = Complex(number(0), 0)
        return
      }
      for k in 0..<length / 2 { scratch[k] = Complex(number(2 * k), number(2 * k + 1)) }
      half.run(scratch)
      for k in 0...length / 2 {
        let (a, b) = (scratch[k % half.count], scratch[(half.count - k) % half.count])
        let even = Complex((a.real + b.real) / 2, (a.imaginary - b.imaginary) / 2)
        let odd = Complex((a.imaginary + b.imaginary) / 2, (b.real - a.real) / 2)
        result[k] = even + odd * roots[k]
      }
    }
  }

  /// In double precision, rounded once.
  package func prepare(_ context: PrepareContext) throws(Diagnostic) -> Step {
    let (input, output) = (context.input(0), context.output)
    let (height, width) = (input.extents[input.extents.count - 2], input.extents.last ?? 1)
    let (rows, columns) = (output.extents[output.extents.count - 2], output.extents.last ?? 1)
    let alongRows = Rows(max(2 * (columns - 1), 1))
    let alongColumns = FourierTransform(rows)
    let images = output.count / (rows * columns)
    let (source, target) = (input.float32, output.elements(Complex<Float>.self))
    let places = rows * columns + max(rows, columns)
    let scratch = context.requestScratch(
      byteCount: places * MemoryLayout<Complex<Double>>.stride)
    return Step(kernel: "f32-rfft2d--reference") {
      let image = scratch.shared.assumingMemoryBound(to: Complex<Double>.self)
      let line = image + rows * columns
      for index in 0..<images {
        for row in 0..<rows {
          let isThere = row < height
          alongRows.run(
            source + (index * height + (isThere ? row : 0)) * width, count: isThere ? width : 0,
            line, image + row * columns)
        }
        if rows > 1 {
          for column in 0..<columns {
            for row in 0..<rows { line[row] = image[row * columns + column] }
            alongColumns.run(line)
            for row in 0..<rows { image[row * columns + column] = line[row] }
          }
        }
        let result = target + index * rows * columns
        for place in 0..<rows * columns {
          result[place] = Complex(Float(image[place].real), Float(image[place].imaginary))
        }
      }
    }
  }
}
