#if defined(__x86_64__)

#define OCTET_VECTOR_BYTES 32
#define OCTET_TARGET __attribute__((target("avx2")))
#define OCTET_NAME(step) octet_qd8_##step##__avx2

#include "qd8_body.h"

#endif
