#if defined(__x86_64__)

#define OCTET_VECTOR_BYTES 32
#define OCTET_TARGET __attribute__((target("avx2,fma")))
#define OCTET_NAME(kernel) octet_f32_winograd_##kernel##__avx2
#define OCTET_ROWS 6

#include "f32_winograd_body.h"

#endif
