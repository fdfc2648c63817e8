#ifndef OCTET_POOL_H
#define OCTET_POOL_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// The largest value of each channel in windows of one line of output pixels, or the average: the sum line by line, by
/// the number of pixels.
///
/// A window has `rows` x `columns` pixels of `channels` values, all within the image; lines are `line_stride`
/// values apart, pixels `channels`. The next output pixel's window begins `step` values later and
/// its result follows at once. Results are clamped to minimum...maximum. A float NaN counts as the
/// smallest number; an average with one is NaN. All sizes are at least 1.
typedef void octet_s8_max_pool(
    size_t pixels, size_t channels, size_t rows, size_t columns, const int8_t *from,
    size_t line_stride, size_t step, int8_t minimum, int8_t maximum, int8_t *to);
typedef void octet_s16_max_pool(
    size_t pixels, size_t channels, size_t rows, size_t columns, const int16_t *from,
    size_t line_stride, size_t step, int16_t minimum, int16_t maximum, int16_t *to);
typedef void octet_f32_pool(
    size_t pixels, size_t channels, size_t rows, size_t columns, const float *from,
    size_t line_stride, size_t step, float minimum, float maximum, float *to);

octet_s8_max_pool octet_s8_max_pool_u16__portable;
octet_s16_max_pool octet_s16_max_pool_u8__portable;
octet_f32_pool octet_f32_max_pool_u4__portable, octet_f32_average_pool_u4__portable;

#if defined(__x86_64__)
octet_s8_max_pool octet_s8_max_pool_u32__avx2;
octet_f32_pool octet_f32_max_pool_u8__avx2, octet_f32_average_pool_u8__avx2;
#elif defined(__arm__)
octet_s8_max_pool octet_s8_max_pool_u16__neon;
octet_f32_pool octet_f32_max_pool_u4__neon, octet_f32_average_pool_u4__neon;
#endif

#pragma clang assume_nonnull end

#endif
