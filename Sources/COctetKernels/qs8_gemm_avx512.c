#if defined(__x86_64__)

#define OCTET_NAME octet_qs8_gemm_6x64__avx512vnni
#define OCTET_ELEMENT uint8_t
#define OCTET_DOT _mm512_dpbusd_epi32

#include "qs8_gemm_avx512_body.h"

#endif
