#if defined(__x86_64__)

#define OCTET_VECTOR_BYTES 64
#define OCTET_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#define OCTET_NAME(kernel) octet_f32_winograd_##kernel##__avx512
#define OCTET_ROWS 12

#include "f32_winograd_body.h"

#endif
