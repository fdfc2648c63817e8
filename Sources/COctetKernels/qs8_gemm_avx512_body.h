/// Products by VNNI. A file that includes it defines OCTET_NAME, OCTET_ELEMENT, the type of a value, of which as many
/// as make four bytes are a group, and OCTET_DOT, what adds the products of groups to sums.
#include "octet_qs8_gemm.h"
#include "qs8_output_avx512.h"

enum { most_rows = 8, block = octet_block_columns, most_blocks = 4, group_bytes = 4 };

/// An outer product per group of values: the weights of up to four blocks of 16 channels stay in
/// registers while each row's group is broadcast to them. Six rows and four blocks use 24
/// accumulators of the 32 registers.
OCTET_INLINE AVX512 void accumulate(
    const size_t rows, const size_t blocks, const octet_rows *a, size_t first_row,
    const int8_t *w, size_t block_bytes, const int32_t *bias, __m512i *sums) {
  __m512i acc[most_rows][most_blocks];
  OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
    OCTET_UNROLL for (size_t v = 0; v < blocks; v++) {
      acc[r][v] = _mm512_loadu_si512(bias + block * v);
    }
  }
  for (size_t q = 0; q < a->runs; q++) {
    const OCTET_ELEMENT *run[most_rows];
    OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
      run[r] = (const OCTET_ELEMENT *)a->base + a->row_offsets[first_row + r] + a->run_offsets[q];
    }
    for (size_t p = 0; p < a->run_groups; p++, w += group_bytes * block) {
      __m512i weights[most_blocks];
      OCTET_UNROLL for (size_t v = 0; v < blocks; v++) {
        weights[v] = _mm512_loadu_si512(w + v * block_bytes);
      }
      OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
        int32_t values;
        __builtin_memcpy(
            &values, (const uint8_t *)run[r] + group_bytes * p, sizeof values);
        const __m512i x = _mm512_set1_epi32(values);
        OCTET_UNROLL for (size_t v = 0; v < blocks; v++) {
          acc[r][v] = OCTET_DOT(acc[r][v], x, weights[v]);
        }
      }
    }
  }
  OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
    OCTET_UNROLL for (size_t v = 0; v < blocks; v++) sums[r * blocks + v] = acc[r][v];
  }
}

/// Finishes `rows` rows of up to 64 channels, four vectors at a time: of one row, or, where there are
/// few channels, of two or four.
OCTET_INLINE AVX512 void finish(
    const size_t rows, const size_t blocks, const __m512i *sums, const scaling *scales,
    const bounding *bounds, __mmask64 valid, int8_t *to, size_t stride) {
  if (bounds->keeps_sums) {
    for (size_t r = 0; r < rows; r++) {
      OCTET_UNROLL for (size_t v = 0; v < blocks; v++) {
        _mm512_mask_storeu_epi32(
            (int32_t *)to + r * stride + block * v, (__mmask16)(valid >> block * v),
            sums[r * blocks + v]);
      }
    }
    return;
  }
  const size_t together = blocks > 2 ? 1 : most_blocks / blocks;
  for (size_t r = 0; r < rows; r += together, to += together * stride) {
    const size_t count = rows - r < together ? rows - r : together;
    __m512i scaled[most_blocks];
    OCTET_UNROLL for (size_t i = 0; i < most_blocks; i++) {
      const size_t row = i / blocks < count ? i / blocks : 0;
      scaled[i] = scale(sums[(r + row) * blocks + i % blocks], &scales[i % blocks]);
    }
    const __m512i bytes = codes(scaled, bounds);
    if (blocks > 2) {
      _mm512_mask_storeu_epi8(to, valid, bytes);
    } else if (blocks == 2) {
      const __mmask32 lanes = (__mmask32)valid;
      _mm256_mask_storeu_epi8(to, lanes, _mm512_castsi512_si256(bytes));
      if (count > 1) {
        _mm256_mask_storeu_epi8(to + stride, lanes, _mm512_extracti64x4_epi64(bytes, 1));
      }
    } else {
      store_quarters(to, stride, count, (__mmask16)valid, bytes);
    }
  }
}

#define TILE(rows, blocks) \
  case rows: \
    accumulate(rows, blocks, a, row, w, block_bytes, bias, sums); \
    finish(rows, blocks, sums, scales, bounds, valid, to, c_stride); \
    break;

/// All rows of up to four blocks of channels.
#define OCTET_BLOCKS(name, blocks, tile_rows, more_tiles) \
  static AVX512 void name( \
      size_t m, const octet_rows *a, const int8_t *w, size_t block_bytes, const int32_t *bias, \
      const scaling *scales, const bounding *bounds, __mmask64 valid, int8_t *to, \
      size_t c_stride) { \
    const octet_tiles tiles = octet_split_rows(m, tile_rows); \
    size_t row = 0; \
    for (size_t t = 0; t < tiles.count; t++) { \
      const size_t rows = tiles.rows + (t < tiles.taller); \
      __m512i sums[most_rows * blocks]; \
      switch (rows) { \
        TILE(1, blocks) \
        TILE(2, blocks) \
        TILE(3, blocks) \
        TILE(4, blocks) \
        TILE(5, blocks) \
        TILE(6, blocks) \
        more_tiles \
      } \
      row += rows; \
      to = octet_result(to, c_stride, rows, 0, bounds->keeps_sums); \
    } \
  }

OCTET_BLOCKS(one_block, 1, 8, TILE(7, 1) TILE(8, 1))
OCTET_BLOCKS(two_blocks, 2, 8, TILE(7, 2) TILE(8, 2))
OCTET_BLOCKS(three_blocks, 3, 6, )
OCTET_BLOCKS(four_blocks, 4, 6, )

AVX512 void OCTET_NAME(
    size_t m, size_t n, const octet_rows *a, const void *packed, const octet_qs8_output *output,
    void *c, size_t c_stride) {
  const size_t block_bytes = a->runs * a->run_groups * group_bytes * block;
  const bounding bounds = make_bounding(output);
  for (size_t first = 0; first < n; first += most_blocks * block) {
    const size_t left = n - first;
    const size_t blocks = left >= most_blocks * block ? most_blocks : (left + block - 1) / block;
    const int8_t *w = (const int8_t *)packed + first / block * block_bytes;
    const int32_t *bias = output->bias + first;
    const __mmask64 valid = first_lanes(left);
    scaling scales[most_blocks];
    for (size_t v = 0; v < blocks; v++) scales[v] = make_scaling(output, first + v * block);
#define BLOCKS(name) \
  name( \
      m, a, w, block_bytes, bias, scales, &bounds, valid, \
      octet_result(c, c_stride, 0, first, bounds.keeps_sums), c_stride)
    switch (blocks) {
      case 1: BLOCKS(one_block); break;
      case 2: BLOCKS(two_blocks); break;
      case 3: BLOCKS(three_blocks); break;
      default: BLOCKS(four_blocks); break;
    }
#undef BLOCKS
  }
}
