/// Up to three of `candidates` that a user may have meant by `name`, nearest first.
///
/// Distance is optimal string alignment (insert, delete, substitute, swap neighbours) on lower-case
/// text; a candidate qualifies within a third of the longer length, at least 1, or when one of both
/// begins or ends with the other, which has at least 3 letters. O(n·m) per candidate.
public func nearMatches(to name: String, in candidates: [String]) -> [String] {
  let wanted = Array(name.lowercased().utf8)
  guard wanted.count <= 200 else { return [] }
  var scored: [(distance: Int, index: Int)] = []
  for (index, candidate) in candidates.enumerated() where candidate != name {
    let bytes = Array(candidate.lowercased().utf8)
    let limit = max(1, max(wanted.count, bytes.count) / 3)
    if isPart(wanted, of: bytes) || isPart(bytes, of: wanted) {
      scored.append((1, index))
      continue
    }
    guard abs(bytes.count - wanted.count) <= limit else { continue }
    let distance = editDistance(wanted, bytes)
    if distance <= limit { scored.append((distance, index)) }
  }
  scored.sort { ($0.distance, $0.index) < ($1.distance, $1.index) }
  var result: [String] = []
  for match in scored where !result.contains(candidates[match.index]) {
    result.append(candidates[match.index])
    if result.count == 3 { break }
  }
  return result
}

private func isPart(_ short: [UInt8], of long: [UInt8]) -> Bool {
  guard short.count >= 3, short.count < long.count else { return false }
  return long.prefix(short.count).elementsEqual(short)
    || long.suffix(short.count).elementsEqual(short)
}

private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
  var beforePrevious = [Int](repeating: 0, count: b.count + 1)
  var previous = Array(0...b.count)
  var current = previous
  for i in 1...a.count {
    current[0] = i
    for j in 1...b.count {
      let substitution = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
      var best = min(substitution, min(previous[j], current[j - 1]) + 1)
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
        best = min(best, beforePrevious[j - 2] + 1)
      }
      current[j] = best
    }
    beforePrevious = previous
    previous = current
  }
  return previous[b.count]
}
