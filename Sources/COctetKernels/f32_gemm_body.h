/// Products and depthwise windows; `f32_vectors.h` says what to define. OCTET_ROWS is the number of rows
/// of a tile and OCTET_ACCUMULATORS what the registers hold: few rows take several blocks at once.
/// OCTET_STEP is the least number of vectors that channels are taken in.
/// OCTET_FEW_CHANNELS may name a product for vectors of half the length.
#include "f32_vectors.h"

enum { most_rows = 6, most_vectors = 8 };

/// Channels of a tile, however few rows it has.
enum { most_channels = vectors == 1 ? 4 * columns : most_vectors / vectors * columns };

/// `rows` rows times `count` vectors of channels, an outer product per value.
INLINE void gemm_tile(
    const size_t rows, const size_t count, const octet_rows *a, size_t first_row,
    const float *w, size_t block_size, const float *bias, const finishing *f, float *c,
    size_t c_stride, size_t valid) {
  floats acc[most_rows][most_vectors];
  OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
    OCTET_UNROLL for (size_t v = 0; v < count; v++) acc[r][v] = all(0);
  }
  for (size_t q = 0; q < a->runs; q++) {
    const float *run[most_rows];
    OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
      run[r] = (const float *)a->base + a->row_offsets[first_row + r] + a->run_offsets[q];
    }
    for (size_t p = 0; p < a->run_groups; p++, w += columns) {
      floats weights[most_vectors];
      OCTET_UNROLL for (size_t v = 0; v < count; v++) {
        weights[v] = load(w + v / vectors * block_size + v % vectors * lanes);
      }
      OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
        const floats x = all(run[r][p]);
        OCTET_UNROLL for (size_t v = 0; v < count; v++) acc[r][v] += x * weights[v];
      }
    }
  }
  OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
    OCTET_UNROLL for (size_t v = 0; v < count; v++) {
      store(c + r * c_stride, v, finish(acc[r][v], load(bias + v * lanes), f), valid);
    }
  }
}

#define TILE(rows, count) \
  case 16 * rows + count: \
    if (rows <= OCTET_ROWS && rows * count <= OCTET_ACCUMULATORS && count % OCTET_STEP == 0) { \
      gemm_tile( \
          rows, count, a, row, w + first / columns * block_size, block_size, \
          output->bias + first, &f, to, c_stride, valid); \
    } \
    break;
#define TILES(rows) \
  TILE(rows, 1) \
  TILE(rows, 2) \
  TILE(rows, 3) \
  TILE(rows, 4) \
  TILE(rows, 5) \
  TILE(rows, 6) \
  TILE(rows, 7) \
  TILE(rows, 8)

OCTET_TARGET void OCTET_NAME(gemm)(
    size_t m, size_t n, const octet_rows *a, const float *w, const octet_f32_output *output,
    float *c, size_t c_stride) {
  const octet_tiles tiles = octet_split_rows(m, OCTET_ROWS);
  const size_t tallest = tiles.rows + (tiles.taller > 0);
  // Whole blocks, as many as the registers hold, until there are too few channels left.
  const size_t fitting = OCTET_ACCUMULATORS / tallest / vectors * columns;
  const size_t together = fitting > most_channels ? most_channels : fitting;
  const size_t block_size = a->runs * a->run_groups * columns;
  const finishing f = make_finishing(output);
  for (size_t first = 0; first < n;) {
    size_t valid = n - first < together ? n - first : together;
#ifdef OCTET_FEW_CHANNELS
    const size_t rest = valid % columns;
    if (valid > columns && rest > 0 && rest <= lanes / 2) valid -= rest;
#endif
    const size_t count = (valid + OCTET_STEP * lanes - 1) / (OCTET_STEP * lanes) * OCTET_STEP;
    float *to = c + first;
    size_t row = 0;
#ifdef OCTET_FEW_CHANNELS
    if (valid <= lanes / 2) {
      const octet_f32_output last = {
          output->bias + first, output->minimum, output->maximum, output->slope};
      OCTET_FEW_CHANNELS(m, valid, a, w + first / columns * block_size, &last, to, c_stride);
      return;
    }
#endif
    for (size_t t = 0; t < tiles.count; t++) {
      const size_t rows = tiles.rows + (t < tiles.taller);
      switch (16 * rows + count) {
        TILES(1)
        TILES(2)
        TILES(3)
        TILES(4)
        TILES(5)
        TILES(6)
      }
      row += rows;
      to += rows * c_stride;
    }
    first += valid;
  }
}

/// `rows` windows of 16 channels.
INLINE void depthwise_tile(
    const size_t rows, const octet_rows *a, size_t first_row, size_t channel, const float *w,
    size_t tap_size, const float *bias, const finishing *f, float *c, size_t c_stride,
    size_t valid) {
  floats acc[4][vectors];
  const float *window[4];
  OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
    window[r] = (const float *)a->base + a->row_offsets[first_row + r] + channel;
    OCTET_UNROLL for (size_t v = 0; v < vectors; v++) acc[r][v] = all(0);
  }
  for (size_t t = 0; t < a->runs; t++, w += tap_size) {
    OCTET_UNROLL for (size_t v = 0; v < vectors; v++) {
      const floats weights = load(w + v * lanes);
      OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
        acc[r][v] += load(window[r] + a->run_offsets[t] + v * lanes) * weights;
      }
    }
  }
  OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
    OCTET_UNROLL for (size_t v = 0; v < vectors; v++) {
      store(c + r * c_stride, v, finish(acc[r][v], load(bias + v * lanes), f), valid);
    }
  }
}

OCTET_TARGET void OCTET_NAME(depthwise)(
    size_t m, size_t n, const octet_rows *a, const float *w, const octet_f32_output *output,
    float *c, size_t c_stride) {
  const finishing f = make_finishing(output);
  const size_t tap_size = (n + columns - 1) / columns * columns;
  for (size_t first = 0; first < n; first += columns) {
    const size_t valid = octet_valid_columns(n, first);
    const float *bias = output->bias + first;
    float *to = c + first;
    size_t row = 0;
    for (; row + 4 <= m; row += 4, to += 4 * c_stride) {
      depthwise_tile(4, a, row, first, w + first, tap_size, bias, &f, to, c_stride, valid);
    }
    for (; row < m; row++, to += c_stride) {
      depthwise_tile(1, a, row, first, w + first, tap_size, bias, &f, to, c_stride, valid);
    }
  }
}
