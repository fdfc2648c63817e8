/// How AVX-512 kernels turn int32 sums of 16 channels into bytes.
#ifndef OCTET_QS8_OUTPUT_AVX512_H
#define OCTET_QS8_OUTPUT_AVX512_H

#include <immintrin.h>

#include "octet_qs8_gemm.h"
#include "tiles.h"

#define AVX512 \
  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512vbmi")))

/// How the sums of 16 channels are scaled.
typedef struct {
  __m512i multiplier;
  __m512i odd_multiplier;
  __m512i left;
  __m512i right;
  __m512i half;
  /// Whether sums are moderate, none is shifted left and all are divided by 2 to 2^30, which takes less
  /// work.
  int only_divides;
  const double *real_multiplier;
} scaling;

/// What is the same for all channels of a layer.
typedef struct {
  int keeps_sums;
  __m512i zero_point;
  __m512i minimum;
  __m512i maximum;
  /// Where the packed groups of four bytes belong.
  __m512i order;
  const octet_x8_table *table;
} bounding;

OCTET_INLINE AVX512 scaling make_scaling_of(__m512i multiplier, __m512i shift) {
  const __m512i zero = _mm512_setzero_si512();
  const __m512i right = _mm512_max_epi32(_mm512_sub_epi32(zero, shift), zero);
  return (scaling){
      .multiplier = multiplier,
      .odd_multiplier = _mm512_srli_epi64(multiplier, 32),
      .left = _mm512_max_epi32(shift, zero),
      .right = right,
      .half = _mm512_srli_epi32(_mm512_sllv_epi32(_mm512_set1_epi32(1), right), 1),
      .only_divides = 0,
  };
}

OCTET_INLINE AVX512 int may_only_divide(__m512i shift) {
  const __m512i least = _mm512_set1_epi32(-30), most = _mm512_set1_epi32(-1);
  return (_mm512_cmplt_epi32_mask(shift, least) | _mm512_cmpgt_epi32_mask(shift, most)) == 0;
}

OCTET_INLINE AVX512 scaling make_scaling(const octet_qs8_output *output, size_t first) {
  scaling s = make_scaling_of(
      _mm512_loadu_si512(output->multiplier + first), _mm512_loadu_si512(output->shift + first));
  const __m512i shift = _mm512_loadu_si512(output->shift + first);
  s.only_divides = output->is_moderate && may_only_divide(shift);
  if (output->real_multiplier != NULL) s.real_multiplier = output->real_multiplier + first;
  return s;
}

/// For vectors of 16 channels, or pixels, that stand one after the other.
OCTET_INLINE AVX512 bounding make_bounding(const octet_qs8_output *output) {
  return (bounding){
      .keeps_sums = output->keeps_sums,
      .zero_point = _mm512_set1_epi16((int16_t)output->zero_point),
      .minimum = _mm512_set1_epi8((int8_t)output->minimum),
      .maximum = _mm512_set1_epi8((int8_t)output->maximum),
      // Packing works within quarters: the first has the first group of each vector, and so on.
      .order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15),
      .table = output->table,
  };
}

/// `octet_qs8_scale_real` on eight lanes.
OCTET_INLINE AVX512 __m256i scale_real8(__m256i x, const double *multiplier) {
  const __m512d scaled = _mm512_mul_pd(_mm512_cvtepi32_pd(x), _mm512_loadu_pd(multiplier));
  const __m512d magnitude = _mm512_min_pd(_mm512_abs_pd(scaled), _mm512_set1_pd(1e6));
  const __m512d whole =
      _mm512_roundscale_pd(magnitude, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC);
  const __mmask8 is_up =
      _mm512_cmp_pd_mask(_mm512_sub_pd(magnitude, whole), _mm512_set1_pd(0.5), _CMP_GE_OQ);
  const __m256i rounded =
      _mm512_cvttpd_epi32(_mm512_mask_add_pd(whole, is_up, whole, _mm512_set1_pd(1)));
  return _mm256_sign_epi32(rounded, x);
}

