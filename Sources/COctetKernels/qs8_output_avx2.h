/// How AVX2 kernels turn int32 sums of 16 channels into bytes.
#ifndef OCTET_QS8_OUTPUT_AVX2_H
#define OCTET_QS8_OUTPUT_AVX2_H

#include <immintrin.h>

#include "octet_qs8_gemm.h"
#include "tiles.h"
#include "x8_table_avx2.h"

#define AVX2 __attribute__((target("avx2")))

OCTET_INLINE AVX2 __m256i load(const void *from) {
  return _mm256_loadu_si256((const __m256i *)from);
}

/// Scaling of eight channels.
typedef struct {
  __m256i multiplier;
  __m256i odd_multiplier;
  __m256i left;
  __m256i right;
  __m256i half;
} scaling;

OCTET_INLINE AVX2 scaling make_scaling(__m256i multiplier, __m256i shift) {
  const __m256i zero = _mm256_setzero_si256();
  const __m256i right = _mm256_max_epi32(_mm256_sub_epi32(zero, shift), zero);
  return (scaling){
      .multiplier = multiplier,
      .odd_multiplier = _mm256_srli_epi64(multiplier, 32),
      .left = _mm256_max_epi32(shift, zero),
      .right = right,
      .half = _mm256_srli_epi32(_mm256_sllv_epi32(_mm256_set1_epi32(1), right), 1),
  };
}

/// `octet_qs8_scale` on eight lanes. The 64-bit products of even and odd lanes are rounded apart;
/// bits 31...62 are the result.
OCTET_INLINE AVX2 __m256i scale(__m256i x, const scaling *s) {
  const __m256i nudge = _mm256_set1_epi64x(INT64_C(1) << 30);
  x = _mm256_sllv_epi32(x, s->left);
  const __m256i even = _mm256_add_epi64(_mm256_mul_epi32(x, s->multiplier), nudge);
  const __m256i odd = _mm256_add_epi64(
      _mm256_mul_epi32(_mm256_srli_epi64(x, 32), s->odd_multiplier), nudge);
  const __m256i high =
      _mm256_blend_epi32(_mm256_srli_epi64(even, 31), _mm256_add_epi64(odd, odd), 0xAA);
  const __m256i magnitude = _mm256_add_epi32(_mm256_abs_epi32(high), s->half);
  return _mm256_sign_epi32(_mm256_srlv_epi32(magnitude, s->right), high);
}

/// What a kernel needs to finish a block of 16 channels.
typedef struct {
  scaling low;
  scaling high;
  __m256i zero_point;
  __m256i minimum;
  __m256i maximum;
  /// Where the packed groups of four bytes belong.
  __m256i order;
  const octet_x8_table *table;
  const double *real_multiplier;
} finishing;

OCTET_INLINE AVX2 finishing make_finishing(const octet_qs8_output *output, size_t first) {
  return (finishing){
      .low = make_scaling(load(output->multiplier + first), load(output->shift + first)),
      .high = make_scaling(load(output->multiplier + first + 8), load(output->shift + first + 8)),
      .zero_point = _mm256_set1_epi16((int16_t)output->zero_point),
      .minimum = _mm256_set1_epi8((int8_t)output->minimum),
      .maximum = _mm256_set1_epi8((int8_t)output->maximum),
      // Packing works within halves of 128 bits: groups come as 0, 2 of each row, then 1, 3.
      .order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7),
      .table = output->table,
      .real_multiplier = output->real_multiplier ? output->real_multiplier + first : NULL,
  };
}

/// Writes the first `valid` of 16 bytes.
OCTET_INLINE AVX2 void store_bytes(int8_t *to, __m128i bytes, size_t valid) {
  if (valid == octet_block_columns) {
    _mm_storeu_si128((__m128i *)to, bytes);
    return;
  }
  if (valid & 8) {
    _mm_storeu_si64(to, bytes);
    bytes = _mm_srli_si128(bytes, 8);
    to += 8;
  }
  if (valid & 4) {
    _mm_storeu_si32(to, bytes);
    bytes = _mm_srli_si128(bytes, 4);
    to += 4;
  }
  if (valid & 2) {
    _mm_storeu_si16(to, bytes);
    bytes = _mm_srli_si128(bytes, 2);
    to += 2;
  }
  if (valid & 1) *to = (int8_t)_mm_cvtsi128_si32(bytes);
}

