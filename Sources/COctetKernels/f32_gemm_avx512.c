#if defined(__x86_64__)

#define OCTET_VECTOR_BYTES 64
#define OCTET_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#define octet_f32_name_gemm octet_f32_gemm_6x64__avx512
#define octet_f32_name_depthwise octet_f32_depthwise_4x16__avx512
#define OCTET_NAME(kernel) octet_f32_name_##kernel
#define OCTET_ROWS 6
#define OCTET_ACCUMULATORS 24
#define OCTET_FEW_CHANNELS octet_f32_gemm_6x16__avx2
#define OCTET_STEP 1

#include "f32_gemm_body.h"

#endif
