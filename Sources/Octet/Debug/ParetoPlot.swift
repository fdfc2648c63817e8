import OctetData
import OctetDiagnostics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The trials of a study as points, numbered as in its table: over time on the left, over size on the right. What counts is told by
/// shape: full points are those that no other is better than, a ring is around the chosen one.
struct ParetoPlot {
  private let study: PrecisionStudy
  private let values: Scale

  private static let size = (width: 920.0, height: 440.0)
  private static let (top, bottom) = (64.0, 372.0)

  init(_ study: PrecisionStudy) {
    self.study = study
    let numbers = study.trials.map { study.goal.number($0.value) }.filter { $0.isFinite }
    values = Scale(numbers + [study.goal.target], from: Self.bottom, to: Self.top)
  }

  var svg: String {
    let (width, height) = (Int(Self.size.width), Int(Self.size.height))
    let title = Self.escaped("\(study.path): precisions for \(study.goal.text)")
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" role="img" aria-label="\(title)">
      <style>
      svg { color-scheme: light dark; font: 12px system-ui, sans-serif; --ink: #1b1f24; --paper: #ffffff; --faint: #d0d7de; --mark: #0550ae; }
      @media (prefers-color-scheme: dark) { svg { --ink: #e6edf3; --paper: #0d1117; --faint: #30363d; --mark: #79c0ff; } }
      text { fill: var(--ink); } .paper { fill: var(--paper); } .grid { stroke: var(--faint); } .target { stroke: var(--ink); stroke-dasharray: 6 4; }
      .point { stroke: var(--mark); stroke-width: 2; fill: var(--paper); } .front { fill: var(--mark); } .ring { stroke: var(--ink); stroke-width: 2; fill: none; }
      .end { text-anchor: end; } .middle { text-anchor: middle; } .title { font-weight: 600; font-size: 14px; }
      </style>
      <rect class="paper" width="\(width)" height="\(height)"/>
      <text class="title" x="16" y="24">\(title)</text>
      <text x="16" y="46">\(Self.escaped(study.goal.measure))</text>
      \(panel(68...440, "milliseconds a run", study.trials.map { $0.milliseconds }))
      \(panel(520...892, "bytes of the file", study.trials.map { Double($0.bytes) }))
      <text x="16" y="428">full: no other is as good, as fast and as small; ring: chosen; dashed: target</text>
      </svg>

      """
  }

  private func panel(_ x: ClosedRange<Double>, _ label: String, _ costs: [Double]) -> String {
    let scale = Scale(costs, from: x.lowerBound, to: x.upperBound)
    let (left, right) = (point(x.lowerBound), point(x.upperBound))
    var parts: [String] = []
    for tick in values.ticks {
      let y = values.place(tick)
      parts.append(#"<path class="grid" d="M\#(left) \#(point(y))H\#(right)"/>"#)
      parts.append(
        #"<text class="end" x="\#(point(x.lowerBound - 8))" y="\#(point(y + 4))">\#(values.text(tick))</text>"#
      )
    }
    for tick in scale.ticks {
      let place = point(scale.place(tick))
      parts.append(
        #"<path class="grid" d="M\#(place) \#(point(Self.top))V\#(point(Self.bottom))"/>"#)
      parts.append(
        #"<text class="middle" x="\#(place)" y="\#(point(Self.bottom + 18))">\#(scale.text(tick))</text>"#
      )
    }
    let target = point(values.place(study.goal.target))
    parts.append(#"<path class="target" d="M\#(left) \#(target)H\#(right)"/>"#)
    parts.append(
      #"<text class="middle" x="\#(point((x.lowerBound + x.upperBound) / 2))" y="\#(point(Self.bottom + 36))">\#(label)</text>"#
    )
    let places = zip(study.trials, costs).map { trial, cost in
      (x: scale.place(cost), y: values.place(study.goal.number(trial.value)))
    }
    var labels: [(x: Double, y: Double)] = []
    for (index, (trial, place)) in zip(study.trials, places).enumerated() where place.y.isFinite {
      parts.append(
        #"<circle class="point\#(trial.isOnFront ? " front" : "")" cx="\#(point(place.x))" cy="\#(point(place.y))" r="4"><title>\#(Self.escaped("\(trial.text): \(study.goal.text(trial.value)), \(trial.price)"))</title></circle>"#
      )
      if index == study.chosen {
        parts.append(
          #"<circle class="ring" cx="\#(point(place.x))" cy="\#(point(place.y))" r="9"/>"#)
      }
      // Beside the point where no other number stands; in a crowd some are left to the table.
      let free = [(16.0, 4.0), (-16, 4), (0, -12), (0, 20), (16, -10), (-16, 16)].map {
        (x: place.x + $0.0, y: place.y + $0.1)
      }.first { spot in
        !labels.contains { abs($0.x - spot.x) < 16 && abs($0.y - spot.y) < 12 }
          && !places.contains { abs($0.x - spot.x) < 10 && abs($0.y + 4 - spot.y) < 8 }
      }
      if let free {
        labels.append(free)
        parts.append(
          #"<text class="middle" x="\#(point(free.x))" y="\#(point(free.y))">\#(index + 1)</text>"#)
      }
    }
    return parts.joined(separator: "\n")
  }

  private func point(_ value: Double) -> String { shortDecimal((value * 10).rounded() / 10) }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.unicodeScalars.append(scalar.value < 0x20 ? " " : scalar)
      }
    }
    return result
  }

  /// Numbers on an axis, with room at both ends.
  private struct Scale {
    private let low: Double
    private let high: Double
    private let start: Double
    private let end: Double
    private let step: Double

    init(_ values: [Double], from start: Double, to end: Double) {
      (self.start, self.end) = (start, end)
      var (least, most) = (values.min() ?? 0, values.max() ?? 1)
      if least == most {
        let room = max(abs(most), 1e-6) * 0.05
        (least, most) = (least - room, most + room)
      }
      let span = most - least
      (low, high) = (least - span * 0.08, most + span * 0.08)
      let decade = pow(10, floor(log10(span / 4)))
      step = ([1, 2, 5].first { $0 * decade >= span / 4 } ?? 10) * decade
    }

    func place(_ value: Double) -> Double { start + (value - low) / (high - low) * (end - start) }

    var ticks: [Double] {
      (Int((low / step).rounded(.up))...Int((high / step).rounded(.down))).map { Double($0) * step }
    }

    func text(_ tick: Double) -> String {
      decimals(tick, max(0, Int(-floor(log10(step)))))
    }
  }
}
