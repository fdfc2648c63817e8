#if defined(__x86_64__)

#define OCTET_VECTOR_BYTES 32
#define OCTET_TARGET __attribute__((target("avx2,fma")))
#define OCTET_NAME(operation) octet_f32_##operation##__avx2

#include "f32_binary_body.h"

#endif
