#ifndef OCTET_WINOGRAD_H
#define OCTET_WINOGRAD_H

#include "octet_f32_gemm.h"
#include "octet_qs8_gemm.h"

#pragma clang assume_nonnull begin

/// 3x3 convolution of stride 1 by Winograd's method on the points 0, 1, -1, 2, -1/2 and infinity,
/// for tiles of four or three outputs along each axis; float 5x5 convolution also, for tiles of two or one.
///
/// Transforms have integer coefficients, so an output comes out 30 times too large along each
/// axis: 900 = 225 * 2^2 altogether. A tile of one output fewer leaves the point -1/2 out and uses
/// the others' weights as they are.
///
/// Of int8 values the result is exact. All arithmetic is modulo 2^32; multiplying by the inverse of
/// 225 and shifting right by 2 gives the sum, provided that it is within +-2^29. With real numbers
/// the transformed weights are divided by 900. The points are those that Barabasz et
/// al., "Error analysis and improving the accuracy of Winograd convolution" (2018), found to lose least.
///
/// Positions (i, j) with i, j < 6 are numbered 6 i + j; i or j is 4 for the point -1/2. Tiles in a
/// chunk are rows by columns, tall and wide ones (of four or two outputs) first; a position has only the
/// tiles that use its points, one after the other, so that each position is a matrix product.
///
/// Parameters have the same meaning in both types:
/// - input: transforms the pixels of one tile, [6 or 5][6 or 5] of them from `image` on, lines
///   `line_stride` and pixels `pixel_stride` elements apart, for `channels` channels, a multiple of 16. `to` and
///   `to4` are the tile's first element in position 0 and in position 4, that is where it comes in
///   matrices of columns other than 4, and of column 4; position p is `position_stride` elements after
///   position 0, for both. `tall` and `wide` say whether it uses all points along an axis.
/// - weights: transforms those of 16 output channels, positions `position_stride` elements apart.
/// - product: C[i][j] = or += sum over l of A[i][l] * W[j][l], j < 16, for one position; `m` >= 1 rows of
///   `depth` values, `a_stride` elements apart; C is `[m][16]`.
/// - output: turns the products of one tile and 16 channels into its pixels. `from` and
///   `from4` as `to` and `to4`; `first` is the block's first channel, for `output`; `valid` of 16 are
///   written; `to` is the first channel of the tile's first pixel, with the strides of the result.

enum { octet_winograd_positions = 36 };

/// int16 values of -255...255, to results within -24990...24990.
typedef void octet_qs8_winograd_input(
    const int16_t *image, size_t line_stride, size_t pixel_stride, size_t channels, int tall,
    int wide, int16_t *to, int16_t *to4, size_t position_stride);
/// int8 `[depth/2][3 * 3][16][2]` to int16 `[36][depth/2][16][2]`.
typedef void octet_qs8_winograd_weights(
    const int8_t *w, size_t depth, int16_t *to, size_t position_stride);
/// w is int16 `[depth/2][16][2]`; depth is even.
typedef void octet_qs8_winograd_product(
    size_t m, size_t depth, const int16_t *a, size_t a_stride, const int16_t *w, int adds,
    int32_t *c);
typedef void octet_qs8_winograd_output(
    const int32_t *from, const int32_t *from4, size_t position_stride, int tall, int wide,
    const octet_qs8_output *output, size_t first, size_t valid, int8_t *to, size_t line_stride,
    size_t pixel_stride);

typedef void octet_f32_winograd_input(
    const float *image, size_t line_stride, size_t pixel_stride, size_t channels, int tall,
    int wide, float *to, float *to4, size_t position_stride);
/// float `[depth][kernel * kernel][16]` to `[36][depth][16]`; `kernel` is 3 or 5.
typedef void octet_f32_winograd_weights(
    size_t kernel, const float *w, size_t depth, float *to, size_t position_stride);
/// w is float `[depth][16]`.
typedef void octet_f32_winograd_product(
    size_t m, size_t depth, const float *a, size_t a_stride, const float *w, int adds, float *c);
typedef void octet_f32_winograd_output(
    size_t kernel, const float *from, const float *from4, size_t position_stride, int tall,
    int wide, const octet_f32_output *output, size_t first, size_t valid, float *to,
    size_t line_stride, size_t pixel_stride);

#if defined(__x86_64__)
octet_qs8_winograd_input octet_qs8_winograd_input__avx2;
octet_qs8_winograd_weights octet_qs8_winograd_weights__avx2;
octet_qs8_winograd_product octet_qs8_winograd_product_6x16__avx2;
octet_qs8_winograd_output octet_qs8_winograd_output__avx2;

octet_qs8_winograd_input octet_qs8_winograd_input__avx512;
octet_qs8_winograd_weights octet_qs8_winograd_weights__avx512;
octet_qs8_winograd_product octet_qs8_winograd_product_12x16__avx512;
octet_qs8_winograd_output octet_qs8_winograd_output__avx512;

octet_f32_winograd_input octet_f32_winograd_input__avx2;
octet_f32_winograd_weights octet_f32_winograd_weights__avx2;
octet_f32_winograd_product octet_f32_winograd_product__avx2;
octet_f32_winograd_output octet_f32_winograd_output__avx2;

octet_f32_winograd_input octet_f32_winograd_input__avx512;
octet_f32_winograd_weights octet_f32_winograd_weights__avx512;
octet_f32_winograd_product octet_f32_winograd_product__avx512;
octet_f32_winograd_output octet_f32_winograd_output__avx512;
#endif

#pragma clang assume_nonnull end

#endif
