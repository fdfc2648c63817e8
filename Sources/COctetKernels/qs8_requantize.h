#ifndef OCTET_QS8_REQUANTIZE_H
#define OCTET_QS8_REQUANTIZE_H

#include <stdint.h>

#include "octet_qs8_gemm.h"
#include "tiles.h"

/// x * multiplier / 2^31 * 2^shift with the two roundings `octet_qs8_gemm.h` names.
///
/// The reference rounds the product by adding 2^30, or 1 - 2^30 if it is negative, and truncating
/// the quotient. For a negative product -p that is -floor((p - 1 + 2^30) / 2^31), which equals
/// floor((2^30 - p) / 2^31): so one addition and an arithmetic shift serve both signs. Dividing the
/// magnitude, unsigned, rounds ties away from zero and leaves room for adding half near 2^31.
OCTET_INLINE int32_t octet_qs8_scale(int32_t x, int32_t multiplier, int32_t shift) {
  const uint32_t left = shift > 0 ? (uint32_t)shift : 0;
  const uint32_t right = shift < 0 ? (uint32_t)-shift : 0;
  const int32_t shifted = (int32_t)((uint32_t)x << left);
  const int64_t product = (int64_t)shifted * multiplier;
  const int32_t high = (int32_t)((product + (INT64_C(1) << 30)) >> 31);
  const uint32_t half = (UINT32_C(1) << right) >> 1;
  const uint32_t magnitude = high < 0 ? 0u - (uint32_t)high : (uint32_t)high;
  const uint32_t quotient = (magnitude + half) >> right;
  return (int32_t)(high < 0 ? 0u - quotient : quotient);
}

/// x * multiplier in double precision, rounded to nearest with ties away from zero; saturates far
/// beyond int8.
OCTET_INLINE int32_t octet_qs8_scale_real(int32_t x, double multiplier) {
#pragma STDC FP_CONTRACT OFF
  const double limit = 1e6;
  double scaled = (double)x * multiplier;
  scaled = scaled > limit ? limit : scaled < -limit ? -limit : scaled;
  const int32_t whole = (int32_t)scaled;
  const double rest = scaled - (double)whole;
  return whole + (rest >= 0.5) - (rest <= -0.5);
}

/// Adds the zero point without wrapping and clamps.
OCTET_INLINE int8_t octet_qs8_narrow(
    int32_t scaled, int32_t zero_point, int32_t minimum, int32_t maximum) {
  if (scaled > maximum - zero_point) return (int8_t)maximum;
  if (scaled < minimum - zero_point) return (int8_t)minimum;
  return (int8_t)(scaled + zero_point);
}

/// The output of channel `channel` for a sum that has its bias.
OCTET_INLINE int8_t octet_qs8_finish(int32_t sum, const octet_qs8_output *output, size_t channel) {
  const int32_t scaled = output->real_multiplier != NULL
      ? octet_qs8_scale_real(sum, output->real_multiplier[channel])
      : octet_qs8_scale(sum, output->multiplier[channel], output->shift[channel]);
  const int8_t code =
      octet_qs8_narrow(scaled, output->zero_point, output->minimum, output->maximum);
  return output->table != NULL ? (int8_t)output->table->entries[(uint8_t)code] : code;
}

#endif
