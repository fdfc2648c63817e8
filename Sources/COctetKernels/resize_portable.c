#define OCTET_VECTOR_BYTES 16
#define OCTET_TARGET
#define OCTET_NAME(type, step) octet_##type##_resize_##step##__portable

#include "resize_body.h"
