#ifndef OCTET_F32_GEMM_H
#define OCTET_F32_GEMM_H

#include <stddef.h>
#include <stdint.h>

#include "octet_rows.h"

#pragma clang assume_nonnull begin

/// What becomes of a sum: leaky(clamp(sum + bias)).
typedef struct {
  /// One number per channel, padded to a multiple of 16.
  const float *bias;
  /// Infinite bounds do not clamp.
  float minimum;
  float maximum;
  /// Numbers below zero are multiplied by this, 0...1; 1 for none.
  float slope;
} octet_f32_output;

/// C[i][j] = output(sum over l of A[i][l] * W[j][l]), for i < m, j < n, l < k; m, n, k >= 1.
///
/// - a: float rows in groups of one value.
/// - w: float `[ceil(n/16)][k][16]`, zeros where a channel is missing.
/// - c: float rows `c_stride` elements apart. Only the n valid columns are written.
///
/// Each output is summed in the order l = 0, 1, ..., whatever m and n are, so splitting the work
/// over rows or blocks of 16 channels never changes a result. Whether a product is rounded before
/// it is added depends on the CPU, so variants agree only to rounding. A NaN sum stays NaN.
typedef void octet_f32_gemm(
    size_t m, size_t n, const octet_rows *a, const float *w, const octet_f32_output *output,
    float *c, size_t c_stride);

/// C[i][j] = output(sum over taps t of A[row_offsets[i] + run_offsets[t] + j] * W[t][j]), for i < m,
/// j < n: each channel of a window times its own weights.
///
/// - a: `runs` taps; each place must have n rounded up to 16 readable values.
/// - w: float `[runs][n rounded up to 16]`, any finite number beyond n.
typedef void octet_f32_depthwise(
    size_t m, size_t n, const octet_rows *a, const float *w, const octet_f32_output *output,
    float *c, size_t c_stride);

octet_f32_gemm octet_f32_gemm_4x16__portable;
octet_f32_depthwise octet_f32_depthwise_4x16__portable;

#if defined(__x86_64__)
octet_f32_gemm octet_f32_gemm_6x16__avx2;
octet_f32_depthwise octet_f32_depthwise_4x16__avx2;

octet_f32_gemm octet_f32_gemm_6x64__avx512;
octet_f32_depthwise octet_f32_depthwise_4x16__avx512;
#elif defined(__arm__)
octet_f32_gemm octet_f32_gemm_2x16__neon;
octet_f32_depthwise octet_f32_depthwise_4x16__neon;
#endif

#pragma clang assume_nonnull end

#endif
