#if defined(__x86_64__)

#define OCTET_VECTOR_BYTES 64
#define OCTET_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#define OCTET_NAME(step) octet_qd8_##step##__avx512

#include "qd8_body.h"

#endif
