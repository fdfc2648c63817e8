#include "qs16_finish.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

enum { tile_rows = 4, columns = octet_block_columns };

/// Adds int32 sums to those in int64 and clears them.
OCTET_INLINE AVX2 void widen(
    const size_t rows, __m256i (*acc)[2], int64_t (*sums)[octet_block_columns]) {
  OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
    OCTET_UNROLL for (size_t v = 0; v < 2; v++) {
      __m256i *to = (__m256i *)(sums[r] + 8 * v);
      const __m256i low = _mm256_cvtepi32_epi64(_mm256_castsi256_si128(acc[r][v]));
      const __m256i high = _mm256_cvtepi32_epi64(_mm256_extracti128_si256(acc[r][v], 1));
      _mm256_storeu_si256(to, _mm256_add_epi64(_mm256_loadu_si256(to), low));
      _mm256_storeu_si256(to + 1, _mm256_add_epi64(_mm256_loadu_si256(to + 1), high));
      acc[r][v] = _mm256_setzero_si256();
    }
  }
}

/// An outer product per pair of values, as the int8 kernel has it; int32 sums are widened before they can
/// overflow.
OCTET_INLINE AVX2 void accumulate(
    const size_t rows, const octet_rows *a, size_t first_row, const int16_t *w,
    int64_t (*sums)[octet_block_columns]) {
  __m256i acc[tile_rows][2];
  OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
    OCTET_UNROLL for (size_t v = 0; v < 2; v++) acc[r][v] = _mm256_setzero_si256();
  }
  size_t room = octet_qs16_most_pairs;
  for (size_t q = 0; q < a->runs; q++) {
    const int16_t *run[tile_rows];
    OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
      run[r] = (const int16_t *)a->base + a->row_offsets[first_row + r] + a->run_offsets[q];
    }
    for (size_t p = 0; p < a->run_groups;) {
      const size_t left = a->run_groups - p;
      const size_t end = p + (left < room ? left : room);
      room -= end - p;
      for (; p < end; p++, w += 2 * columns) {
        const __m256i low = _mm256_loadu_si256((const __m256i *)w);
        const __m256i high = _mm256_loadu_si256((const __m256i *)(w + 16));
        OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
          int32_t pair;
          __builtin_memcpy(&pair, run[r] + 2 * p, sizeof pair);
          const __m256i x = _mm256_set1_epi32(pair);
          acc[r][0] = _mm256_add_epi32(acc[r][0], _mm256_madd_epi16(x, low));
          acc[r][1] = _mm256_add_epi32(acc[r][1], _mm256_madd_epi16(x, high));
        }
      }
      if (room == 0) {
        widen(rows, acc, sums);
        room = octet_qs16_most_pairs;
      }
    }
  }
  widen(rows, acc, sums);
}

AVX2 void octet_qs16_gemm_4x16__avx2(
    size_t m, size_t n, const octet_rows *a, const int16_t *w, const octet_qs16_output *output,
    int16_t *c, size_t c_stride) {
  const octet_tiles tiles = octet_split_rows(m, tile_rows);
  for (size_t first = 0; first < n; first += columns, w += a->runs * a->run_groups * 2 * columns) {
    const size_t valid = octet_valid_columns(n, first);
    size_t row = 0;
    for (size_t t = 0; t < tiles.count; t++) {
      const size_t rows = tiles.rows + (t < tiles.taller);
      int64_t sums[tile_rows][octet_block_columns] = {{0}};
      switch (rows) {
        case 1: accumulate(1, a, row, w, sums); break;
        case 2: accumulate(2, a, row, w, sums); break;
        case 3: accumulate(3, a, row, w, sums); break;
        default: accumulate(4, a, row, w, sums); break;
      }
      for (size_t r = 0; r < rows; r++, row++) {
        for (size_t j = 0; j < valid; j++) {
          c[row * c_stride + first + j] = octet_qs16_finish(sums[r][j], output, first + j);
        }
      }
    }
  }
}

#endif
