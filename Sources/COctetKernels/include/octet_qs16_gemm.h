#ifndef OCTET_QS16_GEMM_H
#define OCTET_QS16_GEMM_H

#include <stddef.h>
#include <stdint.h>

#include "octet_rows.h"

#pragma clang assume_nonnull begin

/// How int64 sums become int16 outputs. The arrays hold one entry per output channel.
typedef struct {
  /// Added to the sum, modulo 2^64.
  const int64_t *bias;
  /// Q15, 0...2^15 - 1.
  const int32_t *multiplier;
  /// By how much products are shifted right, 8...46.
  const int32_t *shift;
  /// If not null, sums are scaled by these numbers in double precision instead, rounded to nearest
  /// with ties away from zero.
  const double *_Nullable real_multiplier;
  /// Activation bounds within -32768...32767, minimum <= maximum.
  int32_t minimum;
  int32_t maximum;
} octet_qs16_output;

/// C[i][j] = clamp(scale(sum over l of A[i][l] * W[j][l] + bias[j])); for i < m, j < n and l < k; m, n, k >= 1.
///
/// - a: int16, in groups of two.
/// - w: int16 of -128...127, `[ceil(n/16)][k / 2][16][2]`, zeros where a row or a channel is missing: so what a
///   run reads beyond its values is of no account.
/// - c: int16 rows `c_stride` elements apart. Only the n valid columns are written.
///
/// scale() multiplies modulo 2^64 and shifts right, rounded to nearest with ties up: TensorFlow Lite's scaling of
/// int64 sums; or it is one product with real_multiplier. All variants agree bit for bit.
typedef void octet_qs16_gemm(
    size_t m, size_t n, const octet_rows *a, const int16_t *w, const octet_qs16_output *output,
    int16_t *c, size_t c_stride);

octet_qs16_gemm octet_qs16_gemm_1x16__portable;

#if defined(__x86_64__)
octet_qs16_gemm octet_qs16_gemm_4x16__avx2;
#endif

#pragma clang assume_nonnull end

#endif
