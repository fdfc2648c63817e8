#ifndef OCTET_X8_TABLE_AVX2_H
#define OCTET_X8_TABLE_AVX2_H

#include <immintrin.h>

#include "octet_x8_table.h"
#include "tiles.h"

/// Looks up 32 bytes.
///
/// A shuffle gives 0 for an index whose top bit is set, else the entry of the low four bits. So
/// for x in 0...127, shuffling the sixteens of `steps` by x, x - 16, x - 32, ... meets the sixteens up to
/// x's own, and their exclusive or is the entry. Subtraction saturates: once below 0 it stays there.
/// Bytes of 128 and more are those of the upper half with the top bit flipped.
OCTET_INLINE __attribute__((target("avx2"))) __m256i octet_look_up(
    __m256i x, const octet_x8_table *table) {
  const __m256i sixteen = _mm256_set1_epi8(16);
  __m256i upper = _mm256_xor_si256(x, _mm256_set1_epi8(-128));
  __m256i result = _mm256_setzero_si256();
  OCTET_UNROLL for (size_t i = 0; i < 8; i++) {
    const __m256i low = _mm256_broadcastsi128_si256(
        _mm_loadu_si128((const __m128i *)(table->steps + 16 * i)));
    const __m256i high = _mm256_broadcastsi128_si256(
        _mm_loadu_si128((const __m128i *)(table->steps + 128 + 16 * i)));
    result = _mm256_xor_si256(
        result, _mm256_xor_si256(_mm256_shuffle_epi8(low, x), _mm256_shuffle_epi8(high, upper)));
    x = _mm256_subs_epi8(x, sixteen);
    upper = _mm256_subs_epi8(upper, sixteen);
  }
  return result;
}

#endif
