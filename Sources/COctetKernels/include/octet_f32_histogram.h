#ifndef OCTET_F32_HISTOGRAM_H
#define OCTET_F32_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// The smallest and the largest of `count` >= 1 values. Returns 0 if one is not finite; then the bounds mean
/// nothing.
int octet_f32_extent(size_t count, const float *values, float *smallest, float *largest);

/// Counts |x| * scale, rounded down and at most bins - 1, of the values that are neither zero nor subnormal:
/// in positive[bin] or, for values below zero, in negative[bin]. Returns how many are left out. scale is
/// positive, values are finite, |x| * scale is below 2^31, bins is 1...2048.
size_t octet_f32_count(
    size_t count, const float *values, float scale, size_t bins, uint64_t *positive,
    uint64_t *negative);

#pragma clang assume_nonnull end

#endif
