#if defined(__arm__) && defined(__ARM_NEON)

#define OCTET_VECTOR_BYTES 16
#define OCTET_TARGET
#define octet_f32_name_gemm octet_f32_gemm_2x16__neon
#define octet_f32_name_depthwise octet_f32_depthwise_4x16__neon
#define OCTET_NAME(kernel) octet_f32_name_##kernel
#define OCTET_ROWS 2
#define OCTET_ACCUMULATORS 8
#define OCTET_STEP 4

#include "f32_gemm_body.h"

#endif
