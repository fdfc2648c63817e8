#include "octet_qs16_gemm.h"
#include "tiles.h"

/// Pairs of products, of at most 2^23 each, whose sum fits int32.
enum { octet_qs16_most_pairs = 128 };

OCTET_INLINE int16_t octet_qs16_finish(
    int64_t sum, const octet_qs16_output *output, size_t channel) {
  const uint64_t total = (uint64_t)sum + (uint64_t)output->bias[channel];
  int32_t scaled;
  if (output->real_multiplier) {
    const double real = (double)(int64_t)total * output->real_multiplier[channel];
    const double within = real < -40000 ? -40000 : real > 40000 ? 40000 : real;
    scaled = (int32_t)within;
    const double rest = within - scaled;
    scaled += (rest >= 0.5) - (rest <= -0.5);
  } else {
    const int32_t shift = output->shift[channel];
    const uint64_t half = (uint64_t)1 << (shift - 1);
    scaled = (int32_t)((int64_t)(total * (uint64_t)output->multiplier[channel] + half) >> shift);
  }
  const int32_t above = scaled < output->minimum ? output->minimum : scaled;
  return (int16_t)(above > output->maximum ? output->maximum : above);
}
