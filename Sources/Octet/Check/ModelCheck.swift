public import OctetData
public import OctetDiagnostics
import OctetIR
import OctetPasses
import OctetTFLite

/// All that would stop or spoil a conversion, with the ways out, each of them tried.
public struct ModelCheck: Sendable {
  /// What was found, errors with helps that tell what came of trying them.
  public let diagnostics: [Diagnostic]
  /// The operators that the model has once converted; nil when it does not convert.
  public let operatorCount: Int?
  /// The first release of TFLite that runs it once converted; nil where none is known, or it does not convert.
  public let leastRuntime: RuntimeVersion?
  /// Options with which the model converts that does not as it is, the least change first.
  public let remedies: [[String]]
  /// How int8 with ranges of the samples agrees with float; nil without samples.
  public let agreement: Agreement?

  /// Reads and converts the model in memory; nothing is written.
  ///
  /// - Parameters:
  ///   - target: the runtime that is to run it.
  ///   - int8: samples; the model is quantized with their ranges then, and what int8 costs is told of their numbers.
  ///   - given: what becomes of the samples; nil for what the model says.
  public init(
    _ path: String, _ options: ModelOptions, target: Target? = nil, int8: Int8Options? = nil,
    preprocessing given: Preprocessing? = nil, progress: @escaping (Int8Progress) -> Void = { _ in }
  ) {
    let first = Attempt(path, options)
    guard let model = first.model else {
      var search = RemedySearch(path, options, first)
      search.run()
      diagnostics = search.explained
      remedies = search.remedies.map { $0.arguments }
      operatorCount = nil
      leastRuntime = nil
      agreement = nil
      return
    }
    let converted = (try? model.optimized(log: DiagnosticLog())) ?? model
    var floats = converted.floatOperators()
    let log = DiagnosticLog()
    if !floats.isEmpty,
      let other = try? Model.open(path, options, log: log).optimized(forInt8: true, log: log)
    {
      floats = other.floatOperators()
    }
    // With samples the int8 model is what is wanted.
    if int8 != nil { for index in floats.indices { floats[index].severity = .error } }
    var (result, costs, agreement) = (converted, floats, Agreement?.none)
    if let int8, floats.isEmpty {
      let log = DiagnosticLog()
      if let made = try? Self.quantized(path, options, int8, given, log, progress) {
        (result, agreement) = made
      }
      costs = log.diagnostics.filter { !first.diagnostics.contains($0) }
    } else {
      // What quantizing starts from; a file that is quantized stays as it is.
      let isFloat = !converted.graph.values.contains { $0.type.isQuantized }
      let quantizable =
        isFloat
        ? (try? converted.optimized(forInt8: true, log: DiagnosticLog())) ?? converted : converted
      costs += Int8Check(quantizable.graph).found(joins: true).map {
        $0.located(Location(file: path))
      }
    }
    diagnostics =
      first.diagnostics + converted.traps() + costs
      + (target.map { TargetCheck(result, $0).found } ?? [])
    operatorCount = result.operatorCount
    leastRuntime = result.leastRuntime
    self.agreement = agreement
    remedies = []
  }

  /// The int8 form of a model with ranges of samples, and how near it comes to float.
  private static func quantized(
    _ path: String, _ options: ModelOptions, _ int8: Int8Options, _ given: Preprocessing?,
    _ log: DiagnosticLog, _ progress: @escaping (Int8Progress) -> Void
  ) throws(DiagnosticFailure) -> (model: Model, agreement: Agreement?) {
    let float = try Model.open(path, options, log: log).optimized(forInt8: true, log: log)
    let conversion = try Int8Conversion(
      float, int8, preprocessing: given, log: log, progress: progress)
    return (conversion.model, try conversion.agreement(of: conversion.model, log: log))
  }

  /// Whether the model converts, and how it would.
  public func text(_ path: String) -> String {
    if let operatorCount {
      return
        "'\(path)' converts\(agreement == nil ? "" : " to int8"): \(counted(operatorCount, "operator"))"
        + (leastRuntime.map { "; runs from TFLite \($0.text) on" } ?? "")
        + (agreement.map { "\n" + $0.text } ?? "")
    }
    let errors = diagnostics.filter { $0.severity == .error }.count
    var text = "'\(path)' does not convert: \(counted(errors, "cause"))"
    for arguments in remedies {
      text += "\nit converts with " + TerminalRenderer.commandLine(arguments)
    }
    return text
  }
}

extension Model {
  /// As `open` and then `converted`; a model that does not convert is explained as `ModelCheck` does.
  ///
  /// - Parameters:
  ///   - cuts: whether the largest part is converted of a model that does not convert whole.
  ///   - convert: what is done with the model that was read, with the log it reports to.
  public static func opening<Result>(
    _ path: String, _ options: ModelOptions, cuts: Bool = false, log: DiagnosticLog,
    convert: (Model, DiagnosticLog) throws(DiagnosticFailure) -> Result
  ) throws(DiagnosticFailure) -> Result {
    let found = DiagnosticLog()
    let result: Result
    do throws(DiagnosticFailure) {
      result = try convert(try open(path, options, log: found), found)
    } catch {
      let first = Attempt(found)
      var search = RemedySearch(path, options, first, allowsFixes: !cuts)
      search.run()
      if cuts, let part = search.remedies.first {
        let cut = DiagnosticLog()
        let result = try convert(try open(path, part.options, log: cut), cut)
        for diagnostic in cut.diagnostics { log.add(diagnostic) }
        log.add(part.remark(outside: first.errors, at: Location(file: path)))
        return result
      }
      for diagnostic in search.explained { log.add(diagnostic) }
      throw error
    }
    for diagnostic in found.diagnostics { log.add(diagnostic) }
    try log.throwIfErrors()
    return result
  }
}

/// One try to convert a model.
struct Attempt {
  let diagnostics: [Diagnostic]
  /// Converted, but with its layers whole.
  let model: Model?

  /// - Parameters:
  ///   - needsWeights: whether a model whose weights are not given is refused.
  ///   - needsForms: whether one is refused with operators that cannot be written.
  init(
    _ path: String, _ options: ModelOptions, needsWeights: Bool = true, needsForms: Bool = true
  ) {
    let log = DiagnosticLog()
    let read = try? Model.open(path, options, needsWeights: needsWeights, log: log)
    model = read.flatMap { read in
      let model = try? read.optimized(
        passes: read.isShapedByData ? [] : Pipeline.comparison, log: log)
      if needsForms, let model { try? TFLiteWriter.requireOperators(model.graph, log: log) }
      return log.hasErrors ? nil : model
    }
    diagnostics = log.diagnostics
  }

  /// One that has failed.
  init(_ log: DiagnosticLog) {
    diagnostics = log.diagnostics
    model = nil
  }

  var errors: [Diagnostic] { diagnostics.filter { $0.severity == .error } }
}
