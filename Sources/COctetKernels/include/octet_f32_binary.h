#ifndef OCTET_F32_BINARY_H
#define OCTET_F32_BINARY_H

#include <stddef.h>

#pragma clang assume_nonnull begin

/// to[i] = clamp(operation(a[i * a_step], b[i * b_step])) for i < count, which may be 0.
///
/// Steps are 0 or 1, not both 0. NaN stays NaN. `to` overlaps neither operand.
typedef void octet_f32_binary(
    size_t count, const float *a, size_t a_step, const float *b, size_t b_step, float minimum,
    float maximum, float *to);

#define OCTET_F32_BINARY(isa) \
  octet_f32_binary octet_f32_add__##isa, octet_f32_subtract__##isa, octet_f32_multiply__##isa; \
  /* a where it is not below zero, else a * b. */ \
  octet_f32_binary octet_f32_prelu__##isa;

OCTET_F32_BINARY(portable)

#if defined(__x86_64__)
OCTET_F32_BINARY(avx2)
OCTET_F32_BINARY(avx512)
#endif

#pragma clang assume_nonnull end

#endif
