#include "octet_f32_gemm.h"
#include "tiles.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,fma")))

enum { tile_rows = 6, columns = octet_block_columns, most_blocks = 4 };

typedef struct {
  __m256 minimum;
  __m256 maximum;
} bounds;

/// Writes the first `valid` of 16 floats.
OCTET_INLINE AVX2 void store(float *to, __m256 low, __m256 high, size_t valid) {
  if (valid & 16) {
    _mm256_storeu_ps(to, low);
    _mm256_storeu_ps(to + 8, high);
    return;
  }
  if (valid & 8) {
    _mm256_storeu_ps(to, low);
    low = high;
    to += 8;
  }
  __m128 rest = _mm256_castps256_ps128(low);
  if (valid & 4) {
    _mm_storeu_ps(to, rest);
    rest = _mm256_extractf128_ps(low, 1);
    to += 4;
  }
  if (valid & 2) {
    _mm_storel_pi((__m64 *)to, rest);
    rest = _mm_movehl_ps(rest, rest);
    to += 2;
  }
  if (valid & 1) _mm_store_ss(to, rest);
}

/// Keeps NaN: min and max return their second operand if either is NaN.
OCTET_INLINE AVX2 __m256 finish(__m256 sum, const float *bias, const bounds *limits) {
  const __m256 x = _mm256_add_ps(sum, _mm256_loadu_ps(bias));
  return _mm256_min_ps(limits->maximum, _mm256_max_ps(limits->minimum, x));
}

/// `rows` rows times `blocks` blocks of 16 channels, an outer product per input channel. A fused
/// multiply-add takes about five cycles and two start each cycle, so ten independent sums keep
/// the units busy: few rows take several blocks at once.
OCTET_INLINE AVX2 void tile(
    const size_t rows, const size_t blocks, size_t k, const float *a, size_t a_stride,
    const float *w, const float *bias, const bounds *limits, float *c, size_t c_row,
    size_t last_valid) {
  __m256 acc[tile_rows][2 * most_blocks];
  OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
    OCTET_UNROLL for (size_t v = 0; v < 2 * blocks; v++) acc[r][v] = _mm256_setzero_ps();
  }
  for (size_t l = 0; l < k; l++) {
    __m256 weights[2 * most_blocks];
    OCTET_UNROLL for (size_t b = 0; b < blocks; b++) {
      weights[2 * b] = _mm256_loadu_ps(w + (b * k + l) * columns);
      weights[2 * b + 1] = _mm256_loadu_ps(w + (b * k + l) * columns + 8);
    }
    OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
      const __m256 x = _mm256_broadcast_ss(a + r * a_stride + l);
      OCTET_UNROLL for (size_t v = 0; v < 2 * blocks; v++) {
        acc[r][v] = _mm256_fmadd_ps(x, weights[v], acc[r][v]);
      }
    }
  }
  OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
    OCTET_UNROLL for (size_t b = 0; b < blocks; b++) {
      const float *block_bias = bias + b * columns;
      store(
          c + r * c_row + b * columns, finish(acc[r][2 * b], block_bias, limits),
          finish(acc[r][2 * b + 1], block_bias + 8, limits),
          b + 1 == blocks ? last_valid : columns);
    }
  }
}

AVX2 void octet_f32_gemm_6x16__avx2(
    size_t m, size_t n, size_t k, const float *a, size_t a_stride, const float *w,
    const float *bias, float minimum, float maximum, float *c, size_t c_stride) {
  const octet_tiles tiles = octet_split_rows(m, tile_rows);
  const size_t c_row = c_stride / sizeof(float);
  const bounds limits = {_mm256_set1_ps(minimum), _mm256_set1_ps(maximum)};
  const size_t wide = m == 1 ? most_blocks : m <= 3 ? 2 : 1;
  for (size_t first = 0; first < n;) {
    const size_t blocks = (n - first + columns - 1) / columns >= wide ? wide : 1;
    const size_t valid = octet_valid_columns(n, first + (blocks - 1) * columns);
    const float *tile_w = w + first * k;
    const float *tile_bias = bias + first;
    const float *tile_a = a;
    float *tile_c = c + first;
#define TILE(rows, blocks) \
  tile(rows, blocks, k, tile_a, a_stride, tile_w, tile_bias, &limits, tile_c, c_row, valid)
    for (size_t t = 0; t < tiles.count; t++) {
      const size_t rows = tiles.rows + (t < tiles.taller);
      switch (rows * most_blocks + blocks - 1) {
        case 1 * most_blocks: TILE(1, 1); break;
        case 1 * most_blocks + 3: TILE(1, 4); break;
        case 2 * most_blocks: TILE(2, 1); break;
        case 2 * most_blocks + 1: TILE(2, 2); break;
        case 3 * most_blocks: TILE(3, 1); break;
        case 3 * most_blocks + 1: TILE(3, 2); break;
        case 4 * most_blocks: TILE(4, 1); break;
        case 5 * most_blocks: TILE(5, 1); break;
        default: TILE(6, 1); break;
      }
      tile_a += rows * a_stride;
      tile_c += rows * c_row;
    }
#undef TILE
    first += blocks * columns;
  }
}

#endif
