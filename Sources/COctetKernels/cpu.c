#include "octet_cpu.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <stdint.h>

/// The register sets the operating system saves on a context switch (XCR0). Traps unless
/// CPUID reports OSXSAVE.
static uint64_t saved_register_sets(void) {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t)high << 32 | low;
}

bool octet_cpu_has_avx2_fma(void) {
  unsigned int a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return false;
  const unsigned int needed = bit_OSXSAVE | bit_AVX | bit_FMA;
  if ((c & needed) != needed) return false;
  const uint64_t sse_and_avx = 0x6;
  if ((saved_register_sets() & sse_and_avx) != sse_and_avx) return false;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_AVX2) != 0;
}

bool octet_cpu_has_avx512_vnni(void) {
  unsigned int a, b, c, d;
  if (!octet_cpu_has_avx2_fma() || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return false;
  const uint64_t all_vectors = 0xE6;
  if ((saved_register_sets() & all_vectors) != all_vectors) return false;
  const unsigned int needed = bit_AVX512F | bit_AVX512BW | bit_AVX512DQ | bit_AVX512VL;
  const unsigned int needed_too = bit_AVX512VNNI | bit_AVX512VBMI;
  return (b & needed) == needed && (c & needed_too) == needed_too;
}

#else

bool octet_cpu_has_avx2_fma(void) { return false; }
bool octet_cpu_has_avx512_vnni(void) { return false; }

#endif

#if defined(__linux__) && (defined(__aarch64__) || defined(__arm__))

#include <sys/auxv.h>

/// Bits of AT_HWCAP. C libraries have different names for them.
enum { arm_neon = 1 << 12, aarch64_asimddp = 1 << 20 };

#endif

// Beside what the system says, what the compiler may assume holds.

bool octet_cpu_has_neon(void) {
#if defined(__ARM_NEON)
  return true;
#elif defined(__linux__) && defined(__arm__)
  return (getauxval(AT_HWCAP) & arm_neon) != 0;
#else
  return false;
#endif
}

bool octet_cpu_has_neon_dot_product(void) {
#if defined(__aarch64__) && defined(__ARM_FEATURE_DOTPROD)
  return true;
#elif defined(__linux__) && defined(__aarch64__)
  return (getauxval(AT_HWCAP) & aarch64_asimddp) != 0;
#else
  return false;
#endif
}
