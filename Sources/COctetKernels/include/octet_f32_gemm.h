#ifndef OCTET_F32_GEMM_H
#define OCTET_F32_GEMM_H

#include <stddef.h>

#pragma clang assume_nonnull begin

/// C[i][j] = clamp(sum over l of A[i][l] * W[j][l] + bias[j], minimum, maximum), for i < m, j < n,
/// l < k; m, n, k >= 1.
///
/// - a: float rows `a_stride` elements apart.
/// - w: float `[ceil(n/16)][k][16]`, zeros where a channel is missing.
/// - bias: one float per channel, padded to a multiple of 16.
/// - c: float rows `c_stride` bytes apart, a multiple of 4. Only the n valid columns are written.
///
/// Each output is summed in the order l = 0, 1, ..., whatever m and n are, so splitting the work
/// over rows or blocks of 16 channels never changes a result. Whether a product is rounded before
/// it is added depends on the CPU, so variants agree only to rounding. A NaN sum stays NaN;
/// infinite bounds do not clamp.
void octet_f32_gemm_4x16__portable(
    size_t m, size_t n, size_t k, const float *a, size_t a_stride, const float *w,
    const float *bias, float minimum, float maximum, float *c, size_t c_stride);

#if defined(__x86_64__)
void octet_f32_gemm_6x16__avx2(
    size_t m, size_t n, size_t k, const float *a, size_t a_stride, const float *w,
    const float *bias, float minimum, float maximum, float *c, size_t c_stride);
#endif

#pragma clang assume_nonnull end

#endif
