#ifndef OCTET_QS8_ADD_H
#define OCTET_QS8_ADD_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// A scale as in `octet_qs8_output`.
typedef struct {
  int32_t multiplier;
  int32_t shift;
} octet_qs8_scaling;

/// How two int8 tensors of unlike scales are added.
typedef struct {
  int32_t left_zero_point;
  int32_t right_zero_point;
  octet_qs8_scaling left;
  octet_qs8_scaling right;
  octet_qs8_scaling output;
  int32_t output_zero_point;
  int32_t minimum;
  int32_t maximum;
} octet_qs8_sum;

/// to[i] = clamp(output(left((a[i] - zero point) << 20) + right((b[i] - zero point) << 20)) + zero point)
/// for i < count, which may be 0; the scales as in `octet_qs8_gemm`.
typedef void octet_qs8_add(
    size_t count, const int8_t *a, const int8_t *b, const octet_qs8_sum *sum, int8_t *to);

#if defined(__x86_64__)
octet_qs8_add octet_qs8_add_u32__avx2;
octet_qs8_add octet_qs8_add_u64__avx512;
#endif

#pragma clang assume_nonnull end

#endif
