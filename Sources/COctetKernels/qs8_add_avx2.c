#include "octet_qs8_add.h"

#if defined(__x86_64__)

#include "qs8_output_avx2.h"
#include "qs8_requantize.h"

enum { operand_shift = 20 };

OCTET_INLINE AVX2 scaling make_uniform_scaling(octet_qs8_scaling s) {
  return make_scaling(_mm256_set1_epi32(s.multiplier), _mm256_set1_epi32(s.shift));
}

/// Eight operands brought to the common scale.
OCTET_INLINE AVX2 __m256i operand(const int8_t *from, __m256i zero_point, const scaling *s) {
  const __m256i codes = _mm256_cvtepi8_epi32(_mm_loadu_si64(from));
  return scale(_mm256_slli_epi32(_mm256_sub_epi32(codes, zero_point), operand_shift), s);
}

OCTET_INLINE int8_t add_one(int8_t a, int8_t b, const octet_qs8_sum *s) {
  const uint32_t x = (uint32_t)(a - s->left_zero_point) << operand_shift;
  const uint32_t y = (uint32_t)(b - s->right_zero_point) << operand_shift;
  const int32_t sum = (int32_t)((uint32_t)octet_qs8_scale((int32_t)x, s->left.multiplier, s->left.shift) +
                                (uint32_t)octet_qs8_scale((int32_t)y, s->right.multiplier, s->right.shift));
  return octet_qs8_narrow(
      octet_qs8_scale(sum, s->output.multiplier, s->output.shift), s->output_zero_point,
      s->minimum, s->maximum);
}

AVX2 void octet_qs8_add_u32__avx2(
    size_t count, const int8_t *a, const int8_t *b, const octet_qs8_sum *s, int8_t *to) {
  const scaling left = make_uniform_scaling(s->left), right = make_uniform_scaling(s->right);
  const __m256i left_zero = _mm256_set1_epi32(s->left_zero_point);
  const __m256i right_zero = _mm256_set1_epi32(s->right_zero_point);
  finishing f = {
      .low = make_uniform_scaling(s->output),
      .zero_point = _mm256_set1_epi16((int16_t)s->output_zero_point),
      .minimum = _mm256_set1_epi8((int8_t)s->minimum),
      .maximum = _mm256_set1_epi8((int8_t)s->maximum),
      .order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7),
  };
  f.high = f.low;
  size_t i = 0;
  for (; i + 32 <= count; i += 32) {
    __m256i sums[2][2];
    OCTET_UNROLL for (size_t v = 0; v < 4; v++) {
      sums[v / 2][v % 2] = _mm256_add_epi32(
          operand(a + i + 8 * v, left_zero, &left), operand(b + i + 8 * v, right_zero, &right));
    }
    finish_rows(sums[0], sums[1], &f, to + i, to + i + 16, 16);
  }
  for (; i < count; i++) to[i] = add_one(a[i], b[i], s);
}

#endif
