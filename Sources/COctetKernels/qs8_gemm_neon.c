#include "octet_qs8_gemm.h"

#if defined(__ARM_NEON)

#include "qs8_output_neon.h"

/// Defines the step of an outer product per pair of values: the weights of eight channels at a time are
/// taken apart into those of even and of odd values, and meet lanes `even` and `odd` of each row.
#define OCTET_PAIR(name, even, odd) \
  OCTET_INLINE void name( \
      const size_t rows, const int16_t *w, const int16x4_t *x, int32x4_t (*acc)[vectors]) { \
    OCTET_UNROLL for (size_t v = 0; v < vectors; v += 2) { \
      const int16x8x2_t weights = vld2q_s16(w + 8 * v); \
      OCTET_UNROLL for (size_t r = 0; r < rows; r++) { \
        acc[r][v] = vmlal_lane_s16(acc[r][v], vget_low_s16(weights.val[0]), x[r], even); \
        acc[r][v + 1] = \
            vmlal_lane_s16(acc[r][v + 1], vget_high_s16(weights.val[0]), x[r], even); \
      } \
      OCTET_UNROLL for (size_t r = 0; r < rows; r++) { \
        acc[r][v] = vmlal_lane_s16(acc[r][v], vget_low_s16(weights.val[1]), x[r], odd); \
        acc[r][v + 1] = vmlal_lane_s16(acc[r][v + 1], vget_high_s16(weights.val[1]), x[r], odd); \
      } \
    } \
  }

OCTET_PAIR(add_first_pair, 0, 1)
OCTET_PAIR(add_second_pair, 2, 3)

/// Rows are read two pairs at a time.
OCTET_INLINE void accumulate(
    const size_t rows, const octet_rows *a, size_t first_row, const int16_t *w,
    const int32_t *bias, int32_t (*sums)[columns]) {
  enum { pair = 2 * octet_block_columns };
  int32x4_t acc[tile_rows][vectors];
  OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
    OCTET_UNROLL for (size_t v = 0; v < vectors; v++) acc[r][v] = vld1q_s32(bias + 4 * v);
  }
  for (size_t q = 0; q < a->runs; q++) {
    const int16_t *run[tile_rows];
    OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
      run[r] = (const int16_t *)a->base + a->row_offsets[first_row + r] + a->run_offsets[q];
    }
    int16x4_t x[tile_rows];
    for (size_t p = a->run_groups / 2; p > 0; p--, w += 2 * pair) {
      OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
        x[r] = vld1_s16(run[r]);
        run[r] += 4;
      }
      add_first_pair(rows, w, x, acc);
      add_second_pair(rows, w + pair, x, acc);
    }
    if (a->run_groups % 2 != 0) {
      OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
        int32_t last;
        __builtin_memcpy(&last, run[r], sizeof last);
        x[r] = vreinterpret_s16_s32(vdup_n_s32(last));
      }
      add_first_pair(rows, w, x, acc);
      w += pair;
    }
  }
  OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
    OCTET_UNROLL for (size_t v = 0; v < vectors; v++) vst1q_s32(sums[r] + 4 * v, acc[r][v]);
  }
}

#define ACCUMULATE(rows) \
  case rows: accumulate(rows, a, row, w, bias, sums); break;

#if defined(__aarch64__)
#define KERNEL octet_qs8_gemm_5x16__neon
#else
#define KERNEL octet_qs8_gemm_4x8__neon
#endif

void KERNEL(
    size_t m, size_t n, const octet_rows *a, const void *packed, const octet_qs8_output *output,
    void *c, size_t c_stride) {
  const size_t block = a->runs * a->run_groups * 2 * octet_block_columns;
  const octet_tiles tiles = octet_split_rows(m, tile_rows);
  for (size_t first = 0; first < n; first += columns) {
    const size_t valid = n - first < columns ? n - first : columns;
    const int16_t *w = (const int16_t *)packed + first / octet_block_columns * block +
        2 * (first % octet_block_columns);
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
#if defined(__aarch64__)
        ACCUMULATE(5)
#endif
      }
      finish(
          rows, sums, output, first, valid,
          octet_result(c, c_stride, row, first, output->keeps_sums), c_stride);
      row += rows;
    }
  }
}

#endif
