#include "octet_f32_histogram.h"

typedef float floats __attribute__((vector_size(16)));
typedef int32_t words __attribute__((vector_size(16)));

enum { lanes = 4 };

static const int32_t exponent_mask = 0x7F800000;

#define SELECT(condition, a, b) ((floats)(((words)(a) & (condition)) | ((words)(b) & ~(condition))))

int octet_f32_extent(size_t count, const float *values, float *smallest, float *largest) {
  floats low = (floats){0} + values[0], high = low;
  words is_infinite = {0};
  const words mask = (words){0} + exponent_mask;
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    floats x;
    __builtin_memcpy(&x, values + i, sizeof x);
    is_infinite |= ((words)x & mask) == mask;
    low = SELECT(x < low, x, low);
    high = SELECT(x > high, x, high);
  }
  float least = values[0], most = values[0];
  int32_t found = 0;
  for (size_t j = 0; j < lanes; j++) {
    least = low[j] < least ? low[j] : least;
    most = high[j] > most ? high[j] : most;
    found |= is_infinite[j];
  }
  for (; i < count; i++) {
    int32_t bits;
    __builtin_memcpy(&bits, values + i, sizeof bits);
    found |= (bits & exponent_mask) == exponent_mask;
    least = values[i] < least ? values[i] : least;
    most = values[i] > most ? values[i] : most;
  }
  *smallest = least;
  *largest = most;
  return found == 0;
}

enum { most_bins = 2048, tables = 2, portion = 1 << 20 };

/// Counts up to a portion of values. Neighbours often fall into one bin, and each increment waits for the
/// one before it: so they go to different tables.
static void count_portion(
    size_t count, const float *values, float scale, size_t bins,
    uint32_t (*counts)[2][most_bins], size_t *left_out) {
  for (size_t i = 0; i < count; i++) {
    int32_t bits;
    __builtin_memcpy(&bits, values + i, sizeof bits);
    if ((bits & exponent_mask) == 0) {
      ++*left_out;
      continue;
    }
    const float magnitude = bits < 0 ? -values[i] : values[i];
    const size_t bin = (size_t)(int32_t)(magnitude * scale);
    counts[i % tables][bits < 0][bin < bins ? bin : bins - 1]++;
  }
}

size_t octet_f32_count(
    size_t count, const float *values, float scale, size_t bins, uint64_t *positive,
    uint64_t *negative) {
  size_t left_out = 0;
  for (size_t first = 0; first < count; first += portion) {
    uint32_t counts[tables][2][most_bins] = {{{0}}};
    const size_t left = count - first;
    count_portion(left < portion ? left : portion, values + first, scale, bins, counts, &left_out);
    for (size_t bin = 0; bin < bins; bin++) {
      positive[bin] += counts[0][0][bin] + counts[1][0][bin];
      negative[bin] += counts[0][1][bin] + counts[1][1][bin];
    }
  }
  return left_out;
}
