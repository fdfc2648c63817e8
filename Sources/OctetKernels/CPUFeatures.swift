import COctetKernels

/// What the CPU this process runs on can do, asked at run time.
package enum CPUFeatures {
  /// Sets of instructions, each with those before it.
  package enum Level: Int, Sendable {
    case portable
    case avx2
    case best
  }

  /// The most that kernels may use. Set before anything is prepared: what is fastest is found out once.
  // Written by the main thread at the start of a process that asks for less.
  package nonisolated(unsafe) static var limit = Level.best

  /// Whether AVX2 and FMA instructions may be used. Costs a few hundred cycles: for prepare time.
  package static var hasAVX2AndFMA: Bool { limit != .portable && octet_cpu_has_avx2_fma() }

  /// Whether AVX-512 F, BW, DQ and VL with VNNI and VBMI may be used.
  package static var hasAVX512VNNI: Bool { limit == .best && octet_cpu_has_avx512_vnni() }

  /// Whether NEON may be used.
  package static var hasNEON: Bool { limit != .portable && octet_cpu_has_neon() }

  /// Whether NEON's dot products of int8 may be used.
  package static var hasNEONDotProduct: Bool {
    limit == .best && octet_cpu_has_neon_dot_product()
  }
}
