#ifndef OCTET_F32_ADD_H
#define OCTET_F32_ADD_H

#include <stddef.h>

#pragma clang assume_nonnull begin

/// to[i] = clamp(a[i] + b[i]) for i < count, which may be 0. NaN stays NaN. Compilers make vectors of it.
void octet_f32_add(
    size_t count, const float *a, const float *b, float minimum, float maximum, float *to);

#pragma clang assume_nonnull end

#endif