/// Writes the first `valid` of 16 sums.
OCTET_INLINE AVX2 void store_sums(int32_t *to, __m256i low, __m256i high, size_t valid) {
  int32_t sums[octet_block_columns];
  int32_t *place = valid == octet_block_columns ? to : sums;
  _mm256_storeu_si256((__m256i *)place, low);
  _mm256_storeu_si256((__m256i *)(place + 8), high);
  if (place == sums) __builtin_memcpy(to, sums, sizeof *to * valid);
}

/// `octet_qs8_scale_real` on four lanes.
OCTET_INLINE AVX2 __m128i scale_real4(__m128i x, const double *multiplier) {
  const __m256d limit = _mm256_set1_pd(1e6), half = _mm256_set1_pd(0.5);
  const __m256d sign = _mm256_set1_pd(-0.0), one = _mm256_set1_pd(1);
  __m256d scaled = _mm256_mul_pd(_mm256_cvtepi32_pd(x), _mm256_loadu_pd(multiplier));
  const __m256d magnitude = _mm256_min_pd(_mm256_andnot_pd(sign, scaled), limit);
  const __m256d whole = _mm256_round_pd(magnitude, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC);
  const __m256d is_up = _mm256_cmp_pd(_mm256_sub_pd(magnitude, whole), half, _CMP_GE_OQ);
  const __m256d rounded = _mm256_add_pd(whole, _mm256_and_pd(is_up, one));
  return _mm256_cvttpd_epi32(_mm256_or_pd(rounded, _mm256_and_pd(sign, scaled)));
}

OCTET_INLINE AVX2 __m256i scale_real(__m256i x, const double *multiplier) {
  return _mm256_set_m128i(
      scale_real4(_mm256_extracti128_si256(x, 1), multiplier + 4),
      scale_real4(_mm256_castsi256_si128(x), multiplier));
}

OCTET_INLINE AVX2 __m256i words_of(const __m256i *sums, const finishing *f) {
  const __m256i low = f->real_multiplier ? scale_real(sums[0], f->real_multiplier)
                                         : scale(sums[0], &f->low);
  const __m256i high = f->real_multiplier ? scale_real(sums[1], f->real_multiplier + 8)
                                          : scale(sums[1], &f->high);
  return _mm256_adds_epi16(_mm256_packs_epi32(low, high), f->zero_point);
}

/// The same for sums of the channels 0...3 and 8...11, then 4...7 and 12...15.
OCTET_INLINE AVX2 finishing make_interleaved_finishing(
    const octet_qs8_output *output, size_t first) {
  finishing f = make_finishing(output, first);
  const int32_t *multiplier = output->multiplier + first, *shift = output->shift + first;
  f.low = make_scaling(
      _mm256_permute2x128_si256(load(multiplier), load(multiplier + 8), 0x20),
      _mm256_permute2x128_si256(load(shift), load(shift + 8), 0x20));
  f.high = make_scaling(
      _mm256_permute2x128_si256(load(multiplier), load(multiplier + 8), 0x31),
      _mm256_permute2x128_si256(load(shift), load(shift + 8), 0x31));
  f.order = _mm256_setr_epi32(0, 1, 4, 5, 2, 3, 6, 7);
  return f;
}

/// Finishes two rows of 16 sums each, in the order that `f` is made for, and writes their first `valid` bytes;
/// `second_to` may be null.
OCTET_INLINE AVX2 void finish_rows(
    const __m256i *first, const __m256i *second, const finishing *f, int8_t *first_to,
    int8_t *second_to, size_t valid) {
  __m256i bytes = _mm256_permutevar8x32_epi32(
      _mm256_packs_epi16(words_of(first, f), words_of(second, f)), f->order);
  bytes = _mm256_min_epi8(_mm256_max_epi8(bytes, f->minimum), f->maximum);
  if (f->table != NULL) bytes = octet_look_up(bytes, f->table);
  store_bytes(first_to, _mm256_castsi256_si128(bytes), valid);
  if (second_to != NULL) store_bytes(second_to, _mm256_extracti128_si256(bytes, 1), valid);
}

#endif
