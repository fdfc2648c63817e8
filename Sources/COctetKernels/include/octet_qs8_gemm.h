#ifndef OCTET_QS8_GEMM_H
#define OCTET_QS8_GEMM_H

#include <stddef.h>
#include <stdint.h>

#include "octet_rows.h"
#include "octet_x8_table.h"

#pragma clang assume_nonnull begin

/// How int32 sums become int8 outputs. The arrays hold one entry per output channel, padded
/// to a multiple of 16 (the padding is read, its value never shows).
typedef struct {
  /// Added to the sum, modulo 2^32.
  const int32_t *bias;
  /// Q31, 0...2^31 - 1: the value 2^31 would be 1.0.
  const int32_t *multiplier;
  /// -31...30; positive shifts left before the multiply, negative divides after it.
  const int32_t *shift;
  /// If not null, sums are scaled by these numbers in double precision instead, rounded to nearest
  /// with ties away from zero.
  const double *_Nullable real_multiplier;
  /// Not 0 if sums with their bias are known to be within +-2^30, which saves work where they are not
  /// shifted left.
  int32_t is_moderate;
  /// Not 0 if sums with their bias are kept as they are, in int32: nothing that follows matters then.
  int32_t keeps_sums;
  /// Added after scaling, -128...127.
  int32_t zero_point;
  /// Activation bounds within -128...127, minimum <= maximum.
  int32_t minimum;
  int32_t maximum;
  /// If not null, the clamped codes go through.
  const octet_x8_table *_Nullable table;
} octet_qs8_output;

/// C[i][j] = clamp(scale(sum over l of A[i][l] * W[j][l] + bias[j]) + zero point), through the table
/// if there is one; for i < m, j < n and l < k; m, n, k >= 1.
///
/// - w: `[ceil(n/16)][k / group][16][group]`, zeros where a row or a channel is missing: so what a
///   run reads beyond its values is of no account.
/// - c: int8 rows, or int32 if sums are kept, `c_stride` elements apart. Only the n valid columns are written.
///
/// Sums wrap modulo 2^32. scale() is TensorFlow Lite's MultiplyByQuantizedMultiplier with two
/// roundings: x << left shift (modulo 2^32), times multiplier / 2^31 rounded to nearest with ties
/// up, then divided by 2^(right shift), rounded to nearest with ties away from zero; or, with
/// real_multiplier, one product rounded once. The zero point is added without wrapping. All
/// variants agree bit for bit.
typedef void octet_qs8_gemm(
    size_t m, size_t n, const octet_rows *a, const void *w, const octet_qs8_output *output,
    void *c, size_t c_stride);

/// int16 inputs and weights, in groups of two.
octet_qs8_gemm octet_qs8_gemm_4x16__portable;

#if defined(__x86_64__)
octet_qs8_gemm octet_qs8_gemm_6x16__avx2;
octet_qs8_gemm octet_qs8_gemm_pairs_6x64__avx512vnni;

/// uint8 inputs and int8 weights, in groups of four.
octet_qs8_gemm octet_qs8_gemm_6x64__avx512vnni;
#elif defined(__aarch64__)
octet_qs8_gemm octet_qs8_gemm_5x16__neon;

/// int8 inputs and weights, in groups of four.
octet_qs8_gemm octet_qs8_gemm_5x16__neondot;
#elif defined(__arm__)
/// Its file is compiled with -mfpu=neon, as those of all NEON kernels for ARMv7 are.
octet_qs8_gemm octet_qs8_gemm_4x8__neon;
#endif

#pragma clang assume_nonnull end

#endif
