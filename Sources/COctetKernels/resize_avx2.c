#if defined(__x86_64__)

#define OCTET_VECTOR_BYTES 32
#define OCTET_TARGET __attribute__((target("avx2")))
#define OCTET_NAME(type, step) octet_##type##_resize_##step##__avx2

#include "resize_body.h"

#endif
