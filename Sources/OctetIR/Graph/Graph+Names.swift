extension Graph {
  /// The values' names made unique: where a name repeats, an input or output of the graph keeps it, else
  /// the value made last (so that an in-place layer's result has the blob's name); the others get
  /// `#1`, `#2`... An empty name becomes `#` and a number.
  package func uniqueValueNames() -> [String] {
    // In the order in which they may take a name.
    var order = (inputs + outputs).map { $0.index }
    for node in nodes.reversed() { order += node.outputs.reversed().map { $0.index } }
    order += values.indices.filter { values[$0].constant != nil }.reversed()
    var result = values.map { $0.name }
    var seen: Set<String> = Set(result)
    var taken: Set<String> = []
    var suffixes: [String: Int] = [:]
    var isNamed = [Bool](repeating: false, count: values.count)
    for index in order where !isNamed[index] {
      isNamed[index] = true
      let name = result[index]
      if !name.isEmpty, taken.insert(name).inserted { continue }
      var suffix = suffixes[name] ?? 1
      while !seen.insert("\(name)#\(suffix)").inserted { suffix += 1 }
      suffixes[name] = suffix + 1
      result[index] = "\(name)#\(suffix)"
    }
    return result
  }

  /// Gives every value the name of `uniqueValueNames()`.
  package mutating func makeNamesUnique() {
    for (index, name) in uniqueValueNames().enumerated() { self[ValueID(index)].name = name }
  }
}
