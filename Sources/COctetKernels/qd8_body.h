/// Layers of float activations and int8 weights; `f32_vectors.h` says what to define.
#include "octet_qd8.h"
#include "f32_vectors.h"

#pragma STDC FP_CONTRACT OFF

typedef int32_t ints __attribute__((vector_size(4 * lanes)));
typedef uint32_t wrapping __attribute__((vector_size(4 * lanes)));
typedef int8_t bytes __attribute__((vector_size(lanes)));

OCTET_TARGET void OCTET_NAME(extent)(
    size_t count, const float *numbers, float *smallest, float *largest) {
  // Independent vectors, since a minimum takes longer than one can begin.
  enum { at_once = 4 };
  floats low[at_once] = {{0}}, high[at_once] = {{0}};
  size_t i = 0;
  for (; i + at_once * lanes <= count; i += at_once * lanes) {
    OCTET_UNROLL for (size_t v = 0; v < at_once; v++) {
      const floats x = load(numbers + i + v * lanes);
      low[v] = SELECT(x < low[v], x, low[v]);
      high[v] = SELECT(x > high[v], x, high[v]);
    }
  }
  float least = 0, most = 0;
  for (; i < count; i++) {
    if (numbers[i] < least) least = numbers[i];
    if (numbers[i] > most) most = numbers[i];
  }
  for (size_t v = 0; v < at_once; v++) {
    for (size_t lane = 0; lane < lanes; lane++) {
      if (low[v][lane] < least) least = low[v][lane];
      if (high[v][lane] > most) most = high[v][lane];
    }
  }
  *smallest = least;
  *largest = most;
}

INLINE bytes codes_of(floats x, floats inverse, floats zero_point, floats least) {
  const floats most = all(127), half = all(0.5f);
  floats code = zero_point + x * inverse;
  code = SELECT(code < most, code, most);
  code = SELECT(code > least, code, least);
  const ints whole = __builtin_convertvector(code, ints);
  const floats rest = code - __builtin_convertvector(whole, floats);
  // Comparisons are -1 where they hold.
  return __builtin_convertvector(whole - (rest >= half) + (rest <= -half), bytes);
}

OCTET_TARGET void OCTET_NAME(codes)(
    size_t count, const float *numbers, float inverse, float zero_point, float least,
    int8_t *codes) {
  const floats factors = all(inverse), zero = all(zero_point), low = all(least);
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const bytes packed = codes_of(load(numbers + i), factors, zero, low);
    __builtin_memcpy(codes + i, &packed, sizeof packed);
  }
  if (i == count) return;
  floats last = {0};
  for (size_t j = 0; i + j < count; j++) last[j] = numbers[i + j];
  const bytes packed = codes_of(last, factors, zero, low);
  for (size_t j = 0; i + j < count; j++) codes[i + j] = packed[j];
}

/// A number of the result from its sum and what belongs to its channel; vectors or single ones.
#define OCTET_REAL(sum, scale, bias, length, output) \
  ((output)->scales_weights_first ? (sum) * (scale) * (length) + (bias) \
                                  : (sum) * ((scale) * (length)) + (bias))

OCTET_TARGET void OCTET_NAME(real)(
    size_t pixels, size_t channels, const octet_qd8_output *output, void *sums) {
  const floats length = all(output->length);
  const floats minimum = all(output->minimum), maximum = all(output->maximum);
  const uint32_t excess = (uint32_t)output->excess;
  float *to = sums;
  for (size_t p = 0; p < pixels; p++, to += channels) {
    size_t i = 0;
    for (; i + lanes <= channels; i += lanes) {
      wrapping sum, weights;
      __builtin_memcpy(&sum, to + i, sizeof sum);
      __builtin_memcpy(&weights, output->weight_sums + i, sizeof weights);
      const floats x = __builtin_convertvector((ints)(sum - weights * excess), floats);
      floats real =
          OCTET_REAL(x, load(output->scales + i), load(output->bias + i), length, output);
      real = SELECT(minimum > real, minimum, real);
      real = SELECT(maximum < real, maximum, real);
      __builtin_memcpy(to + i, &real, sizeof real);
    }
    for (; i < channels; i++) {
      uint32_t sum;
      __builtin_memcpy(&sum, to + i, sizeof sum);
      const float x = (float)(int32_t)(sum - (uint32_t)output->weight_sums[i] * excess);
      float real = OCTET_REAL(x, output->scales[i], output->bias[i], output->length, output);
      real = output->minimum > real ? output->minimum : real;
      to[i] = output->maximum < real ? output->maximum : real;
    }
  }
}
