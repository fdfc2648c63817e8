#include "octet_f32_add.h"

void octet_f32_add(
    size_t count, const float *restrict a, const float *restrict b, float minimum, float maximum,
    float *restrict to) {
  for (size_t i = 0; i < count; i++) {
    float x = a[i] + b[i];
    x = x < minimum ? minimum : x;
    to[i] = x > maximum ? maximum : x;
  }
}
