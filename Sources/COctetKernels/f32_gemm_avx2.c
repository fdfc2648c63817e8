#if defined(__x86_64__)

#define OCTET_VECTOR_BYTES 32
#define OCTET_TARGET __attribute__((target("avx2,fma")))
#define octet_f32_name_gemm octet_f32_gemm_6x16__avx2
#define octet_f32_name_depthwise octet_f32_depthwise_4x16__avx2
#define OCTET_NAME(kernel) octet_f32_name_##kernel
#define OCTET_ROWS 6
// A fused multiply-add takes about five cycles and two start each cycle, so ten or more independent sums
// keep the units busy.
#define OCTET_ACCUMULATORS 12
#define OCTET_STEP 1

#include "f32_gemm_body.h"

#endif
