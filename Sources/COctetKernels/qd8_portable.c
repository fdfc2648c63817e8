#define OCTET_VECTOR_BYTES 16
#define OCTET_TARGET
#define OCTET_NAME(step) octet_qd8_##step##__portable

#include "qd8_body.h"
