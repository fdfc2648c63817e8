import COctetKernels

/// What the CPU this process runs on can do, asked at run time.
package enum CPUFeatures {
  /// Whether AVX2 and FMA instructions may be used. Costs a few hundred cycles: for prepare time.
  package static var hasAVX2AndFMA: Bool { octet_cpu_has_avx2_fma() }

  /// Whether AVX-512 F, BW, DQ and VL with VNNI and VBMI may be used.
  package static var hasAVX512VNNI: Bool { octet_cpu_has_avx512_vnni() }
}
