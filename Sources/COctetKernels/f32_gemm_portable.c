#include "octet_f32_gemm.h"
#include "tiles.h"

enum { tile_rows = 4, columns = octet_block_columns };

/// Sums of `rows` rows and one block of channels, without the bias.
OCTET_INLINE void accumulate(
    const size_t rows, size_t k, const float *a, size_t a_stride, const float *w,
    float (*sums)[columns]) {
  float acc[tile_rows][columns] = {{0}};
  for (size_t l = 0; l < k; l++, w += columns) {
    OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
      const float x = a[r * a_stride + l];
      OCTET_UNROLL for (size_t j = 0; j < columns; j++) acc[r][j] += x * w[j];
    }
  }
  OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
    OCTET_UNROLL for (size_t j = 0; j < columns; j++) sums[r][j] = acc[r][j];
  }
}

/// Keeps NaN: each comparison with it is false.
OCTET_INLINE float clamp(float x, float minimum, float maximum) {
  x = x < minimum ? minimum : x;
  return x > maximum ? maximum : x;
}

void octet_f32_gemm_4x16__portable(
    size_t m, size_t n, size_t k, const float *a, size_t a_stride, const float *w,
    const float *bias, float minimum, float maximum, float *c, size_t c_stride) {
  const octet_tiles tiles = octet_split_rows(m, tile_rows);
  const size_t c_row = c_stride / sizeof(float);
  for (size_t first = 0; first < n; first += columns, w += k * columns) {
    const size_t valid = octet_valid_columns(n, first);
    const float *tile_a = a;
    float *tile_c = c + first;
    for (size_t t = 0; t < tiles.count; t++) {
      const size_t rows = tiles.rows + (t < tiles.taller);
      float sums[tile_rows][columns];
      switch (rows) {
        case 1: accumulate(1, k, tile_a, a_stride, w, sums); break;
        case 2: accumulate(2, k, tile_a, a_stride, w, sums); break;
        case 3: accumulate(3, k, tile_a, a_stride, w, sums); break;
        default: accumulate(4, k, tile_a, a_stride, w, sums); break;
      }
      for (size_t r = 0; r < rows; r++) {
        for (size_t j = 0; j < valid; j++) {
          tile_c[r * c_row + j] = clamp(sums[r][j] + bias[first + j], minimum, maximum);
        }
      }
      tile_a += rows * a_stride;
      tile_c += rows * c_row;
    }
  }
}
