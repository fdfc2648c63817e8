#ifndef OCTET_MATH_H
#define OCTET_MATH_H

/// The C library's functions. Compiler builtins stand for its header, which Embedded Swift's targets do
/// not have.
static inline float octet_expf(float x) { return __builtin_expf(x); }
static inline double octet_exp(double x) { return __builtin_exp(x); }
static inline float octet_logf(float x) { return __builtin_logf(x); }
static inline float octet_powf(float x, float y) { return __builtin_powf(x, y); }
static inline float octet_sinf(float x) { return __builtin_sinf(x); }
static inline float octet_cosf(float x) { return __builtin_cosf(x); }
static inline double octet_sin(double x) { return __builtin_sin(x); }
static inline double octet_cos(double x) { return __builtin_cos(x); }
static inline float octet_erfcf(float x) { return __builtin_erfcf(x); }
static inline float octet_expm1f(float x) { return __builtin_expm1f(x); }
static inline float octet_fmodf(float x, float y) { return __builtin_fmodf(x, y); }
static inline float octet_tanhf(float x) { return __builtin_tanhf(x); }

#endif
