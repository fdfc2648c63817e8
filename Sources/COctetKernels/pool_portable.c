#include "pool.h"

typedef int8_t bytes __attribute__((vector_size(16)));
typedef int16_t words __attribute__((vector_size(16)));
typedef float floats __attribute__((vector_size(16)));

OCTET_MAX_POOL(, octet_s8_max_pool_u16__portable, int8_t, bytes, -128, )
OCTET_MAX_POOL(, octet_s16_max_pool_u8__portable, int16_t, words, -32768, )
OCTET_MAX_POOL(, octet_f32_max_pool_u4__portable, float, floats, -__FLT_MAX__, )
OCTET_AVERAGE_POOL(, octet_f32_average_pool_u4__portable, floats, )
