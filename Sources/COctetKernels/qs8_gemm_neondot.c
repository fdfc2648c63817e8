#include "octet_qs8_gemm.h"

#if defined(__aarch64__)

#include "qs8_output_neon.h"

#define DOT __attribute__((target("dotprod")))

enum { group = 4, groups_at_once = 4 };

/// Defines the step of an outer product per group of four values: the weights of 16 channels meet group
/// `lane` of each row.
#define OCTET_GROUP(name, lane) \
  OCTET_INLINE DOT void name( \
      const size_t rows, const int8_t *w, const int8x16_t *x, int32x4_t (*acc)[vectors]) { \
    OCTET_UNROLL for (size_t v = 0; v < vectors; v++) { \
      const int8x16_t weights = vld1q_s8(w + 16 * v); \
      OCTET_UNROLL for (size_t r = 0; r < rows; r++) { \
        acc[r][v] = vdotq_laneq_s32(acc[r][v], weights, x[r], lane); \
      } \
    } \
  }

OCTET_GROUP(add_group_0, 0)
OCTET_GROUP(add_group_1, 1)
OCTET_GROUP(add_group_2, 2)
OCTET_GROUP(add_group_3, 3)

/// Rows are read four groups at a time.
OCTET_INLINE DOT void accumulate(
    const size_t rows, const octet_rows *a, size_t first_row, const int8_t *w,
    const int32_t *bias, int32_t (*sums)[columns]) {
  enum { step = group * columns };
  int32x4_t acc[tile_rows][vectors];
  OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
    OCTET_UNROLL for (size_t v = 0; v < vectors; v++) acc[r][v] = vld1q_s32(bias + 4 * v);
  }
  for (size_t q = 0; q < a->runs; q++) {
    const int8_t *run[tile_rows];
    OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
      run[r] = (const int8_t *)a->base + a->row_offsets[first_row + r] + a->run_offsets[q];
    }
    int8x16_t x[tile_rows];
    for (size_t p = a->run_groups / groups_at_once; p > 0; p--, w += groups_at_once * step) {
      OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
        x[r] = vld1q_s8(run[r]);
        run[r] += groups_at_once * group;
      }
      add_group_0(rows, w, x, acc);
      add_group_1(rows, w + step, x, acc);
      add_group_2(rows, w + 2 * step, x, acc);
      add_group_3(rows, w + 3 * step, x, acc);
    }
    for (size_t p = a->run_groups % groups_at_once; p > 0; p--, w += step) {
      OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
        int32_t values;
        __builtin_memcpy(&values, run[r], sizeof values);
        x[r] = vreinterpretq_s8_s32(vdupq_n_s32(values));
        run[r] += group;
      }
      add_group_0(rows, w, x, acc);
    }
  }
  OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
    OCTET_UNROLL for (size_t v = 0; v < vectors; v++) vst1q_s32(sums[r] + 4 * v, acc[r][v]);
  }
}

#define ACCUMULATE(rows) \
  case rows: accumulate(rows, a, row, w, bias, sums); break;

DOT void octet_qs8_gemm_5x16__neondot(
    size_t m, size_t n, const octet_rows *a, const void *packed, const octet_qs8_output *output,
    void *c, size_t c_stride) {
  const int8_t *w = packed;
  const octet_tiles tiles = octet_split_rows(m, tile_rows);
  for (size_t first = 0; first < n; first += columns) {
    const size_t valid = octet_valid_columns(n, first);
    const int32_t *bias = output->bias + first;
    size_t row = 0;
    for (size_t t = 0; t < tiles.count; t++) {
      const size_t rows = tiles.rows + (t < tiles.taller);
      int32_t sums[tile_rows][columns];
      switch (rows) {
        ACCUMULATE(1)
        ACCUMULATE(2)
        ACCUMULATE(3)
        ACCUMULATE(4)
        ACCUMULATE(5)
      }
      finish(
          rows, sums, output, first, valid,
          octet_result(c, c_stride, row, first, output->keeps_sums), c_stride);
      row += rows;
    }
    w += a->runs * a->run_groups * group * columns;
  }
}

#endif
