#include "octet_x8_table.h"

#if defined(__x86_64__)

#include "x8_table_avx2.h"

__attribute__((target("avx2"))) void octet_x8_table_u32__avx2(
    size_t count, const uint8_t *from, const octet_x8_table *table, uint8_t *to) {
  size_t i = 0;
  for (; i + 32 <= count; i += 32) {
    const __m256i bytes = _mm256_loadu_si256((const __m256i *)(from + i));
    _mm256_storeu_si256((__m256i *)(to + i), octet_look_up(bytes, table));
  }
  for (; i < count; i++) to[i] = table->entries[from[i]];
}

#endif
