#ifndef OCTET_CODES_BINARY_H
#define OCTET_CODES_BINARY_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// A scale as in `octet_qs8_output`.
typedef struct {
  int32_t multiplier;
  int32_t shift;
} octet_scaling;

/// How the codes of two tensors are computed with. Products use neither `left` nor `right`.
typedef struct {
  int32_t left_zero_point;
  int32_t right_zero_point;
  octet_scaling left;
  octet_scaling right;
  octet_scaling output;
  int32_t output_zero_point;
  int32_t minimum;
  int32_t maximum;
} octet_codes_pair;

/// to[i] = clamp(output(left(x << k) + right(y << k)) + zero point) for i < count, which may be 0, where x and y are
/// a[i * a_step] and b[i * b_step] less their zero points and k is 20, or 15 for int16; or the same of the difference;
/// or clamp(output(x * y) + zero point). The scales are as in `octet_qs8_gemm`.
///
/// Operands and result are int8 (qs8), uint8 (qu8) or int16 (qs16). Steps are 0 or 1, not both 0.
typedef void octet_codes_binary(
    size_t count, const void *a, size_t a_step, const void *b, size_t b_step,
    const octet_codes_pair *pair, void *to);

#define OCTET_CODES_BINARY(type, isa) \
  octet_codes_binary octet_##type##_add__##isa, octet_##type##_subtract__##isa; \
  octet_codes_binary octet_##type##_multiply__##isa;

#if defined(__x86_64__)
OCTET_CODES_BINARY(qs8, avx2)
OCTET_CODES_BINARY(qu8, avx2)
OCTET_CODES_BINARY(qs16, avx2)
OCTET_CODES_BINARY(qs8, avx512)
OCTET_CODES_BINARY(qu8, avx512)
OCTET_CODES_BINARY(qs16, avx512)
#endif

#pragma clang assume_nonnull end

#endif
