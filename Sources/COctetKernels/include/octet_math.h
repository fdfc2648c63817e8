#ifndef OCTET_MATH_H
#define OCTET_MATH_H

#include <math.h>

/// The C library's exponential and hyperbolic tangent.
static inline float octet_expf(float x) { return expf(x); }
static inline float octet_tanhf(float x) { return tanhf(x); }

#endif
