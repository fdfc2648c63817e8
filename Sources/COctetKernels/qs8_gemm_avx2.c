#include "octet_qs8_gemm.h"

#if defined(__x86_64__)

#include "qs8_output_avx2.h"

enum { tile_rows = 6, columns = octet_block_columns };

/// An outer product per pair of channels: the weights of `vectors` times eight channels stay in
/// registers while each row's pair is broadcast to them. Six rows use 12 accumulators of the 16
/// registers.
OCTET_INLINE AVX2 void accumulate(
    const size_t rows, const size_t vectors, const octet_rows *a, size_t first_row,
    const int16_t *w, const int32_t *bias, __m256i (*sums)[2]) {
  __m256i acc[tile_rows][2];
  OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
    OCTET_UNROLL for (size_t v = 0; v < vectors; v++) acc[r][v] = load(bias + 8 * v);
  }
  for (size_t q = 0; q < a->runs; q++) {
    const int16_t *run[tile_rows];
    OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
      run[r] = (const int16_t *)a->base + a->row_offsets[first_row + r] + a->run_offsets[q];
    }
    for (size_t p = 0; p < a->run_groups; p++, w += 2 * columns) {
      __m256i weights[2];
      OCTET_UNROLL for (size_t v = 0; v < vectors; v++) weights[v] = load(w + 16 * v);
      OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
        int32_t pair;
        __builtin_memcpy(&pair, run[r] + 2 * p, sizeof pair);
        const __m256i x = _mm256_set1_epi32(pair);
        OCTET_UNROLL for (size_t v = 0; v < vectors; v++) {
          acc[r][v] = _mm256_add_epi32(acc[r][v], _mm256_madd_epi16(x, weights[v]));
        }
      }
    }
  }
  OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
    OCTET_UNROLL for (size_t v = 0; v < vectors; v++) sums[r][v] = acc[r][v];
  }
}

#define ACCUMULATE(rows) \
  case rows: \
    if (valid > 8) { \
      accumulate(rows, 2, a, row, w, bias, sums); \
    } else { \
      accumulate(rows, 1, a, row, w, bias, sums); \
    } \
    break;

AVX2 void octet_qs8_gemm_6x16__avx2(
    size_t m, size_t n, const octet_rows *a, const void *packed, const octet_qs8_output *output,
    void *c, size_t c_stride) {
  const int16_t *w = packed;
  const octet_tiles tiles = octet_split_rows(m, tile_rows);
  for (size_t first = 0; first < n; first += columns, w += a->runs * a->run_groups * 2 * columns) {
    const size_t valid = octet_valid_columns(n, first);
    const int32_t *bias = output->bias + first;
    const finishing f = make_finishing(output, first);
    size_t row = 0;
    for (size_t t = 0; t < tiles.count; t++) {
      const size_t rows = tiles.rows + (t < tiles.taller);
      __m256i sums[tile_rows][2] = {{_mm256_setzero_si256()}};
      switch (rows) {
        ACCUMULATE(1)
        ACCUMULATE(2)
        ACCUMULATE(3)
        ACCUMULATE(4)
        ACCUMULATE(5)
        ACCUMULATE(6)
      }
      int8_t *to = octet_result(c, c_stride, row, first, output->keeps_sums);
      row += rows;
      if (output->keeps_sums) {
        for (size_t r = 0; r < rows; r++) {
          store_sums((int32_t *)to + r * c_stride, sums[r][0], sums[r][1], valid);
        }
        continue;
      }
      for (size_t r = 0; r < rows; r += 2, to += 2 * c_stride) {
        const size_t second = r + 1 < rows ? r + 1 : r;
        finish_rows(sums[r], sums[second], &f, to, second > r ? to + c_stride : NULL, valid);
      }
    }
  }
}

#endif
