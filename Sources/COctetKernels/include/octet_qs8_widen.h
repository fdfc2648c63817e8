#ifndef OCTET_QS8_WIDEN_H
#define OCTET_QS8_WIDEN_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// to[r][i] = from[r][i] - zero_point as int16, for r < rows, i < count; rows and count may be 0.
///
/// Rows lie `from_stride` and `to_stride` elements apart: one call takes a kernel window out of an
/// image. zero_point is -128...127, so every difference fits. Reads and writes nothing outside
/// the rows given.
void octet_qs8_widen_u1__portable(
    size_t rows, size_t count, const int8_t *from, size_t from_stride, int32_t zero_point,
    int16_t *to, size_t to_stride);

/// to[i] = from[i] + 128 for i < count, which may be 0. Compilers make vectors of it.
void octet_qs8_flip(size_t count, const int8_t *from, uint8_t *to);

#if defined(__x86_64__)
void octet_qs8_widen_u16__avx2(
    size_t rows, size_t count, const int8_t *from, size_t from_stride, int32_t zero_point,
    int16_t *to, size_t to_stride);
#elif defined(__arm__)
void octet_qs8_widen_u8__neon(
    size_t rows, size_t count, const int8_t *from, size_t from_stride, int32_t zero_point,
    int16_t *to, size_t to_stride);
#endif

#pragma clang assume_nonnull end

#endif
