extension Graph {
  /// The values' names made unique: where a name repeats, an input or output of the graph keeps it, else
  /// the value made last (so that an in-place layer's result has the blob's name); the others get
  /// `#1`, `#2`... An empty name becomes `#` and a number.
  public func uniqueValueNames() -> [String] {
    let interface = outputs.reversed().map { $0.index } + inputs.reversed().map { $0.index }
    var order: [Int] = []
    for (index, value) in values.enumerated() where value.constant != nil { order.append(index) }
    for node in nodes { order.append(contentsOf: node.outputs.map { $0.index }) }
    order = order.filter { !interface.contains($0) } + interface
    var result = values.map { $0.name }
    var seen: Set<String> = Set(result)
    var taken: Set<String> = []
    for index in order.reversed() {
      let name = result[index]
      if !name.isEmpty, taken.insert(name).inserted { continue }
      var suffix = 1
      while !seen.insert("\(name)#\(suffix)").inserted { suffix += 1 }
      result[index] = "\(name)#\(suffix)"
      taken.insert(result[index])
    }
    return result
  }

  /// Gives every value the name of `uniqueValueNames()`.
  public mutating func makeNamesUnique() {
    for (index, name) in uniqueValueNames().enumerated() { self[ValueID(index)].name = name }
  }
}
