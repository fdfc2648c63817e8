#include "octet_qs8_gemm.h"
#include "qs8_requantize.h"
#include "tiles.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

enum { tile_rows = 6, columns = octet_block_columns };

OCTET_INLINE AVX2 __m256i load(const void *from) {
  return _mm256_loadu_si256((const __m256i *)from);
}

/// An outer product per pair of channels: two vectors of weights stay in registers while each
/// row's pair is broadcast to them. Six rows use 12 accumulators of the 16 registers.
OCTET_INLINE AVX2 void accumulate(
    const size_t rows, size_t pairs, const int16_t *a, size_t a_stride, const int16_t *w,
    const int32_t *bias, __m256i (*sums)[2]) {
  __m256i acc[tile_rows][2];
  OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
    acc[r][0] = load(bias);
    acc[r][1] = load(bias + 8);
  }
  for (size_t p = 0; p < pairs; p++, w += 2 * columns) {
    const __m256i w0 = load(w);
    const __m256i w1 = load(w + 16);
    OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
      int32_t pair;
      __builtin_memcpy(&pair, a + r * a_stride + 2 * p, sizeof pair);
      const __m256i x = _mm256_set1_epi32(pair);
      acc[r][0] = _mm256_add_epi32(acc[r][0], _mm256_madd_epi16(x, w0));
      acc[r][1] = _mm256_add_epi32(acc[r][1], _mm256_madd_epi16(x, w1));
    }
  }
  OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
    sums[r][0] = acc[r][0];
    sums[r][1] = acc[r][1];
  }
}

/// Scaling of eight channels.
typedef struct {
  __m256i multiplier;
  __m256i odd_multiplier;
  __m256i left;
  __m256i right;
  __m256i half;
} scaling;

OCTET_INLINE AVX2 scaling load_scaling(const octet_qs8_output *output, size_t first) {
  const __m256i zero = _mm256_setzero_si256();
  const __m256i multiplier = load(output->multiplier + first);
  const __m256i shift = load(output->shift + first);
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
/// bits 31...62 are the result. Only INT32_MIN * INT32_MIN gives INT32_MIN there, which flipping
/// all bits saturates to INT32_MAX.
OCTET_INLINE AVX2 __m256i scale(__m256i x, const scaling *s) {
  const __m256i nudge = _mm256_set1_epi64x(INT64_C(1) << 30);
  x = _mm256_sllv_epi32(x, s->left);
  const __m256i even = _mm256_add_epi64(_mm256_mul_epi32(x, s->multiplier), nudge);
  const __m256i odd = _mm256_add_epi64(
      _mm256_mul_epi32(_mm256_srli_epi64(x, 32), s->odd_multiplier), nudge);
  __m256i high =
      _mm256_blend_epi32(_mm256_srli_epi64(even, 31), _mm256_add_epi64(odd, odd), 0xAA);
  high = _mm256_xor_si256(high, _mm256_cmpeq_epi32(high, _mm256_set1_epi32(INT32_MIN)));
  const __m256i magnitude = _mm256_add_epi32(_mm256_abs_epi32(high), s->half);
  return _mm256_sign_epi32(_mm256_srlv_epi32(magnitude, s->right), high);
}

/// Writes the first `valid` of 16 bytes.
OCTET_INLINE AVX2 void store(int8_t *to, __m128i bytes, size_t valid) {
  if (valid == columns) {
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

/// One row scaled in double precision. Dense layers use it, whose outputs are few.
OCTET_INLINE AVX2 void store_real(
    int8_t *to, const __m256i *sums, const octet_qs8_output *output, size_t first, size_t valid) {
  int32_t row[columns];
  _mm256_storeu_si256((__m256i *)row, sums[0]);
  _mm256_storeu_si256((__m256i *)(row + 8), sums[1]);
  for (size_t j = 0; j < valid; j++) {
    to[j] = octet_qs8_narrow(
        octet_qs8_scale_real(row[j], output->real_multiplier[first + j]), output->zero_point,
        output->minimum, output->maximum);
  }
}

AVX2 void octet_qs8_gemm_6x16__avx2(
    size_t m, size_t n, size_t k, const int16_t *a, size_t a_stride, const int16_t *w,
    const octet_qs8_output *output, int8_t *c, size_t c_stride) {
  const size_t pairs = (k + 1) / 2;
  const octet_tiles tiles = octet_split_rows(m, tile_rows);
  const __m256i zero_point = _mm256_set1_epi16((int16_t)output->zero_point);
  const __m128i minimum = _mm_set1_epi8((int8_t)output->minimum);
  const __m128i maximum = _mm_set1_epi8((int8_t)output->maximum);
  for (size_t first = 0; first < n; first += columns, w += pairs * 2 * columns) {
    const size_t valid = octet_valid_columns(n, first);
    const int32_t *bias = output->bias + first;
    const scaling low = load_scaling(output, first);
    const scaling high = load_scaling(output, first + 8);
    const int16_t *tile_a = a;
    int8_t *tile_c = c + first;
    for (size_t t = 0; t < tiles.count; t++) {
      const size_t rows = tiles.rows + (t < tiles.taller);
      __m256i sums[tile_rows][2];
      switch (rows) {
        case 1: accumulate(1, pairs, tile_a, a_stride, w, bias, sums); break;
        case 2: accumulate(2, pairs, tile_a, a_stride, w, bias, sums); break;
        case 3: accumulate(3, pairs, tile_a, a_stride, w, bias, sums); break;
        case 4: accumulate(4, pairs, tile_a, a_stride, w, bias, sums); break;
        case 5: accumulate(5, pairs, tile_a, a_stride, w, bias, sums); break;
        default: accumulate(6, pairs, tile_a, a_stride, w, bias, sums); break;
      }
      for (size_t r = 0; r < rows; r++, tile_c += c_stride) {
        if (output->real_multiplier != NULL) {
          store_real(tile_c, sums[r], output, first, valid);
          continue;
        }
        // Saturating packs leave four-channel groups in the order 0, 2, 1, 3.
        const __m256i words = _mm256_adds_epi16(
            _mm256_packs_epi32(scale(sums[r][0], &low), scale(sums[r][1], &high)), zero_point);
        const __m128i bytes = _mm_shuffle_epi32(
            _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1)),
            _MM_SHUFFLE(3, 1, 2, 0));
        store(tile_c, _mm_min_epi8(_mm_max_epi8(bytes, minimum), maximum), valid);
      }
      tile_a += rows * a_stride;
    }
  }
}

#endif
