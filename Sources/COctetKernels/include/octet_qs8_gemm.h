#ifndef OCTET_QS8_GEMM_H
#define OCTET_QS8_GEMM_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// How int32 sums become int8 outputs. The arrays hold one entry per output channel, padded
/// to a multiple of 16 (the padding is read, its value never shows).
typedef struct {
  /// Added to the sum, modulo 2^32.
  const int32_t *bias;
  /// Q31: the value 2^31 would be 1.0. Any int32 is taken.
  const int32_t *multiplier;
  /// -31...30; positive shifts left before the multiply, negative divides after it.
  const int32_t *shift;
  /// If not null, sums are scaled by these numbers in double precision instead, rounded to nearest
  /// with ties away from zero.
  const double *_Nullable real_multiplier;
  /// Added after scaling, -128...127.
  int32_t zero_point;
  /// Activation bounds within -128...127, minimum <= maximum.
  int32_t minimum;
  int32_t maximum;
} octet_qs8_output;

/// C[i][j] = clamp(scale(sum over l of A[i][l] * W[j][l] + bias[j]) + zero point), for i < m, j < n
/// and l < k; m, n, k >= 1.
///
/// - a: int16 rows `a_stride` elements apart. Where k is odd the element after each row must be
///   readable; it meets a zero weight, so its value is of no account.
/// - w: int16 `[ceil(n/16)][ceil(k/2)][16][2]`, zeros where a row or a channel is missing.
/// - c: int8 rows `c_stride` bytes apart. Only the n valid columns are written.
///
/// Sums wrap modulo 2^32. scale() is TensorFlow Lite's MultiplyByQuantizedMultiplier with two
/// roundings: x << left shift (modulo 2^32), times multiplier / 2^31 rounded to nearest with ties
/// up and saturated, then divided by 2^(right shift), rounded to nearest with ties away from
/// zero; or, with real_multiplier, one product rounded once. The zero point is added without wrapping. All variants agree bit for bit.
void octet_qs8_gemm_4x16__portable(
    size_t m, size_t n, size_t k, const int16_t *a, size_t a_stride, const int16_t *w,
    const octet_qs8_output *output, int8_t *c, size_t c_stride);

#if defined(__x86_64__)
void octet_qs8_gemm_6x16__avx2(
    size_t m, size_t n, size_t k, const int16_t *a, size_t a_stride, const int16_t *w,
    const octet_qs8_output *output, int8_t *c, size_t c_stride);
#endif

#pragma clang assume_nonnull end

#endif
