#include "octet_qs8_widen.h"

#if defined(__arm__) && defined(__ARM_NEON)

#include <arm_neon.h>

void octet_qs8_widen_u8__neon(
    size_t rows, size_t count, const int8_t *from, size_t from_stride, int32_t zero_point,
    int16_t *to, size_t to_stride) {
  const int8x8_t less = vdup_n_s8((int8_t)zero_point);
  for (size_t r = 0; r < rows; r++, from += from_stride, to += to_stride) {
    size_t i = 0;
    for (; i + 8 <= count; i += 8) vst1q_s16(to + i, vsubl_s8(vld1_s8(from + i), less));
    for (; i < count; i++) to[i] = (int16_t)(from[i] - zero_point);
  }
}

#endif
