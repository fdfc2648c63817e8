#include "octet_qs8_widen.h"

void octet_qs8_widen_u1__portable(
    size_t rows, size_t count, const int8_t *from, size_t from_stride, int32_t zero_point,
    int16_t *to, size_t to_stride) {
  for (size_t r = 0; r < rows; r++, from += from_stride, to += to_stride) {
    for (size_t i = 0; i < count; i++) to[i] = (int16_t)(from[i] - zero_point);
  }
}

void octet_qs8_flip(size_t count, const int8_t *from, uint8_t *to) {
  for (size_t i = 0; i < count; i++) to[i] = (uint8_t)from[i] ^ 0x80;
}
