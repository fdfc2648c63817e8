#include "pool.h"

#if defined(__x86_64__)

#define AVX2 __attribute__((target("avx2")))

typedef int8_t half_bytes __attribute__((vector_size(16)));
typedef int8_t bytes __attribute__((vector_size(32)));
typedef float half_floats __attribute__((vector_size(16)));
typedef float floats __attribute__((vector_size(32)));

OCTET_MAX_POOL(static, pool_few_s8, int8_t, half_bytes, -128, AVX2)
OCTET_MAX_POOL(static, pool_many_s8, int8_t, bytes, -128, AVX2)
OCTET_MAX_POOL(static, pool_few_f32, float, half_floats, -__FLT_MAX__, AVX2)
OCTET_MAX_POOL(static, pool_many_f32, float, floats, -__FLT_MAX__, AVX2)
OCTET_AVERAGE_POOL(static, average_few_f32, half_floats, AVX2)
OCTET_AVERAGE_POOL(static, average_many_f32, floats, AVX2)

void octet_s8_max_pool_u32__avx2(
    size_t pixels, size_t channels, size_t rows, size_t columns, const int8_t *from,
    size_t line_stride, size_t step, int8_t minimum, int8_t maximum, int8_t *to) {
  (channels < sizeof(bytes) ? pool_few_s8 : pool_many_s8)(
      pixels, channels, rows, columns, from, line_stride, step, minimum, maximum, to);
}

void octet_f32_max_pool_u8__avx2(
    size_t pixels, size_t channels, size_t rows, size_t columns, const float *from,
    size_t line_stride, size_t step, float minimum, float maximum, float *to) {
  (channels < sizeof(floats) / sizeof(float) ? pool_few_f32 : pool_many_f32)(
      pixels, channels, rows, columns, from, line_stride, step, minimum, maximum, to);
}

void octet_f32_average_pool_u8__avx2(
    size_t pixels, size_t channels, size_t rows, size_t columns, const float *from,
    size_t line_stride, size_t step, float minimum, float maximum, float *to) {
  (channels < sizeof(floats) / sizeof(float) ? average_few_f32 : average_many_f32)(
      pixels, channels, rows, columns, from, line_stride, step, minimum, maximum, to);
}

#endif