/// `octet_qs8_scale` on 16 lanes, or `octet_qs8_scale_real`. The 64-bit products of even and odd lanes
/// are rounded apart; bits 31...62 are the result.
OCTET_INLINE AVX512 __m512i scale(__m512i x, const scaling *s) {
  if (s->real_multiplier != NULL) {
    const __m256i low = scale_real8(_mm512_castsi512_si256(x), s->real_multiplier);
    const __m256i high = scale_real8(_mm512_extracti64x4_epi64(x, 1), s->real_multiplier + 8);
    return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
  }
  const __m512i nudge = _mm512_set1_epi64(INT64_C(1) << 30);
  if (!s->only_divides) x = _mm512_sllv_epi32(x, s->left);
  const __m512i even = _mm512_add_epi64(_mm512_mul_epi32(x, s->multiplier), nudge);
  const __m512i odd = _mm512_add_epi64(
      _mm512_mul_epi32(_mm512_srli_epi64(x, 32), s->odd_multiplier), nudge);
  const __m512i high = _mm512_mask_blend_epi32(
      0xAAAA, _mm512_srli_epi64(even, 31), _mm512_add_epi64(odd, odd));
  if (s->only_divides) {
    // Less one where negative: so ties go away from zero.
    const __m512i sign = _mm512_srai_epi32(high, 31);
    return _mm512_srav_epi32(_mm512_add_epi32(_mm512_add_epi32(high, s->half), sign), s->right);
  }
  const __m512i quotient =
      _mm512_srlv_epi32(_mm512_add_epi32(_mm512_abs_epi32(high), s->half), s->right);
  return _mm512_mask_sub_epi32(
      quotient, _mm512_movepi32_mask(high), _mm512_setzero_si512(), quotient);
}

/// The codes of four vectors of scaled sums, through the table if there is one. A permutation of two
/// vectors looks up 128 entries, the top bit of each byte chooses between two of them.
OCTET_INLINE AVX512 __m512i codes(const __m512i *scaled, const bounding *b) {
  const __m512i low =
      _mm512_adds_epi16(_mm512_packs_epi32(scaled[0], scaled[1]), b->zero_point);
  const __m512i high =
      _mm512_adds_epi16(_mm512_packs_epi32(scaled[2], scaled[3]), b->zero_point);
  __m512i bytes = _mm512_permutexvar_epi32(b->order, _mm512_packs_epi16(low, high));
  bytes = _mm512_min_epi8(_mm512_max_epi8(bytes, b->minimum), b->maximum);
  if (b->table == NULL) return bytes;
  const uint8_t *entries = b->table->entries;
  const __m512i lower = _mm512_permutex2var_epi8(
      _mm512_loadu_si512(entries), bytes, _mm512_loadu_si512(entries + 64));
  const __m512i upper = _mm512_permutex2var_epi8(
      _mm512_loadu_si512(entries + 128), bytes, _mm512_loadu_si512(entries + 192));
  return _mm512_mask_blend_epi8(_mm512_movepi8_mask(bytes), lower, upper);
}

/// Writes the four quarters of `bytes`, as far as `lanes` of each go, to places `stride` bytes apart.
OCTET_INLINE AVX512 void store_quarters(
    int8_t *to, size_t stride, const size_t count, __mmask16 lanes, __m512i bytes) {
  _mm_mask_storeu_epi8(to, lanes, _mm512_castsi512_si128(bytes));
  if (count > 1) _mm_mask_storeu_epi8(to + stride, lanes, _mm512_extracti32x4_epi32(bytes, 1));
  if (count > 2) _mm_mask_storeu_epi8(to + 2 * stride, lanes, _mm512_extracti32x4_epi32(bytes, 2));
  if (count > 3) _mm_mask_storeu_epi8(to + 3 * stride, lanes, _mm512_extracti32x4_epi32(bytes, 3));
}

/// A mask of the first `count` of 64 lanes.
OCTET_INLINE __mmask64 first_lanes(size_t count) {
  return count >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << count) - 1;
}

#endif
