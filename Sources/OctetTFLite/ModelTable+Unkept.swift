import OctetDiagnostics
import OctetOps
import OctetSchema

extension ModelTable {
  /// What the file has that Octet does not keep when the model is written again, a line each.
  func unkept() -> [String] {
    var (ranges, details, intermediates, newer, places) = (0, 0, 0, table.hasFields(from: 10), 0)
    var sparse = 0
    for subgraph in subgraphs.map({ Array($0) }) ?? [] {
      newer = newer || subgraph.table.hasFields(from: 6)
      if subgraph.debugMetadataIndex != -1 { places += 1 }
      for tensor in subgraph.tensors.map({ Array($0) }) ?? [] {
        newer = newer || tensor.table.hasFields(from: 11)
        if tensor.sparsity != nil { sparse += 1 }
        guard let quantization = tensor.quantization else { continue }
        newer = newer || quantization.table.hasFields(from: 7)
        if quantization.min?.isEmpty == false || quantization.max?.isEmpty == false { ranges += 1 }
        if quantization.detailsType != .none { details += 1 }
      }
      for node in subgraph.operators.map({ Array($0) }) ?? [] {
        newer = newer || node.table.hasFields(from: 14)
        if node.intermediates?.isEmpty == false { intermediates += 1 }
        if node.debugMetadataIndex != -1 { places += 1 }
      }
    }
    var result: [String] = []
    if ranges > 0 {
      result.append("the least and greatest numbers of \(counted(ranges, "tensor"))")
    }
    if details > 0 { result.append("other forms of quantization of \(counted(details, "tensor"))") }
    for code in operatorCodes.map({ Array($0) }) ?? [] {
      if let form = code.form {
        result.append("the custom operator '\(form.name)', written as a builtin")
      }
    }
    if sparse > 0 { result.append("the sparse form of \(counted(sparse, "tensor"))") }
    if intermediates > 0 {
      result.append("intermediate tensors of \(counted(intermediates, "operator"))")
    }
    if places > 0 {
      result.append("where debug metadata tell of \(counted(places, "operator")) or subgraphs")
    }
    if newer { result.append("fields of a newer version of the format") }
    return result
  }
}
