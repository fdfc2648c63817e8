/// The candidates that are left when, class by class from the highest score down, each removes
/// those that overlap it more than `overlap`; by falling score, then class, then order.
///
/// Of more than `Detector.largestCandidateCount` candidates those with the highest scores are
/// looked at. O(n log n + n·m) for m that are left.
package func suppressed(_ candidates: [Candidate], _ overlap: Double) -> [Candidate] {
  var order = Array(candidates.indices)
  order.sort { left, right in
    let (a, b) = (candidates[left], candidates[right])
    return (-a.score, a.classIndex, left) < (-b.score, b.classIndex, right)
  }
  var kept: [Candidate] = []
  var keptByClass: [Int: [Box]] = [:]
  for index in order.prefix(Detector.largestCandidateCount) {
    let candidate = candidates[index]
    let others = keptByClass[candidate.classIndex, default: []]
    if others.contains(where: { $0.overlap(candidate.box) > overlap }) { continue }
    keptByClass[candidate.classIndex, default: []].append(candidate.box)
    kept.append(candidate)
  }
  return kept
}
