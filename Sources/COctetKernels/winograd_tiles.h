/// The loops over a tile's positions, for any vectors. A file that includes it has defined the transforms
/// transform_input_6 and transform_input_5, by the number of points, and transform_output(outputs, sums,
/// pixels), and
/// - OCTET_TARGET: attributes of every function;
/// - OCTET_VALUE, OCTET_VALUES: an element of the input and a vector of them;
/// - OCTET_LOAD_VALUES(from, left), OCTET_STORE_VALUES(to, values, left): of at most `left` channels;
/// - OCTET_SUM, OCTET_SUMS, OCTET_LOAD_SUMS(from): the same for products.
#ifndef OCTET_WINOGRAD_TILES_H
#define OCTET_WINOGRAD_TILES_H

#include <stddef.h>

#include "tiles.h"

/// Calls `tile` with its outputs along each axis as constants, `most` or one fewer, then the other
/// arguments.
#define OCTET_FOR_TILE(most, tile, ...) \
  if (tall) { \
    if (wide) { \
      tile(most, most, __VA_ARGS__); \
    } else { \
      tile(most, most - 1, __VA_ARGS__); \
    } \
  } else if (wide) { \
    tile(most - 1, most, __VA_ARGS__); \
  } else { \
    tile(most - 1, most - 1, __VA_ARGS__); \
  }

/// Whether tiles of so many outputs use all points: those of four, and with 5x5 kernels those of two.
/// Those of one fewer leave the point -1/2 out.
OCTET_INLINE int uses_all_points(const size_t outputs) { return outputs % 2 == 0; }

/// See `octet_winograd.h`.
OCTET_INLINE OCTET_TARGET void input_tile(
    const size_t height, const size_t width, const OCTET_VALUE *image, size_t line_stride,
    size_t pixel_stride, size_t channels, OCTET_VALUE *to, OCTET_VALUE *to4,
    size_t position_stride) {
  const int tall = uses_all_points(height), wide = uses_all_points(width);
  for (size_t c = 0; c < channels; c += sizeof(OCTET_VALUES) / sizeof(OCTET_VALUE)) {
    OCTET_VALUES tile[points][points];
    OCTET_UNROLL for (size_t x = 0; x < (wide ? 6 : 5); x++) {
      OCTET_VALUES line[points];
      OCTET_UNROLL for (size_t y = 0; y < (tall ? 6 : 5); y++) {
        line[y] = OCTET_LOAD_VALUES(image + y * line_stride + x * pixel_stride + c, channels - c);
      }
      if (tall) {
        transform_input_6(line);
      } else {
        transform_input_5(line);
      }
      OCTET_UNROLL for (size_t i = 0; i < points; i++) {
        if (tall || i != half_point) tile[i][x] = line[i];
      }
    }
    OCTET_UNROLL for (size_t i = 0; i < points; i++) {
      if (!tall && i == half_point) continue;
      if (wide) {
        transform_input_6(tile[i]);
      } else {
        transform_input_5(tile[i]);
      }
      OCTET_UNROLL for (size_t j = 0; j < points; j++) {
        if (!wide && j == half_point) continue;
        OCTET_VALUE *base = j == half_point ? to4 - half_point * position_stride : to;
        OCTET_STORE_VALUES(
            base + (points * i + j) * position_stride + c, tile[i][j], channels - c);
      }
    }
  }
}

/// The sums of a tile's lines before they are transformed along their width.
OCTET_INLINE OCTET_TARGET void output_lines(
    const size_t height, const size_t width, const OCTET_SUM *from, const OCTET_SUM *from4,
    size_t position_stride, OCTET_SUMS (*lines)[points]) {
  const int tall = uses_all_points(height), wide = uses_all_points(width);
  OCTET_UNROLL for (size_t j = 0; j < points; j++) {
    if (!wide && j == half_point) continue;
    const OCTET_SUM *base = j == half_point ? from4 - half_point * position_stride : from;
    OCTET_SUMS column[points], line[4];
    OCTET_UNROLL for (size_t i = 0; i < points; i++) {
      if (!tall && i == half_point) continue;
      column[i] = OCTET_LOAD_SUMS(base + (points * i + j) * position_stride);
    }
    transform_output(height, column, line);
    OCTET_UNROLL for (size_t y = 0; y < height; y++) lines[y][j] = line[y];
  }
}

#endif
