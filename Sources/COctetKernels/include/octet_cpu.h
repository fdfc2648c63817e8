#ifndef OCTET_CPU_H
#define OCTET_CPU_H

#include <stdbool.h>

/// Whether the CPU has AVX2 and FMA and the operating system saves their registers. False on
/// everything that is not x86-64. Asks the CPU each time (about 100 cycles, more under a
/// hypervisor): for prepare time, not for inner loops.
bool octet_cpu_has_avx2_fma(void);

/// The same for AVX-512 F, BW, DQ and VL with VNNI and VBMI.
bool octet_cpu_has_avx512_vnni(void);

#endif
