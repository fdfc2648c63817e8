#ifndef OCTET_CPU_H
#define OCTET_CPU_H

#include <stdbool.h>

/// Whether the CPU has AVX2 and FMA and the operating system saves their registers. False on
/// everything that is not x86-64. Asks the CPU each time (about 100 cycles, more under a
/// hypervisor): for prepare time, not for inner loops.
bool octet_cpu_has_avx2_fma(void);

/// The same for AVX-512 F, BW, DQ and VL with VNNI and VBMI.
bool octet_cpu_has_avx512_vnni(void);

/// Whether the CPU has NEON: every AArch64 CPU, on ARMv7 as Linux says. False elsewhere.
bool octet_cpu_has_neon(void);

/// Whether the CPU has the dot products of int8 that came with ARMv8.2, as Linux says. False on everything
/// that is not AArch64.
bool octet_cpu_has_neon_dot_product(void);

#endif
