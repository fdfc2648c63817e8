#include "octet_qs8_widen.h"
#include "tiles.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

OCTET_INLINE AVX2 void widen16(const int8_t *from, __m256i zero_point, int16_t *to) {
  const __m256i words = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)from));
  _mm256_storeu_si256((__m256i *)to, _mm256_sub_epi16(words, zero_point));
}

OCTET_INLINE AVX2 void widen8(const int8_t *from, __m256i zero_point, int16_t *to) {
  const __m128i words = _mm_cvtepi8_epi16(_mm_loadu_si64(from));
  _mm_storeu_si128((__m128i *)to, _mm_sub_epi16(words, _mm256_castsi256_si128(zero_point)));
}

OCTET_INLINE AVX2 void widen4(const int8_t *from, __m256i zero_point, int16_t *to) {
  const __m128i words = _mm_cvtepi8_epi16(_mm_loadu_si32(from));
  _mm_storeu_si64(to, _mm_sub_epi16(words, _mm256_castsi256_si128(zero_point)));
}

/// A tail is one more step that ends at the row's end and overlaps the step before it.
AVX2 void octet_qs8_widen_u16__avx2(
    size_t rows, size_t count, const int8_t *from, size_t from_stride, int32_t zero_point,
    int16_t *to, size_t to_stride) {
  const __m256i zero = _mm256_set1_epi16((int16_t)zero_point);
  for (size_t r = 0; r < rows; r++, from += from_stride, to += to_stride) {
    if (count >= 16) {
      for (size_t i = 0; i + 16 <= count; i += 16) widen16(from + i, zero, to + i);
      if (count % 16 != 0) widen16(from + count - 16, zero, to + count - 16);
    } else if (count >= 8) {
      widen8(from, zero, to);
      widen8(from + count - 8, zero, to + count - 8);
    } else if (count >= 4) {
      widen4(from, zero, to);
      widen4(from + count - 4, zero, to + count - 4);
    } else {
      for (size_t i = 0; i < count; i++) to[i] = (int16_t)(from[i] - zero_point);
    }
  }
}

#endif
