#ifndef OCTET_QS8_WINOGRAD_H
#define OCTET_QS8_WINOGRAD_H

#include "octet_qs8_gemm.h"

#pragma clang assume_nonnull begin

/// Exact 3x3 convolution of stride 1 by Winograd's method on the points 0, 1, -1, 2, -1/2 and
/// infinity, for tiles of four or three outputs along each axis.
///
/// All arithmetic is modulo 2^32. Transforms have integer coefficients, so an output comes out 30
/// times too large along each axis: 900 = 225 * 2^2 altogether. Multiplying by the inverse of 225
/// and shifting right by 2 gives the sum exactly, provided that it is within +-2^29. A tile of
/// three outputs leaves the point -1/2 out and uses the others' weights as they are.
///
/// Positions (i, j) with i, j < 6 are numbered 6 i + j; i or j is 4 for the point -1/2. Tiles in a
/// chunk are rows by columns, tall and wide ones (of four outputs) first; a position has only the
/// tiles that use its points, one after the other, so that each position is a matrix product.

enum { octet_winograd_positions = 36 };

/// Transforms the pixels of one tile, [6 or 5][6 or 5] of them from `image` on, for `channels`
/// channels, a multiple of 16.
///
/// - image: int16 values of -255...255, lines `line_stride` and pixels `pixel_stride` elements apart.
/// - to, to4: the tile's first element in position 0 and in position 4, that is where it comes
///   in matrices of columns other than 4, and of column 4. Position p is `position_stride` elements
///   after position 0, for both.
/// - tall, wide: whether the tile has four outputs along the axis, else three.
///
/// Results are within -24990...24990.
typedef void octet_winograd_input(
    const int16_t *image, size_t line_stride, size_t pixel_stride, size_t channels, int tall,
    int wide, int16_t *to, int16_t *to4, size_t position_stride);

/// Transforms the weights of 16 output channels: int8 `[pairs][3 * 3][16][2]` to int16
/// `[36][pairs][16][2]`, positions `position_stride` elements apart.
typedef void octet_winograd_weights(
    const int8_t *w, size_t pairs, int16_t *to, size_t position_stride);

/// C[i][j] = or += sum over l of A[i][l] * W[j][l], j < 16, for one position; `m` >= 1 rows of
/// 2 * `pairs` values, `a_stride` elements apart; w is int16 `[pairs][16][2]`, c int32 `[m][16]`.
typedef void octet_winograd_product(
    size_t m, size_t pairs, const int16_t *a, size_t a_stride, const int16_t *w, int adds,
    int32_t *c);

/// Turns the products of one tile and 16 channels into [4 or 3][4 or 3] pixels.
///
/// - from, from4: the tile's 16 sums in position 0 and in position 4, positions
///   `position_stride` elements apart.
/// - first: the block's first channel, for `output`; `valid` of 16 are written.
/// - to: the first channel of the tile's first pixel; lines and pixels of the result are
///   `line_stride` and `pixel_stride` bytes apart.
typedef void octet_winograd_output(
    const int32_t *from, const int32_t *from4, size_t position_stride, int tall, int wide,
    const octet_qs8_output *output, size_t first, size_t valid, int8_t *to, size_t line_stride,
    size_t pixel_stride);

#if defined(__x86_64__)
octet_winograd_input octet_qs8_winograd_input__avx2;
octet_winograd_weights octet_qs8_winograd_weights__avx2;
octet_winograd_product octet_qs8_winograd_product_6x16__avx2;
octet_winograd_output octet_qs8_winograd_output__avx2;

octet_winograd_input octet_qs8_winograd_input__avx512;
octet_winograd_weights octet_qs8_winograd_weights__avx512;
octet_winograd_product octet_qs8_winograd_product_12x16__avx512;
octet_winograd_output octet_qs8_winograd_output__avx512;
#endif

#pragma clang assume_nonnull end

#endif
