#include "octet_qs8_gemm.h"

#if defined(__x86_64__)

#include "qs8_output_avx512.h"

enum { tile_rows = 6, block = octet_block_columns, most_blocks = 4, group = 4 };

/// An outer product per group of four values: the weights of up to four blocks of 16 channels stay in
/// registers while each row's group is broadcast to them. Six rows and four blocks use 24
/// accumulators of the 32 registers.
OCTET_INLINE AVX512 void accumulate(
    const size_t rows, const size_t blocks, const octet_rows *a, size_t first_row,
    const int8_t *w, size_t block_bytes, const int32_t *bias, __m512i (*sums)[most_blocks]) {
  __m512i acc[tile_rows][most_blocks];
  OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
    OCTET_UNROLL for (size_t v = 0; v < blocks; v++) {
      acc[r][v] = _mm512_loadu_si512(bias + block * v);
    }
  }
  for (size_t q = 0; q < a->runs; q++) {
    const uint8_t *run[tile_rows];
    OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
      run[r] = (const uint8_t *)a->base + a->row_offsets[first_row + r] + a->run_offsets[q];
    }
    for (size_t p = 0; p < a->run_groups; p++, w += group * block) {
      __m512i weights[most_blocks];
      OCTET_UNROLL for (size_t v = 0; v < blocks; v++) {
        weights[v] = _mm512_loadu_si512(w + v * block_bytes);
      }
      OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
        int32_t values;
        __builtin_memcpy(&values, run[r] + group * p, sizeof values);
        const __m512i x = _mm512_set1_epi32(values);
        OCTET_UNROLL for (size_t v = 0; v < blocks; v++) {
          acc[r][v] = _mm512_dpbusd_epi32(acc[r][v], x, weights[v]);
        }
      }
    }
  }
  OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
    OCTET_UNROLL for (size_t v = 0; v < blocks; v++) sums[r][v] = acc[r][v];
  }
}

#define ACCUMULATE(rows, blocks) accumulate(rows, blocks, a, row, w, block_bytes, bias, sums)
#define ACCUMULATE_ROWS(rows) \
  case rows: \
    switch (blocks) { \
      case 1: ACCUMULATE(rows, 1); break; \
      case 2: ACCUMULATE(rows, 2); break; \
      case 3: ACCUMULATE(rows, 3); break; \
      default: ACCUMULATE(rows, 4); break; \
    } \
    break;

AVX512 void octet_qs8_gemm_6x64__avx512vnni(
    size_t m, size_t n, const octet_rows *a, const void *packed, const octet_qs8_output *output,
    int8_t *c, size_t c_stride) {
  const octet_tiles tiles = octet_split_rows(m, tile_rows);
  const size_t block_bytes = a->runs * a->run_groups * group * block;
  const bounding bounds = make_bounding(output);
  for (size_t first = 0; first < n; first += most_blocks * block) {
    const size_t left = n - first;
    const size_t blocks = left >= most_blocks * block ? most_blocks : (left + block - 1) / block;
    const int8_t *w = (const int8_t *)packed + first / block * block_bytes;
    const int32_t *bias = output->bias + first;
    const __mmask64 valid = first_lanes(left);
    scaling scales[most_blocks];
    for (size_t v = 0; v < blocks; v++) scales[v] = make_scaling(output, first + v * block);
    int8_t *to = c + first;
    size_t row = 0;
    for (size_t t = 0; t < tiles.count; t++) {
      const size_t rows = tiles.rows + (t < tiles.taller);
      __m512i sums[tile_rows][most_blocks];
      switch (rows) {
        ACCUMULATE_ROWS(1)
        ACCUMULATE_ROWS(2)
        ACCUMULATE_ROWS(3)
        ACCUMULATE_ROWS(4)
        ACCUMULATE_ROWS(5)
        ACCUMULATE_ROWS(6)
      }
      for (size_t r = 0; r < rows; r++, to += c_stride) {
        __m128i bytes[most_blocks] = {
            _mm_setzero_si128(), _mm_setzero_si128(), _mm_setzero_si128(), _mm_setzero_si128()};
        for (size_t v = 0; v < blocks; v++) bytes[v] = codes(sums[r][v], &scales[v], &bounds);
        _mm512_mask_storeu_epi8(
            to, valid, gather_codes(bytes[0], bytes[1], bytes[2], bytes[3], &bounds));
      }
      row += rows;
    }
  }
}

#endif
