#ifndef OCTET_RESIZE_H
#define OCTET_RESIZE_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Where a pixel of the result lies between two pixels of a line.
typedef struct {
  /// The first elements of the two.
  int32_t low;
  int32_t high;
  /// How far it is from the first one: a part of 1, or for int8 a whole number of 2^-10.
  float part;
} octet_resize_place;

/// The first step of bilinear interpolation: two lines of `count` elements, `part` of which is the second one's, become
/// 2 * count floats, upper[i] * (1 - part) and lower[i] * part; for int8 count int32, upper[i] * (2^10 - part) +
/// lower[i] * part.
///
/// The second: `pixels` pixels of `channels` elements, `stride` elements apart, at `places` of these lines. Products
/// are added in the order of the left pixel's upper and lower element, then of the right one's, each rounded. uint8
/// results are rounded half up, int8 ones half away from zero. All variants agree bit for bit.
#define OCTET_RESIZE(type, element, isa) \
  void octet_##type##_resize_lines__##isa( \
      size_t count, const element *upper, const element *lower, float part, void *lines); \
  void octet_##type##_resize_pixels__##isa( \
      size_t pixels, size_t channels, const octet_resize_place *places, const void *lines, \
      size_t count, element *to, size_t stride);

#define OCTET_RESIZES(isa) \
  OCTET_RESIZE(f32, float, isa) \
  OCTET_RESIZE(u8, uint8_t, isa) \
  OCTET_RESIZE(s8, int8_t, isa)

OCTET_RESIZES(portable)

#if defined(__x86_64__)
OCTET_RESIZES(avx2)
OCTET_RESIZES(avx512)
#endif

#pragma clang assume_nonnull end

#endif
