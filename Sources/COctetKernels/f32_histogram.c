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

enum {
  most_bins = 2048,
  left_out_place = 2 * most_bins,
  places = 2 * most_bins + 1,
  tables = 2,
  block = 256,
  portion = 1 << 16,
};

/// Where each of up to a block of values is counted: its bin, below zero `most_bins` further on. A loop of its
/// own, so that the compiler uses vectors.
static void find_places(
    size_t count, const float *values, float scale, int32_t last_bin, int32_t *found) {
  for (size_t i = 0; i < count; i++) {
    int32_t bits;
    __builtin_memcpy(&bits, values + i, sizeof bits);
    const int32_t bin = (int32_t)(__builtin_fabsf(values[i]) * scale);
    const int32_t place = (bin < last_bin ? bin : last_bin) + (bits < 0 ? most_bins : 0);
    found[i] = (bits & exponent_mask) == 0 ? left_out_place : place;
  }
}

/// Counts up to a portion of values. Neighbours often fall into one bin, and each increment waits for the
/// one before it: so they go to different tables.
static void count_portion(
    size_t count, const float *values, float scale, int32_t last_bin,
    uint16_t (*counts)[places]) {
  int32_t found[block];
  for (size_t first = 0; first < count; first += block) {
    const size_t left = count - first, size = left < block ? left : block;
    find_places(size, values + first, scale, last_bin, found);
    for (size_t i = 0; i < size; i++) counts[i % tables][found[i]]++;
  }
}

size_t octet_f32_count(
    size_t count, const float *values, float scale, size_t bins, uint64_t *positive,
    uint64_t *negative) {
  size_t left_out = 0;
  for (size_t first = 0; first < count; first += portion) {
    uint16_t counts[tables][places] = {{0}};
    const size_t left = count - first;
    count_portion(
        left < portion ? left : portion, values + first, scale, (int32_t)bins - 1, counts);
    for (size_t bin = 0; bin < bins; bin++) {
      positive[bin] += (uint64_t)counts[0][bin] + counts[1][bin];
      negative[bin] += (uint64_t)counts[0][most_bins + bin] + counts[1][most_bins + bin];
    }
    left_out += (size_t)counts[0][left_out_place] + counts[1][left_out_place];
  }
  return left_out;
}
