/// The loops over a tile's positions, for any vectors. A file that includes it has defined the transforms
/// transform_input_4, transform_input_3, transform_output_4 and transform_output_3, and
/// - OCTET_TARGET: attributes of every function;
/// - OCTET_VALUE, OCTET_VALUES: an element of the input and a vector of them;
/// - OCTET_LOAD_VALUES(from, left), OCTET_STORE_VALUES(to, values, left): of at most `left` channels;
/// - OCTET_SUM, OCTET_SUMS, OCTET_LOAD_SUMS(from): the same for products.
#ifndef OCTET_WINOGRAD_TILES_H
#define OCTET_WINOGRAD_TILES_H

#include <stddef.h>

#include "tiles.h"

/// Calls `tile` with whether the tile is tall and wide as constants, then the other arguments.
#define OCTET_FOR_TILE(tile, ...) \
  if (tall) { \
    if (wide) { \
      tile(1, 1, __VA_ARGS__); \
    } else { \
      tile(1, 0, __VA_ARGS__); \
    } \
  } else if (wide) { \
    tile(0, 1, __VA_ARGS__); \
  } else { \
    tile(0, 0, __VA_ARGS__); \
  }

/// See `octet_winograd.h`.
OCTET_INLINE OCTET_TARGET void input_tile(
    const int tall, const int wide, const OCTET_VALUE *image, size_t line_stride,
    size_t pixel_stride, size_t channels, OCTET_VALUE *to, OCTET_VALUE *to4,
    size_t position_stride) {
  const size_t height = tall ? 6 : 5, width = wide ? 6 : 5;
  for (size_t c = 0; c < channels; c += sizeof(OCTET_VALUES) / sizeof(OCTET_VALUE)) {
    OCTET_VALUES tile[points][points];
    OCTET_UNROLL for (size_t x = 0; x < width; x++) {
      OCTET_VALUES line[points];
      OCTET_UNROLL for (size_t y = 0; y < height; y++) {
        line[y] = OCTET_LOAD_VALUES(image + y * line_stride + x * pixel_stride + c, channels - c);
      }
      if (tall) {
        transform_input_4(line);
      } else {
        transform_input_3(line);
      }
      OCTET_UNROLL for (size_t i = 0; i < points; i++) {
        if (tall || i != half_point) tile[i][x] = line[i];
      }
    }
    OCTET_UNROLL for (size_t i = 0; i < points; i++) {
      if (!tall && i == half_point) continue;
      if (wide) {
        transform_input_4(tile[i]);
      } else {
        transform_input_3(tile[i]);
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
    const int tall, const int wide, const OCTET_SUM *from, const OCTET_SUM *from4,
    size_t position_stride, OCTET_SUMS (*lines)[points]) {
  OCTET_UNROLL for (size_t j = 0; j < points; j++) {
    if (!wide && j == half_point) continue;
    const OCTET_SUM *base = j == half_point ? from4 - half_point * position_stride : from;
    OCTET_SUMS column[points], line[4];
    OCTET_UNROLL for (size_t i = 0; i < points; i++) {
      if (!tall && i == half_point) continue;
      column[i] = OCTET_LOAD_SUMS(base + (points * i + j) * position_stride);
    }
    if (tall) {
      transform_output_4(column, line);
    } else {
      transform_output_3(column, line);
    }
    OCTET_UNROLL for (size_t y = 0; y < (tall ? 4 : 3); y++) lines[y][j] = line[y];
  }
}

/// The pixels of one line.
OCTET_INLINE OCTET_TARGET void output_line(
    const int wide, const OCTET_SUMS *line, OCTET_SUMS *pixels) {
  if (wide) {
    transform_output_4(line, pixels);
  } else {
    transform_output_3(line, pixels);
  }
}

#endif
