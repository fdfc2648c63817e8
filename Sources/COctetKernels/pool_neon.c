#include "pool.h"

#if defined(__arm__) && defined(__ARM_NEON)

typedef int8_t bytes __attribute__((vector_size(16)));
typedef float floats __attribute__((vector_size(16)));

OCTET_MAX_POOL(, octet_s8_max_pool_u16__neon, int8_t, bytes, -128, )
OCTET_MAX_POOL(, octet_f32_max_pool_u4__neon, float, floats, -__FLT_MAX__, )
OCTET_AVERAGE_POOL(, octet_f32_average_pool_u4__neon, floats, )

#endif
