#include "qs16_finish.h"

enum { columns = octet_block_columns };

void octet_qs16_gemm_1x16__portable(
    size_t m, size_t n, const octet_rows *a, const int16_t *w, const octet_qs16_output *output,
    int16_t *c, size_t c_stride) {
  const size_t block = a->runs * a->run_groups * 2 * columns;
  for (size_t first = 0; first < n; first += columns, w += block) {
    const size_t valid = octet_valid_columns(n, first);
    for (size_t row = 0; row < m; row++) {
      int64_t sums[columns] = {0};
      const int16_t *weights = w;
      for (size_t q = 0; q < a->runs; q++) {
        const int16_t *run = (const int16_t *)a->base + a->row_offsets[row] + a->run_offsets[q];
        for (size_t begin = 0; begin < a->run_groups; begin += octet_qs16_most_pairs) {
          const size_t left = a->run_groups - begin;
          const size_t pairs = left < octet_qs16_most_pairs ? left : octet_qs16_most_pairs;
          int32_t products[columns] = {0};
          for (size_t p = begin; p < begin + pairs; p++, weights += 2 * columns) {
            const int32_t a0 = run[2 * p], a1 = run[2 * p + 1];
            for (size_t j = 0; j < columns; j++) {
              products[j] += a0 * weights[2 * j] + a1 * weights[2 * j + 1];
            }
          }
          for (size_t j = 0; j < columns; j++) sums[j] += products[j];
        }
      }
      for (size_t j = 0; j < valid; j++) {
        c[row * c_stride + first + j] = octet_qs16_finish(sums[j], output, first + j);
      }
    }
  }
}
