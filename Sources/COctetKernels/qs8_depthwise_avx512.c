#include "octet_qs8_depthwise.h"

#if defined(__x86_64__)

#include "qs8_output_avx512.h"

enum { tile_rows = 4, columns = octet_block_columns, width = 2 * columns };

/// Lanes 0...31 of a pair of vectors in the order that interleaving by eights leaves them.
OCTET_INLINE AVX512 __m512i low_lanes(__m512i first, __m512i second) {
  const __m512i order =
      _mm512_setr_epi32(0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
  return _mm512_permutex2var_epi32(first, order, second);
}

OCTET_INLINE AVX512 __m512i high_lanes(__m512i first, __m512i second) {
  const __m512i order =
      _mm512_setr_epi32(4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
  return _mm512_permutex2var_epi32(first, order, second);
}

OCTET_INLINE AVX512 __m512i join(const int16_t *low, const int16_t *high) {
  return _mm512_inserti64x4(
      _mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *)low)),
      _mm256_loadu_si256((const __m256i *)high), 1);
}

/// Sums of `rows` windows and 32 channels, 0...3, 8...11 and so on first, then the others. Two taps are
/// interleaved so that one multiplication adds both; their weights serve all rows.
OCTET_INLINE AVX512 void accumulate(
    const size_t rows, const octet_rows *a, size_t first_row, size_t channel, __mmask32 lanes,
    const int16_t *w, const int16_t *next, const __m512i *bias, __m512i (*sums)[2]) {
  const int16_t *window[tile_rows];
  OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
    window[r] = (const int16_t *)a->base + a->row_offsets[first_row + r] + channel;
    sums[r][0] = bias[0];
    sums[r][1] = bias[1];
  }
  for (size_t t = 0; t < a->runs; t += 2, w += width, next += width) {
    const __m512i low = join(w, next), high = join(w + columns, next + columns);
    OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
      const __m512i first = _mm512_maskz_loadu_epi16(lanes, window[r] + a->run_offsets[t]);
      const __m512i second = _mm512_maskz_loadu_epi16(lanes, window[r] + a->run_offsets[t + 1]);
      sums[r][0] = _mm512_dpwssd_epi32(sums[r][0], _mm512_unpacklo_epi16(first, second), low);
      sums[r][1] = _mm512_dpwssd_epi32(sums[r][1], _mm512_unpackhi_epi16(first, second), high);
    }
  }
}

/// Finishes two rows of 32 channels; `second` may be `first`.
OCTET_INLINE AVX512 void finish_rows(
    const __m512i *first, const __m512i *second, const scaling *scales, const bounding *bounds,
    __mmask32 valid, int8_t *first_to, int8_t *second_to) {
  const __m512i scaled[4] = {
      scale(first[0], &scales[0]), scale(first[1], &scales[1]), scale(second[0], &scales[0]),
      scale(second[1], &scales[1])};
  const __m512i bytes = codes(scaled, bounds);
  _mm256_mask_storeu_epi8(first_to, valid, _mm512_castsi512_si256(bytes));
  _mm256_mask_storeu_epi8(second_to, valid, _mm512_extracti64x4_epi64(bytes, 1));
}

AVX512 void octet_qs8_depthwise_4x32__avx512vnni(
    size_t m, size_t n, const octet_rows *a, const int16_t *w,
    const octet_qs8_output *output, void *c, size_t c_stride) {
  bounding bounds = make_bounding(output);
  // Groups of the first row's vectors in turn, then those of the second row's.
  bounds.order = _mm512_setr_epi32(0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15);
  for (size_t first = 0; first < n; first += width, w += a->runs * width) {
    // The last block may stand alone: then it is also the next one, of which nothing is written.
    const size_t next = n - first > columns ? columns : 0;
    const __mmask32 lanes = next > 0 ? 0xFFFFFFFF : 0xFFFF;
    const __mmask32 valid = (__mmask32)first_lanes(n - first);
    const int32_t *multiplier = output->multiplier + first, *shift = output->shift + first;
    const __m512i multipliers[2] = {
        _mm512_loadu_si512(multiplier), _mm512_loadu_si512(multiplier + next)};
    const __m512i shifts[2] = {_mm512_loadu_si512(shift), _mm512_loadu_si512(shift + next)};
    const __m512i biases[2] = {
        _mm512_loadu_si512(output->bias + first), _mm512_loadu_si512(output->bias + first + next)};
    scaling scales[2] = {
        make_scaling_of(
            low_lanes(multipliers[0], multipliers[1]), low_lanes(shifts[0], shifts[1])),
        make_scaling_of(
            high_lanes(multipliers[0], multipliers[1]), high_lanes(shifts[0], shifts[1]))};
    scales[0].only_divides = scales[1].only_divides = output->is_moderate &&
        may_only_divide(shifts[0]) && may_only_divide(shifts[1]);
    const __m512i bias[2] = {
        low_lanes(biases[0], biases[1]), high_lanes(biases[0], biases[1])};
    int8_t *to = (int8_t *)c + first;
    size_t row = 0;
    __m512i sums[tile_rows][2];
    if (output->keeps_sums) {
      const __m512i order = _mm512_setr_epi32(0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
      const __m512i next_order =
          _mm512_setr_epi32(8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
      int32_t *place = (int32_t *)c + first;
      for (; row < m; row++, place += c_stride) {
        accumulate(1, a, row, first, lanes, w, w + a->runs * next, bias, sums);
        _mm512_mask_storeu_epi32(
            place, (__mmask16)valid, _mm512_permutex2var_epi32(sums[0][0], order, sums[0][1]));
        _mm512_mask_storeu_epi32(
            place + columns, (__mmask16)(valid >> columns),
            _mm512_permutex2var_epi32(sums[0][0], next_order, sums[0][1]));
      }
      continue;
    }
    for (; row + tile_rows <= m; row += tile_rows, to += tile_rows * c_stride) {
      accumulate(tile_rows, a, row, first, lanes, w, w + a->runs * next, bias, sums);
      finish_rows(sums[0], sums[1], scales, &bounds, valid, to, to + c_stride);
      finish_rows(
          sums[2], sums[3], scales, &bounds, valid, to + 2 * c_stride, to + 3 * c_stride);
    }
    for (; row < m; row++, to += c_stride) {
      accumulate(1, a, row, first, lanes, w, w + a->runs * next, bias, sums);
      finish_rows(sums[0], sums[0], scales, &bounds, valid, to, to);
    }
  }
}

#endif
