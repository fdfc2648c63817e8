#include "octet_qs8_depthwise.h"

#if defined(__x86_64__)

#include "qs8_output_avx2.h"

enum { tile_rows = 4, columns = octet_block_columns };

/// Sums of `rows` windows and 16 channels. Two taps are interleaved so that one multiplication
/// adds both; their weights serve all rows.
OCTET_INLINE AVX2 void accumulate(
    const size_t rows, const size_t taps, const octet_rows *a, size_t first_row,
    size_t channel, const int16_t *w, __m256i low_bias, __m256i high_bias, __m256i (*sums)[2]) {
  const int16_t *window[tile_rows];
  __m256i acc[tile_rows][2];
  OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
    window[r] = (const int16_t *)a->base + a->row_offsets[first_row + r] + channel;
    acc[r][0] = low_bias;
    acc[r][1] = high_bias;
  }
  for (size_t t = 0; t < taps; t += 2, w += 2 * columns) {
    const __m256i low = load(w), high = load(w + columns);
    OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
      const __m256i first = load(window[r] + a->run_offsets[t]);
      const __m256i second = load(window[r] + a->run_offsets[t + 1]);
      acc[r][0] = _mm256_add_epi32(
          acc[r][0], _mm256_madd_epi16(_mm256_unpacklo_epi16(first, second), low));
      acc[r][1] = _mm256_add_epi32(
          acc[r][1], _mm256_madd_epi16(_mm256_unpackhi_epi16(first, second), high));
    }
  }
  OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
    sums[r][0] = acc[r][0];
    sums[r][1] = acc[r][1];
  }
}

AVX2 void octet_qs8_depthwise_4x16__avx2(
    size_t m, size_t n, const octet_rows *a, const int16_t *w,
    const octet_qs8_output *output, void *c, size_t c_stride) {
  for (size_t first = 0; first < n; first += columns, w += a->runs * columns) {
    const size_t valid = octet_valid_columns(n, first);
    const finishing f = make_interleaved_finishing(output, first);
    const __m256i bias = load(output->bias + first), more = load(output->bias + first + 8);
    const __m256i low = _mm256_permute2x128_si256(bias, more, 0x20);
    const __m256i high = _mm256_permute2x128_si256(bias, more, 0x31);
    int8_t *to = (int8_t *)c + first;
    size_t row = 0;
    __m256i sums[tile_rows][2];
    if (output->keeps_sums) {
      int32_t *place = (int32_t *)c + first;
      for (; row < m; row++, place += c_stride) {
        accumulate(1, a->runs, a, row, first, w, low, high, sums);
        store_sums(
            place, _mm256_permute2x128_si256(sums[0][0], sums[0][1], 0x20),
            _mm256_permute2x128_si256(sums[0][0], sums[0][1], 0x31), valid);
      }
      continue;
    }
    for (; row + tile_rows <= m; row += tile_rows, to += tile_rows * c_stride) {
      accumulate(tile_rows, a->runs, a, row, first, w, low, high, sums);
      finish_rows(sums[0], sums[1], &f, to, to + c_stride, valid);
      finish_rows(sums[2], sums[3], &f, to + 2 * c_stride, to + 3 * c_stride, valid);
    }
    for (; row < m; row++, to += c_stride) {
      accumulate(1, a->runs, a, row, first, w, low, high, sums);
      finish_rows(sums[0], sums[0], &f, to, NULL, valid);
    }
  }
}

#endif
