#if defined(__x86_64__)

#include "codes_binary.h"
#include "qs8_output_avx2.h"

enum { width = 8 };

/// An operand of a sum brought to the common scale, or one of a product.
typedef struct {
  __m256i zero_point;
  scaling scaling;
  /// The value of an operand that stays the same.
  __m256i fixed;
  size_t step;
  const void *codes;
} operand;

OCTET_INLINE AVX2 __m256i widen(const codes_type type, const void *from) {
  switch (type) {
    case qs8: return _mm256_cvtepi8_epi32(_mm_loadu_si64(from));
    case qu8: return _mm256_cvtepu8_epi32(_mm_loadu_si64(from));
    default: return _mm256_cvtepi16_epi32(_mm_loadu_si128(from));
  }
}

/// Eight values from `from` on.
OCTET_INLINE AVX2 __m256i computed(
    const codes_type type, const codes_operation operation, const operand *o, const void *from) {
  const __m256i x = _mm256_sub_epi32(widen(type, from), o->zero_point);
  if (operation == multiply) return x;
  return scale(_mm256_slli_epi32(x, operand_shift(type)), &o->scaling);
}

OCTET_INLINE AVX2 scaling uniform(octet_scaling s) {
  return make_scaling(_mm256_set1_epi32(s.multiplier), _mm256_set1_epi32(s.shift));
}

OCTET_INLINE AVX2 operand make_operand(
    const codes_type type, const codes_operation operation, const void *codes, size_t step,
    int32_t zero_point, octet_scaling s) {
  operand o = {
      .zero_point = _mm256_set1_epi32(zero_point), .scaling = uniform(s), .step = step,
      .codes = codes};
  if (step == 0) {
    uint8_t first[16] = {0};
    __builtin_memcpy(first, codes, type == qs16 ? 2 : 1);
    o.fixed = _mm256_broadcastd_epi32(
        _mm256_castsi256_si128(computed(type, operation, &o, first)));
  }
  return o;
}

OCTET_INLINE AVX2 __m256i values(
    const codes_type type, const codes_operation operation, const operand *o, size_t i) {
  if (o->step == 0) return o->fixed;
  return computed(type, operation, o, code_at(type, o->codes, i));
}

/// The codes of eight values, each in the lowest bytes of its lane's 16 bits.
OCTET_INLINE AVX2 __m128i codes_of(
    const codes_operation operation, __m256i x, __m256i y, const scaling *output,
    const octet_codes_pair *p) {
  const __m256i z = operation == add        ? _mm256_add_epi32(x, y)
                    : operation == subtract ? _mm256_sub_epi32(x, y)
                                            : _mm256_mullo_epi32(x, y);
  const __m256i code = _mm256_add_epi32(scale(z, output), _mm256_set1_epi32(p->output_zero_point));
  const __m256i bounded = _mm256_min_epi32(
      _mm256_max_epi32(code, _mm256_set1_epi32(p->minimum)), _mm256_set1_epi32(p->maximum));
  return _mm_packs_epi32(
      _mm256_castsi256_si128(bounded), _mm256_extracti128_si256(bounded, 1));
}

OCTET_INLINE AVX2 void write(const codes_type type, void *to, __m128i codes) {
  switch (type) {
    case qs8: _mm_storeu_si64(to, _mm_packs_epi16(codes, codes)); break;
    case qu8: _mm_storeu_si64(to, _mm_packus_epi16(codes, codes)); break;
    default: _mm_storeu_si128(to, codes);
  }
}

OCTET_INLINE AVX2 void run(
    const codes_type type, const codes_operation operation, size_t count, const void *a,
    size_t a_step, const void *b, size_t b_step, const octet_codes_pair *p, void *to) {
  if (count == 0) return;
  operand left = make_operand(type, operation, a, a_step, p->left_zero_point, p->left);
  operand right = make_operand(type, operation, b, b_step, p->right_zero_point, p->right);
  const scaling output = uniform(p->output);
  const size_t whole = count / width * width, rest = count - whole, size = type == qs16 ? 2 : 1;
  for (size_t i = 0; i < whole; i += width) {
    write(
        type, (uint8_t *)to + size * i,
        codes_of(
            operation, values(type, operation, &left, i), values(type, operation, &right, i),
            &output, p));
  }
  if (rest == 0) return;
  // The last elements have room around them in a copy.
  uint8_t last[3][16] = {{0}};
  if (a_step != 0) __builtin_memcpy(last[0], code_at(type, a, whole), size * rest);
  if (b_step != 0) __builtin_memcpy(last[1], code_at(type, b, whole), size * rest);
  left.codes = last[0];
  right.codes = last[1];
  write(
      type, last[2],
      codes_of(
          operation, values(type, operation, &left, 0), values(type, operation, &right, 0),
          &output, p));
  __builtin_memcpy((uint8_t *)to + size * whole, last[2], size * rest);
}

OCTET_CODES_KERNELS(avx2, AVX2)

#endif
