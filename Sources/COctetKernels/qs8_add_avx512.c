#include "octet_qs8_add.h"

#if defined(__x86_64__)

#include "qs8_output_avx512.h"

enum { operand_shift = 20, width = 64 };

OCTET_INLINE AVX512 scaling make_uniform_scaling(octet_qs8_scaling s) {
  return make_scaling_of(_mm512_set1_epi32(s.multiplier), _mm512_set1_epi32(s.shift));
}

/// Whether a scaling halves and does nothing else, as that of the operand with the larger scale does.
OCTET_INLINE int is_half(octet_qs8_scaling s) {
  return s.multiplier == INT32_C(1) << 30 && s.shift == 0;
}

/// Sixteen operands brought to the common scale.
OCTET_INLINE AVX512 __m512i operand(
    __m128i codes, __m512i zero_point, const scaling *s, int halves) {
  const __m512i wide = _mm512_sub_epi32(_mm512_cvtepi8_epi32(codes), zero_point);
  if (halves) return _mm512_slli_epi32(wide, operand_shift - 1);
  return scale(_mm512_slli_epi32(wide, operand_shift), s);
}

AVX512 void octet_qs8_add_u64__avx512(
    size_t count, const int8_t *a, const int8_t *b, const octet_qs8_sum *s, int8_t *to) {
  const scaling left = make_uniform_scaling(s->left), right = make_uniform_scaling(s->right);
  const scaling output = make_uniform_scaling(s->output);
  const __m512i left_zero = _mm512_set1_epi32(s->left_zero_point);
  const __m512i right_zero = _mm512_set1_epi32(s->right_zero_point);
  const octet_qs8_output bounds_only = {
      .zero_point = s->output_zero_point, .minimum = s->minimum, .maximum = s->maximum};
  const bounding bounds = make_bounding(&bounds_only);
  const int left_halves = is_half(s->left), right_halves = is_half(s->right);
  for (size_t i = 0; i < count; i += width) {
    const __mmask64 valid = first_lanes(count - i);
    const __m512i x = _mm512_maskz_loadu_epi8(valid, a + i);
    const __m512i y = _mm512_maskz_loadu_epi8(valid, b + i);
    __m512i scaled[4];
#define QUARTER(v) \
  scaled[v] = scale( \
      _mm512_add_epi32( \
          operand(_mm512_extracti32x4_epi32(x, v), left_zero, &left, left_halves), \
          operand(_mm512_extracti32x4_epi32(y, v), right_zero, &right, right_halves)), \
      &output)
    QUARTER(0);
    QUARTER(1);
    QUARTER(2);
    QUARTER(3);
#undef QUARTER
    _mm512_mask_storeu_epi8(to + i, valid, codes(scaled, &bounds));
  }
}

#endif
