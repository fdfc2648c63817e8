#define OCTET_VECTOR_BYTES 16
#define OCTET_TARGET
#define OCTET_NAME(kernel) octet_f32_##kernel##_4x16__portable
#define OCTET_ROWS 4
#define OCTET_ACCUMULATORS 16
#define OCTET_STEP 4

#include "f32_gemm_body.h"
