#ifndef OCTET_QS8_DEPTHWISE_H
#define OCTET_QS8_DEPTHWISE_H

#include "octet_qs8_gemm.h"

#pragma clang assume_nonnull begin

/// C[i][j] = output(sum over taps t of A[row_offsets[i] + run_offsets[t] + j] * W[t][j]), for i < m,
/// j < n: each channel of a window times its own weights. Sums wrap modulo 2^32 and become
/// bytes as in `octet_qs8_gemm`.
///
/// - a: `runs` taps, an even number, whose weights may be zero; `run_groups` is not used. Each place must have
///   n rounded up to 16 readable values, of -255...255.
/// - w: int16 `[ceil(n/16)][runs/2][2][16]`: for two taps s and t the weights of 16 channels in the order
///   s0 t0 s1 t1 s2 t2 s3 t3 s8 t8 ... s11 t11, then s4 t4 ... s7 t7 s12 t12 ... s15 t15, as the halves of vectors
///   are interleaved.
/// - c: int8 rows, or int32 if sums are kept, `c_stride` elements apart.
typedef void octet_qs8_depthwise(
    size_t m, size_t n, const octet_rows *a, const int16_t *w,
    const octet_qs8_output *output, void *c, size_t c_stride);

#if defined(__x86_64__)
octet_qs8_depthwise octet_qs8_depthwise_4x16__avx2;
octet_qs8_depthwise octet_qs8_depthwise_4x32__avx512vnni;
#endif

#pragma clang assume_nonnull end

#endif
