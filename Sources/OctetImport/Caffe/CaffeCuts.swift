/// Where a net can be cut so that none of its faulty layers is left.
struct CaffeCuts {
  private let layers: [ForeignNode]
  /// Blobs whose last value needs no faulty layer and is no plain input.
  private var sound: Set<String> = []
  /// For each layer, the layers that make what it reads.
  private var makers: [[Int]] = []

  /// - Parameter faulty: indices of the layers that cannot be built.
  init(_ net: CaffeNet, faulty: Set<Int>) {
    layers = net.layers
    var last: [String: Int] = [:]
    var isSound: [Bool] = []
    for (index, layer) in layers.enumerated() {
      let own = layer.inputs.compactMap { last[$0] }
      makers.append(own)
      isSound.append(!faulty.contains(index) && own.allSatisfy { isSound[$0] })
      for name in layer.outputs { last[name] = index }
    }
    let inputs = Set(net.inputs.map { $0.name })
    for (name, maker) in last where isSound[maker] && !inputs.contains(name) { sound.insert(name) }
  }

  /// The sound blob that is nearest to what layer `index` reads; nil when there is none.
  func blob(before index: Int) -> String? {
    var seen: Set<Int> = [index]
    var queue = [index]
    var next = 0
    while next < queue.count {
      let layer = queue[next]
      next += 1
      if let blob = layers[layer].inputs.first(where: { sound.contains($0) }) { return blob }
      for maker in makers[layer] where seen.insert(maker).inserted { queue.append(maker) }
    }
    return nil
  }
}
