/// The transforms of `octet_qs8_winograd.h`, one axis at a time. Vectors are the compiler's: element
/// types that wrap, of any length.
#ifndef OCTET_QS8_WINOGRAD_TRANSFORMS_H
#define OCTET_QS8_WINOGRAD_TRANSFORMS_H

#include "tiles.h"

enum { points = 6, half_point = 4 };

/// Defines the transforms for a vector of unsigned int16 or int32 elements. `d` holds the values of
/// the points 0, 1, -1, 2, -1/2 and infinity, or of neighbouring pixels.
#define OCTET_WINOGRAD_INPUT(name, vector, attributes) \
  /* Rows (2 3 -4 -3 2 0) (0 -2 -5 -1 2 0) (0 2 1 -5 2 0) (0 -1 -2 1 2 0) (0 2 -1 -2 1 0) \
     (0 2 3 -4 -3 2). */ \
  OCTET_INLINE attributes void name##_6(vector *d) { \
    const vector t = d[1] - d[3], u = d[4] - d[2]; \
    const vector sum = u + t, difference = u - t; \
    const vector a = d[0] - d[2] + sum; \
    const vector b = d[2] + d[3], c = d[2] - d[3]; \
    const vector e = d[5] - d[3] - difference; \
    d[0] = a + a + t; \
    d[1] = difference + difference - (b + b + b); \
    d[2] = sum + sum + (c + c + c); \
    d[3] = u + difference; \
    d[4] = sum + t; \
    d[5] = e + e - u; \
  } \
  /* Rows (2 -1 -2 1 0) (0 -6 -3 3 0) (0 -2 3 -1 0) (0 -5 0 5 0) (0 4 -2 -4 2), the point -1/2 left \
     out. */ \
  OCTET_INLINE attributes void name##_5(vector *d) { \
    const vector t = d[1] - d[3], a = d[0] - d[2], u = d[4] - d[2]; \
    const vector t2 = t + t; \
    const vector b = d[3] - d[2] - (d[1] + d[1]); \
    const vector c = d[2] - d[1]; \
    const vector e = t2 + u; \
    const vector x2 = d[2] - d[3] + (c + c); \
    d[0] = a + a - t; \
    d[1] = b + b + b; \
    d[2] = x2; \
    d[3] = -(t + t2 + t2); \
    d[5] = e + e; \
  }

#define OCTET_WINOGRAD_WEIGHTS(name, vector, attributes) \
  /* Rows (15 0 0) (-5 -5 -5) (5 -5 5) (1 2 4) (-4 2 -1) (0 0 15). */ \
  OCTET_INLINE attributes void name(vector g0, vector g1, vector g2, vector *to) { \
    const vector outer = g0 + g2, sum = outer + g1, difference = outer - g1; \
    const vector middle = g1 + g1; \
    to[0] = (g0 << 4) - g0; \
    to[1] = -(sum + (sum << 2)); \
    to[2] = difference + (difference << 2); \
    to[3] = g0 + middle + (g2 << 2); \
    to[4] = middle - (g0 << 2) - g2; \
    to[5] = (g2 << 4) - g2; \
  }

#define OCTET_WINOGRAD_OUTPUT(name, vector, attributes) \
  /* Rows (1 1 1 1 8 0) (0 1 -1 2 -4 0) (0 1 1 4 2 0) (0 1 -1 8 -1 1). */ \
  OCTET_INLINE attributes void name##_4(const vector *m, vector *to) { \
    const vector sum = m[1] + m[2], difference = m[1] - m[2]; \
    to[0] = m[0] + sum + m[3] + (m[4] << 3); \
    to[1] = difference + (m[3] << 1) - (m[4] << 2); \
    to[2] = sum + (m[3] << 2) + (m[4] << 1); \
    to[3] = difference + (m[3] << 3) - m[4] + m[5]; \
  } \
  /* Rows (1 1 1 1 0) (0 1 -1 2 0) (0 1 1 4 1), the point -1/2 left out. */ \
  OCTET_INLINE attributes void name##_3(const vector *m, vector *to) { \
    const vector sum = m[1] + m[2], difference = m[1] - m[2]; \
    to[0] = m[0] + sum + m[3]; \
    to[1] = difference + (m[3] << 1); \
    to[2] = sum + (m[3] << 2) + m[5]; \
  } \
  OCTET_INLINE attributes void name(const size_t outputs, const vector *m, vector *to) { \
    if (outputs == 4) { \
      name##_4(m, to); \
    } else { \
      name##_3(m, to); \
    } \
  }

#endif
