#if defined(__x86_64__)

#include "codes_binary.h"
#include "qs8_output_avx512.h"

enum { width = 16 };

/// An operand of a sum brought to the common scale, or one of a product.
typedef struct {
  __m512i zero_point;
  scaling scaling;
  /// Whether the scaling halves and does nothing else, as that of the operand with the larger scale does.
  int halves;
  /// The value of an operand that stays the same.
  __m512i fixed;
  size_t step;
  const void *codes;
} operand;

OCTET_INLINE AVX512 __m512i widen(const codes_type type, const void *from, __mmask16 valid) {
  switch (type) {
    case qs8: return _mm512_cvtepi8_epi32(_mm_maskz_loadu_epi8(valid, from));
    case qu8: return _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(valid, from));
    default: return _mm512_cvtepi16_epi32(_mm256_maskz_loadu_epi16(valid, from));
  }
}

/// Sixteen values from `from` on.
OCTET_INLINE AVX512 __m512i computed(
    const codes_type type, const codes_operation operation, const operand *o, const void *from,
    __mmask16 valid) {
  const __m512i x = _mm512_sub_epi32(widen(type, from, valid), o->zero_point);
  if (operation == multiply) return x;
  if (o->halves) return _mm512_slli_epi32(x, operand_shift(type) - 1);
  return scale(_mm512_slli_epi32(x, operand_shift(type)), &o->scaling);
}

/// All values that are scaled are within 2^30, but for sums of int16.
OCTET_INLINE AVX512 scaling uniform(octet_scaling s, int is_moderate) {
  const __m512i shift = _mm512_set1_epi32(s.shift);
  scaling all = make_scaling_of(_mm512_set1_epi32(s.multiplier), shift);
  all.only_divides = is_moderate && may_only_divide(shift);
  return all;
}

OCTET_INLINE AVX512 operand make_operand(
    const codes_type type, const codes_operation operation, const void *codes, size_t step,
    int32_t zero_point, octet_scaling s) {
  operand o = {
      .zero_point = _mm512_set1_epi32(zero_point), .scaling = uniform(s, type != qs16),
      .halves = s.multiplier == INT32_C(1) << 30 && s.shift == 0, .step = step, .codes = codes};
  if (step == 0) o.fixed = _mm512_broadcastd_epi32(
      _mm512_castsi512_si128(computed(type, operation, &o, codes, 1)));
  return o;
}

OCTET_INLINE AVX512 __m512i values(
    const codes_type type, const codes_operation operation, const operand *o, size_t i,
    __mmask16 valid) {
  if (o->step == 0) return o->fixed;
  return computed(type, operation, o, code_at(type, o->codes, i), valid);
}

OCTET_INLINE AVX512 void run(
    const codes_type type, const codes_operation operation, size_t count, const void *a,
    size_t a_step, const void *b, size_t b_step, const octet_codes_pair *p, void *to) {
  if (count == 0) return;
  const operand left = make_operand(type, operation, a, a_step, p->left_zero_point, p->left);
  const operand right = make_operand(type, operation, b, b_step, p->right_zero_point, p->right);
  const scaling output = uniform(p->output, type != qs16 || operation == multiply);
  const __m512i zero_point = _mm512_set1_epi32(p->output_zero_point);
  const __m512i minimum = _mm512_set1_epi32(p->minimum), maximum = _mm512_set1_epi32(p->maximum);
  for (size_t i = 0; i < count; i += width) {
    const __mmask16 valid = (__mmask16)first_lanes(count - i);
    const __m512i x = values(type, operation, &left, i, valid);
    const __m512i y = values(type, operation, &right, i, valid);
    const __m512i z = operation == add        ? _mm512_add_epi32(x, y)
                      : operation == subtract ? _mm512_sub_epi32(x, y)
                                              : _mm512_mullo_epi32(x, y);
    const __m512i code = _mm512_min_epi32(
        _mm512_max_epi32(_mm512_add_epi32(scale(z, &output), zero_point), minimum), maximum);
    if (type == qs16) {
      _mm512_mask_cvtepi32_storeu_epi16((int16_t *)to + i, valid, code);
    } else {
      _mm512_mask_cvtepi32_storeu_epi8((int8_t *)to + i, valid, code);
    }
  }
}

OCTET_CODES_KERNELS(avx512, AVX512)

#endif
