import COctetKernels

/// What the CPU this process runs on can do, asked at run time.
package enum CPUFeatures {
  /// Whether AVX2 and FMA instructions may be used. Costs a few hundred cycles: for prepare time.
  package static var hasAVX2AndFMA: Bool { octet_cpu_has_avx2_fma() }

  /// Whether AVX-512 F, BW, DQ and VL with VNNI and VBMI may be used.
  package static var hasAVX512VNNI: Bool { octet_cpu_has_avx512_vnni() }

  /// Whether NEON may be used.
  package static var hasNEON: Bool { octet_cpu_has_neon() }

  /// Whether NEON's dot products of int8 may be used.
  package static var hasNEONDotProduct: Bool { octet_cpu_has_neon_dot_product() }
}
