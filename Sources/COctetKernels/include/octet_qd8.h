#ifndef OCTET_QD8_H
#define OCTET_QD8_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// How sums of a row's steps times int8 weights become real numbers. The arrays hold one entry per channel.
typedef struct {
  /// Sums are larger than they should be by `excess` times these.
  const int32_t *weight_sums;
  int32_t excess;
  /// Of the weights.
  const float *scales;
  /// Length of the row's steps.
  float length;
  /// Whether a sum is multiplied by the weights' scale, then by the length; else by the product of both.
  int32_t scales_weights_first;
  const float *bias;
  float minimum;
  float maximum;
} octet_qd8_output;

/// extent: the smallest of 0 and `count` numbers, and the largest. NaN is left out.
///
/// codes: numbers times `inverse` plus `zero_point`, rounded to nearest with ties away from zero, within least...127;
/// NaN becomes 127.
///
/// real: int32 sums of `pixels` x `channels` become clamp(scaled + bias) in their place, each operation rounded.
///
/// All variants agree bit for bit.
#define OCTET_QD8(isa) \
  void octet_qd8_extent__##isa( \
      size_t count, const float *numbers, float *smallest, float *largest); \
  void octet_qd8_codes__##isa( \
      size_t count, const float *numbers, float inverse, float zero_point, float least, \
      int8_t *codes); \
  void octet_qd8_real__##isa( \
      size_t pixels, size_t channels, const octet_qd8_output *output, void *sums);

OCTET_QD8(portable)

#if defined(__x86_64__)
OCTET_QD8(avx2)
OCTET_QD8(avx512)
#endif

#pragma clang assume_nonnull end

#endif
