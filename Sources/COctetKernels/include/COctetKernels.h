/// Pointer-in, pointer-out kernels. Nothing here allocates, checks sizes or keeps state: the
/// caller proves every size when a model is prepared. A kernel with a CPU in its name may be called
/// only where `octet_cpu.h` reports that CPU feature.
#ifndef OCTET_KERNELS_H
#define OCTET_KERNELS_H

#include "octet_codes_binary.h"
#include "octet_cpu.h"
#include "octet_f32_binary.h"
#include "octet_f32_gemm.h"
#include "octet_f32_histogram.h"
#include "octet_math.h"
#include "octet_pool.h"
#include "octet_qd8.h"
#include "octet_qs16_gemm.h"
#include "octet_qs8_depthwise.h"
#include "octet_qs8_gemm.h"
#include "octet_qs8_widen.h"
#include "octet_resize.h"
#include "octet_winograd.h"
#include "octet_x8_table.h"
#include "octet_work_pool.h"

#endif
