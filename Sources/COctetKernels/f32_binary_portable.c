#define OCTET_VECTOR_BYTES 16
#define OCTET_TARGET
#define OCTET_NAME(operation) octet_f32_##operation##__portable

#include "f32_binary_body.h"
