/// Winograd's method for real numbers; `f32_vectors.h` says what to define.
#include "f32_vectors.h"
#include "octet_winograd.h"

enum { points = 6, half_point = 4, most_rows = 12 };

/// Rows (2 3 -4 -3 2 0) (0 -2 -5 -1 2 0) (0 2 1 -5 2 0) (0 -1 -2 1 2 0) (0 2 -1 -2 1 0)
/// (0 2 3 -4 -3 2) on six neighbouring pixels.
INLINE void transform_input_6(floats *d) {
  const floats t = d[1] - d[3], u = d[4] - d[2];
  const floats sum = u + t, difference = u - t;
  const floats a = d[0] - d[2] + sum, b = d[2] + d[3], c = d[2] - d[3];
  const floats e = d[5] - d[3] - difference;
  d[0] = a * 2 + t;
  d[1] = difference * 2 - b * 3;
  d[2] = sum * 2 + c * 3;
  d[3] = u + difference;
  d[4] = sum + t;
  d[5] = e * 2 - u;
}

/// Rows (2 -1 -2 1 0) (0 -6 -3 3 0) (0 -2 3 -1 0) (0 -5 0 5 0) (0 4 -2 -4 2) on five, the point -1/2 left
/// out.
INLINE void transform_input_5(floats *d) {
  const floats t = d[1] - d[3], a = d[0] - d[2], u = d[4] - d[2];
  const floats b = d[3] - d[2] - d[1] * 2, c = d[2] - d[1], e = t * 2 + u;
  const floats x2 = d[2] - d[3] + c * 2;
  d[0] = a * 2 - t;
  d[1] = b * 3;
  d[2] = x2;
  d[3] = t * -5;
  d[5] = e * 2;
}

/// Rows (15 0 0) (-5 -5 -5) (5 -5 5) (1 2 4) (-4 2 -1) (0 0 15).
INLINE void transform_weights_3(const floats *g, floats *to) {
  const floats outer = g[0] + g[2], middle = g[1] * 2;
  to[0] = g[0] * 15;
  to[1] = (outer + g[1]) * -5;
  to[2] = (outer - g[1]) * 5;
  to[3] = g[0] + middle + g[2] * 4;
  to[4] = middle - g[0] * 4 - g[2];
  to[5] = g[2] * 15;
}

/// Rows (15 0 0 0 0) (-5 -5 -5 -5 -5) (5 -5 5 -5 5) (1 2 4 8 16) (-4 2 -1 1/2 -1/4) (0 0 0 0 15).
INLINE void transform_weights_5(const floats *g, floats *to) {
  const floats even = g[0] + g[2] + g[4], odd = g[1] + g[3];
  to[0] = g[0] * 15;
  to[1] = (even + odd) * -5;
  to[2] = (even - odd) * 5;
  to[3] = g[0] + g[1] * 2 + g[2] * 4 + g[3] * 8 + g[4] * 16;
  to[4] = g[1] * 2 - g[0] * 4 - g[2] + g[3] * 0.5f - g[4] * 0.25f;
  to[5] = g[4] * 15;
}

/// Rows (1 1 1 1 8 0) (0 1 -1 2 -4 0) (0 1 1 4 2 0) (0 1 -1 8 -1 1).
INLINE void transform_output_4(const floats *m, floats *to) {
  const floats sum = m[1] + m[2], difference = m[1] - m[2];
  to[0] = m[0] + sum + m[3] + m[4] * 8;
  to[1] = difference + m[3] * 2 - m[4] * 4;
  to[2] = sum + m[3] * 4 + m[4] * 2;
  to[3] = difference + m[3] * 8 - m[4] + m[5];
}

/// Rows (1 1 1 1 0) (0 1 -1 2 0) (0 1 1 4 1), the point -1/2 left out.
INLINE void transform_output_3(const floats *m, floats *to) {
  const floats sum = m[1] + m[2], difference = m[1] - m[2];
  to[0] = m[0] + sum + m[3];
  to[1] = difference + m[3] * 2;
  to[2] = sum + m[3] * 4 + m[5];
}

/// Rows (1 1 1 1 8 0) (0 1 -1 2 -4 1), for a 5x5 kernel.
INLINE void transform_output_2(const floats *m, floats *to) {
  to[0] = m[0] + m[1] + m[2] + m[3] + m[4] * 8;
  to[1] = m[1] - m[2] + m[3] * 2 - m[4] * 4 + m[5];
}

INLINE void transform_output(const size_t outputs, const floats *m, floats *to) {
  switch (outputs) {
    case 4: transform_output_4(m, to); break;
    case 3: transform_output_3(m, to); break;
    case 2: transform_output_2(m, to); break;
    // The row (1 1 1 1 1), for a 5x5 kernel with the point -1/2 left out.
    default: to[0] = m[0] + m[1] + m[2] + m[3] + m[5]; break;
  }
}

#define OCTET_VALUE float
#define OCTET_VALUES floats
#define OCTET_LOAD_VALUES(from, left) load(from)
#define OCTET_STORE_VALUES(to, values, left) store(to, 0, values, lanes)
#define OCTET_SUM float
#define OCTET_SUMS floats
#define OCTET_LOAD_SUMS(from) load(from)

#include "winograd_tiles.h"

