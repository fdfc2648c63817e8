#if defined(__x86_64__)

#define OCTET_VECTOR_BYTES 64
#define OCTET_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#define OCTET_NAME(type, step) octet_##type##_resize_##step##__avx512

#include "resize_body.h"

#endif