OCTET_TARGET void OCTET_NAME(input)(
    const float *image, size_t line_stride, size_t pixel_stride, size_t channels, int tall,
    int wide, float *to, float *to4, size_t position_stride) {
  OCTET_FOR_TILE(
      4, input_tile, image, line_stride, pixel_stride, channels, to, to4, position_stride)
}

INLINE void transform_weights(const size_t kernel, const floats *g, floats *to) {
  if (kernel == 3) {
    transform_weights_3(g, to);
  } else {
    transform_weights_5(g, to);
  }
}

INLINE void weights_of(
    const size_t kernel, const float *w, size_t depth, float *to, size_t position_stride) {
  for (size_t l = 0; l < depth; l++, w += kernel * kernel * columns) {
    for (size_t c = 0; c < columns; c += lanes) {
      floats lines[points][5];
      OCTET_UNROLL for (size_t x = 0; x < kernel; x++) {
        floats g[5], line[points];
        OCTET_UNROLL for (size_t y = 0; y < kernel; y++) {
          g[y] = load(w + (kernel * y + x) * columns + c);
        }
        transform_weights(kernel, g, line);
        OCTET_UNROLL for (size_t i = 0; i < points; i++) lines[i][x] = line[i];
      }
      OCTET_UNROLL for (size_t i = 0; i < points; i++) {
        floats u[points];
        transform_weights(kernel, lines[i], u);
        OCTET_UNROLL for (size_t j = 0; j < points; j++) {
          store(
              to + (points * i + j) * position_stride + l * columns + c, 0,
              u[j] * (1.0f / 900), lanes);
        }
      }
    }
  }
}

OCTET_TARGET void OCTET_NAME(weights)(
    size_t kernel, const float *w, size_t depth, float *to, size_t position_stride) {
  if (kernel == 3) {
    weights_of(3, w, depth, to, position_stride);
  } else {
    weights_of(5, w, depth, to, position_stride);
  }
}

/// Sums of a slice of the depth are made apart and then added, which keeps rounding errors small.
INLINE void product_tile(
    const size_t rows, size_t depth, const float *a, size_t a_stride, const float *w, int adds,
    float *c) {
  floats acc[most_rows][vectors];
  OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
    OCTET_UNROLL for (size_t v = 0; v < vectors; v++) acc[r][v] = all(0);
  }
  for (size_t l = 0; l < depth; l++, w += columns) {
    floats weights[vectors];
    OCTET_UNROLL for (size_t v = 0; v < vectors; v++) weights[v] = load(w + v * lanes);
    OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
      const floats x = all(a[r * a_stride + l]);
      OCTET_UNROLL for (size_t v = 0; v < vectors; v++) acc[r][v] += x * weights[v];
    }
  }
  OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
    OCTET_UNROLL for (size_t v = 0; v < vectors; v++) {
      float *to = c + r * columns + v * lanes;
      store(to, 0, adds ? load(to) + acc[r][v] : acc[r][v], lanes);
    }
  }
}

#define PRODUCT(rows) \
  case rows: \
    if (rows <= OCTET_ROWS) product_tile(rows, depth, a, a_stride, w, adds, c); \
    break;

OCTET_TARGET void OCTET_NAME(product)(
    size_t m, size_t depth, const float *a, size_t a_stride, const float *w, int adds, float *c) {
  const octet_tiles tiles = octet_split_rows(m, OCTET_ROWS);
  for (size_t t = 0; t < tiles.count; t++) {
    const size_t rows = tiles.rows + (t < tiles.taller);
    switch (rows) {
      PRODUCT(1)
      PRODUCT(2)
      PRODUCT(3)
      PRODUCT(4)
      PRODUCT(5)
      PRODUCT(6)
      PRODUCT(7)
      PRODUCT(8)
      PRODUCT(9)
      PRODUCT(10)
      PRODUCT(11)
      PRODUCT(12)
    }
    a += rows * a_stride;
    c += rows * columns;
  }
}

INLINE void output_tile(
    const size_t height, const size_t width, const float *from, const float *from4,
    size_t position_stride, const octet_f32_output *output, size_t first, size_t valid, float *to,
    size_t line_stride, size_t pixel_stride) {
  const finishing f = make_finishing(output);
  for (size_t v = 0; v < vectors; v++) {
    const floats bias = load(output->bias + first + v * lanes);
    floats lines[4][points];
    output_lines(height, width, from + v * lanes, from4 + v * lanes, position_stride, lines);
    OCTET_UNROLL for (size_t y = 0; y < height; y++) {
      floats line[4];
      transform_output(width, lines[y], line);
      OCTET_UNROLL for (size_t x = 0; x < width; x++) {
        store(to + y * line_stride + x * pixel_stride, v, finish(line[x], bias, &f), valid);
      }
    }
  }
}

OCTET_TARGET void OCTET_NAME(output)(
    size_t kernel, const float *from, const float *from4, size_t position_stride, int tall,
    int wide, const octet_f32_output *output, size_t first, size_t valid, float *to,
    size_t line_stride, size_t pixel_stride) {
  if (kernel == 3) {
    OCTET_FOR_TILE(
        4, output_tile, from, from4, position_stride, output, first, valid, to, line_stride,
        pixel_stride)
  } else {
    OCTET_FOR_TILE(
        2, output_tile, from, from4, position_stride, output, first, valid, to, line_stride,
        pixel_stride)
  }
}
