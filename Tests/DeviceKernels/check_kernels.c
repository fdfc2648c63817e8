/// Holds this processor's kernels against the portable ones: bit for bit.
/// `check_kernels [neon|neondot]...` names the int8 matrix products that must be there, no more and no
/// fewer.
///
/// Everything a kernel may read or write ends at a page that may not be touched. tools/test-device
/// runs it under qemu.

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "octet_cpu.h"
#include "octet_f32_gemm.h"
#include "octet_pool.h"
#include "octet_qs8_gemm.h"
#include "octet_qs8_widen.h"

typedef struct {
  const char *name;
  octet_qs8_gemm *function;
  /// 2: int16 inputs and weights; 4: int8.
  size_t group;
} variant;

static const uint64_t seed = 0x0C7E7;
static uint64_t state;
static size_t cases;

/// SplitMix64.
static uint64_t next(void) {
  uint64_t z = state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
  return z ^ z >> 31;
}

/// low...high.
static int64_t between(int64_t low, int64_t high) {
  return low + (int64_t)(next() % (uint64_t)(high - low + 1));
}

#define ANY_OF(values) (values)[next() % (sizeof(values) / sizeof *(values))]

/// Memory whose last byte is the last that may be touched.
typedef struct {
  uint8_t *end;
} region;

enum { region_bytes = 1 << 20 };

static region make_region(void) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  uint8_t *start = mmap(
      NULL, region_bytes + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED || mprotect(start + region_bytes, page, PROT_NONE) != 0) {
    perror("check_kernels");
    exit(1);
  }
  return (region){.end = start + region_bytes};
}

static void *last(region r, size_t bytes) {
  if (bytes > region_bytes) abort();
  return r.end - bytes;
}

/// How inputs and weights are drawn.
typedef enum { as_in_models, any_value, extremes, zero_weights } drawing;

static int16_t draw(drawing how, size_t group) {
  static const int8_t bytes[] = {-128, 127, 0, -1};
  static const int16_t words[] = {-32768, 32767, -255, 255, 0};
  switch (how) {
    case extremes: return group == 4 ? ANY_OF(bytes) : ANY_OF(words);
    case any_value: return group == 4 ? (int8_t)next() : (int16_t)next();
    default: return group == 4 ? (int8_t)next() : (int16_t)between(-255, 255);
  }
}

/// One matrix product; its scaling is filled in by the tests.
typedef struct {
  size_t m, n, k, runs;
  drawing how;
  int32_t *bias, *multiplier, *shift;
  double *real_multiplier;
  bool is_real;
  bool keeps_sums;
  int32_t zero_point, minimum, maximum;
  const octet_x8_table *table;
} product;

static region inputs, wide_inputs, weights, wide_weights, results, wide_results, biases,
    multipliers, shifts, reals;

/// With values as models have them.
static product make_product(size_t m, size_t n, size_t k) {
  const size_t padded = (n + 15) / 16 * 16;
  product p = {
      .m = m, .n = n, .k = k, .runs = (size_t)between(1, 3), .how = as_in_models,
      .bias = last(biases, 4 * padded), .multiplier = last(multipliers, 4 * padded),
      .shift = last(shifts, 4 * padded), .real_multiplier = last(reals, 8 * padded),
      .zero_point = (int32_t)between(-128, 127), .minimum = -128, .maximum = 127,
  };
  for (size_t j = 0; j < padded; j++) {
    p.bias[j] = (int32_t)between(-20000, 20000);
    p.multiplier[j] = (int32_t)between(1 << 30, INT32_MAX);
    p.shift[j] = (int32_t)between(-14, -4);
    p.real_multiplier[j] = (double)between(1, 1 << 20) / (1 << 30);
  }
  return p;
}

static void fail(const variant *v, const product *p, const char *what, size_t at) {
  fprintf(
      stderr, "%s differs from the portable kernel: %s, m %zu n %zu k %zu runs %zu, byte %zu\n",
      v->name, what, p->m, p->n, p->k, p->runs, at);
  exit(1);
}

/// The same bytes, and those between the rows as they were.
static void check_variant(const variant *v, const product *p, const char *what) {
  const size_t group = v->group, groups = (p->k + group - 1) / group, run = groups * group;
  const size_t row_stride = (size_t)between(1, (int64_t)run + 3);
  const size_t run_stride = (size_t)between(1, (int64_t)run + 3);
  const size_t count = (p->m - 1) * row_stride + (p->runs - 1) * run_stride + run;
  const size_t depth = p->runs * run, blocks = (p->n + 15) / 16;
  int8_t *const a = last(inputs, count);
  int8_t *const w = last(weights, blocks * 16 * depth);
  int16_t *const wide_a = last(wide_inputs, 2 * count);
  int16_t *const wide_w = last(wide_weights, 2 * blocks * 16 * depth);

  for (size_t i = 0; i < count; i++) {
    wide_a[i] = draw(p->how, group);
    a[i] = (int8_t)wide_a[i];
  }
  for (size_t block = 0; block < blocks; block++) {
    for (size_t l = 0; l < depth; l++) {
      for (size_t lane = 0; lane < 16; lane++) {
        const bool is_missing =
            l % run >= p->k || 16 * block + lane >= p->n || p->how == zero_weights;
        const drawing how = p->how == as_in_models ? any_value : p->how;
        const int16_t value = is_missing ? 0
            : p->how == as_in_models     ? draw(how, 4)
                                         : draw(how, group);
        wide_w[(block * depth + l / 2 * 2) * 16 + 2 * lane + l % 2] = value;
        w[(block * depth + l / group * group) * 16 + group * lane + l % group] = (int8_t)value;
      }
    }
  }

  int32_t row_offsets[16], run_offsets[4];
  const bool is_reversed = next() % 2 != 0;
  for (size_t i = 0; i < p->m; i++) {
    row_offsets[is_reversed ? p->m - 1 - i : i] = (int32_t)(i * row_stride);
  }
  for (size_t q = 0; q < p->runs; q++) run_offsets[q] = (int32_t)(q * run_stride);
  const octet_rows wide_rows = {wide_a, row_offsets, run_offsets, p->runs, run / 2};
  const octet_rows byte_rows = {a, row_offsets, run_offsets, p->runs, groups};
  const octet_qs8_output output = {
      .bias = p->bias, .multiplier = p->multiplier, .shift = p->shift,
      .real_multiplier = p->is_real ? p->real_multiplier : NULL, .keeps_sums = p->keeps_sums,
      .zero_point = p->zero_point, .minimum = p->minimum, .maximum = p->maximum, .table = p->table,
  };
  const size_t stride = p->n + (size_t)between(0, 5);
  const size_t bytes = ((p->m - 1) * stride + p->n) * (p->keeps_sums ? sizeof(int32_t) : 1);
  int8_t *const expected = last(wide_results, bytes);
  int8_t *const result = last(results, bytes);
  const uint8_t *const before = results.end - bytes - 64;
  memset(expected - 64, 0x55, bytes + 64);
  memset(result - 64, 0x55, bytes + 64);
  octet_qs8_gemm_4x16__portable(p->m, p->n, &wide_rows, wide_w, &output, expected, stride);
  v->function(
      p->m, p->n, group == 4 ? &byte_rows : &wide_rows, group == 4 ? (void *)w : wide_w, &output,
      result, stride);
  for (size_t i = 0; i < bytes; i++) {
    if (result[i] != expected[i]) fail(v, p, what, i);
  }
  for (size_t i = 0; i < 64; i++) {
    if (before[i] != 0x55) fail(v, p, "wrote before its first row", i);
  }
  cases++;
}

static variant variants[2];
static size_t variant_count;

static void check(const product *p, const char *what) {
  for (size_t i = 0; i < variant_count; i++) check_variant(&variants[i], p, what);
}

static void check_tails(void) {
  static const drawing ways[] = {as_in_models, any_value, extremes};
  for (size_t k = 1; k <= 33; k++) {
    for (size_t n = 1; n <= 33; n++) {
      for (size_t m = 1; m <= 13; m++) {
        product p = make_product(m, n, k);
        p.how = ANY_OF(ways);
        p.keeps_sums = next() % 4 == 0;
        check(&p, p.keeps_sums ? "sums" : "tails");
      }
    }
  }
  for (size_t m = 1; m <= 13; m++) {
    product p = make_product(m, 33, 400);
    check(&p, "a deep product");
    p.how = extremes;
    check(&p, "a deep product of extremes");
  }
}

/// Sums of the bias alone, on both sides of where rounding changes its mind.
static void check_scaling(void) {
  static const int32_t factors[] = {0, 1, 3, 1 << 30, (1 << 30) + 1, INT32_MAX - 1, INT32_MAX};
  static const int32_t zero_points[] = {-128, -1, 0, 127};
  static const int32_t edges[] = {
      INT32_MIN, INT32_MIN + 1, INT32_MIN + 2, -(1 << 30), -129, -3, -2, -1, 0, 1, 2, 3, 127,
      1 << 30, INT32_MAX - 128, INT32_MAX - 1, INT32_MAX};
  for (int32_t shift = -31; shift <= 30; shift++) {
    const int64_t half = shift < 0 ? INT64_C(1) << (-shift - 1) : 0;
    for (size_t f = 0; f <= sizeof factors / sizeof *factors; f++) {
      for (size_t z = 0; z < 4; z++) {
        for (size_t part = 0; part < 4; part++) {
          product p = make_product(1, 64, 1);
          p.how = zero_weights;
          p.zero_point = zero_points[z];
          for (size_t j = 0; j < p.n; j++) {
            // Twice and four times half, since multipliers of a half and less are common.
            const int64_t near = half * between(-8, 8) + between(-2, 2);
            p.bias[j] = part == 0 && j < sizeof edges / sizeof *edges ? edges[j]
                : part < 3                                           ? (int32_t)(uint32_t)near
                                                                     : (int32_t)next();
            p.shift[j] = shift;
            p.multiplier[j] = f < sizeof factors / sizeof *factors
                ? factors[f] : (int32_t)between(0, INT32_MAX);
          }
          check(&p, "scaling");
        }
      }
    }
  }
  for (size_t round = 0; round < 2000; round++) {
    product p = make_product((size_t)between(1, 13), (size_t)between(1, 64), 5);
    for (size_t j = 0; j < p.n; j++) {
      p.bias[j] = (int32_t)next();
      p.shift[j] = (int32_t)between(-31, 30);
      p.multiplier[j] = (int32_t)between(0, INT32_MAX);
    }
    check(&p, "any scaling");
  }
}

static void check_real_scaling(void) {
  static const double factors[] = {0, 0.5, 0.25, 1, 0.0625, 1.5, 1e-30, 1e30, 1 / 3.0, 0x1p-31};
  for (size_t round = 0; round < 2000; round++) {
    product p = make_product((size_t)between(1, 13), (size_t)between(1, 33), 3);
    p.is_real = true;
    p.how = round % 2 == 0 ? zero_weights : as_in_models;
    for (size_t j = 0; j < p.n; j++) {
      p.bias[j] = round % 4 == 0 ? (int32_t)next() : (int32_t)between(-600, 600);
      if (round % 3 != 0) p.real_multiplier[j] = ANY_OF(factors);
    }
    check(&p, "real multipliers");
  }
}

static void check_bounds_and_tables(void) {
  octet_x8_table table;
  for (size_t round = 0; round < 1000; round++) {
    product p = make_product((size_t)between(1, 13), (size_t)between(1, 64), (size_t)between(1, 40));
    p.minimum = (int32_t)between(-128, 127);
    p.maximum = (int32_t)between(p.minimum, 127);
    check(&p, "bounds");
    if (round % 2 == 0) p.minimum = -128, p.maximum = 127;
    for (size_t i = 0; i < 256; i++) table.entries[i] = (uint8_t)next();
    for (size_t i = 0; i < 256; i++) {
      table.steps[i] = table.entries[i] ^ (i % 128 < 16 ? 0 : table.entries[i - 16]);
    }
    p.table = &table;
    p.is_real = round % 5 == 0;
    check(&p, "a table");
  }
}

#if defined(__arm__)

static void require(bool holds, const char *kernel, size_t round) {
  if (!holds) {
    fprintf(stderr, "%s differs from the portable kernel, case %zu\n", kernel, round);
    exit(1);
  }
  cases++;
}

static void check_widening(void) {
  for (size_t count = 0; count <= 70; count++) {
    for (size_t rows = 1; rows <= 3; rows++) {
      const size_t from_stride = count + 1, to_stride = count + 2;
      const int32_t zero_point = (int32_t)between(-128, 127);
      const size_t read = (rows - 1) * from_stride + count;
      const size_t written = (rows - 1) * to_stride + count;
      int8_t *const from = last(inputs, read);
      int16_t *const to = last(results, 2 * written);
      int16_t *const expected = last(wide_results, 2 * written);
      for (size_t i = 0; i < read; i++) from[i] = (int8_t)next();
      memset(to, 0x55, 2 * written);
      memset(expected, 0x55, 2 * written);
      octet_qs8_widen_u1__portable(rows, count, from, from_stride, zero_point, expected, to_stride);
      octet_qs8_widen_u8__neon(rows, count, from, from_stride, zero_point, to, to_stride);
      require(memcmp(to, expected, 2 * written) == 0, "qs8-widen-u8--neon", count);
    }
  }
}

static void check_pools(void) {
  for (size_t channels = 1; channels <= 70; channels++) {
    const size_t pixels = (size_t)between(1, 3), rows = (size_t)between(1, 3), columns = 2;
    const size_t line = (pixels + 1) * channels, read = rows * line, written = pixels * channels;
    int8_t *const codes = last(inputs, read), *const code_maxima = last(results, written);
    int8_t *const expected_codes = last(wide_results, written);
    for (size_t i = 0; i < read; i++) codes[i] = (int8_t)next();
    octet_s8_max_pool_u16__portable(
        pixels, channels, rows, columns, codes, line, channels, -100, 100, expected_codes);
    octet_s8_max_pool_u16__neon(
        pixels, channels, rows, columns, codes, line, channels, -100, 100, code_maxima);
    require(memcmp(code_maxima, expected_codes, written) == 0, "s8-max-pool-u16--neon", channels);
    float *const values = last(wide_inputs, 4 * read), *const maxima = last(results, 4 * written);
    float *const expected = last(wide_results, 4 * written);
    for (size_t i = 0; i < read; i++) {
      values[i] = next() % 16 == 0 ? __builtin_nanf("") : (float)between(-1000, 1000) / 256;
    }
    octet_f32_max_pool_u4__portable(
        pixels, channels, rows, columns, values, line, channels, -3, 3, expected);
    octet_f32_max_pool_u4__neon(
        pixels, channels, rows, columns, values, line, channels, -3, 3, maxima);
    require(memcmp(maxima, expected, 4 * written) == 0, "f32-max-pool-u4--neon", channels);
    for (size_t i = 0; i < read; i++) values[i] = values[i] == values[i] ? values[i] : 0;
    octet_f32_average_pool_u4__portable(
        pixels, channels, rows, columns, values, line, channels, -3, 3, expected);
    octet_f32_average_pool_u4__neon(
        pixels, channels, rows, columns, values, line, channels, -3, 3, maxima);
    require(memcmp(maxima, expected, 4 * written) == 0, "f32-average-pool-u4--neon", channels);
  }
}

/// Small whole numbers, whose sums are exact whatever is fused.
static void check_float_products(void) {
  for (size_t round = 0; round < 2000; round++) {
    const size_t m = (size_t)between(1, 9), n = (size_t)between(1, 50), k = (size_t)between(1, 20);
    const size_t padded = (n + 15) / 16 * 16, read = m * k * padded;
    float *const a = last(inputs, 4 * read), *const w = last(weights, 4 * k * padded);
    float *const bias = last(biases, 4 * padded);
    float *const c = last(results, 4 * m * n), *const expected = last(wide_results, 4 * m * n);
    for (size_t i = 0; i < read; i++) a[i] = (float)between(-50, 50);
    for (size_t i = 0; i < k * padded; i++) w[i] = (float)between(-50, 50);
    for (size_t i = 0; i < padded; i++) bias[i] = (float)between(-50, 50);
    int32_t row_offsets[16], run_offsets[32];
    for (size_t i = 0; i < m; i++) row_offsets[i] = (int32_t)(i * k * padded);
    for (size_t q = 0; q < k; q++) run_offsets[q] = (int32_t)(q * padded);
    const octet_f32_output output = {
        .bias = bias, .minimum = round % 2 == 0 ? -__builtin_inff() : -2000, .maximum = 3000,
        .slope = round % 3 == 0 ? 0.5f : 1};
    const octet_rows matrix = {a, row_offsets, run_offsets, 1, k};
    octet_f32_gemm_4x16__portable(m, n, &matrix, w, &output, expected, n);
    octet_f32_gemm_2x16__neon(m, n, &matrix, w, &output, c, n);
    require(memcmp(c, expected, 4 * m * n) == 0, "f32-gemm-2x16--neon", round);
    const octet_rows windows = {a, row_offsets, run_offsets, k, 1};
    octet_f32_depthwise_4x16__portable(m, n, &windows, w, &output, expected, n);
    octet_f32_depthwise_4x16__neon(m, n, &windows, w, &output, c, n);
    require(memcmp(c, expected, 4 * m * n) == 0, "f32-depthwise-4x16--neon", round);
  }
}

#endif

int main(int count, char **names) {
#if defined(__aarch64__)
  if (octet_cpu_has_neon()) {
    variants[variant_count++] = (variant){"neon", octet_qs8_gemm_5x16__neon, 2};
  }
  if (octet_cpu_has_neon_dot_product()) {
    variants[variant_count++] = (variant){"neondot", octet_qs8_gemm_5x16__neondot, 4};
  }
#elif defined(__arm__)
  if (octet_cpu_has_neon()) {
    variants[variant_count++] = (variant){"neon", octet_qs8_gemm_4x8__neon, 2};
  }
#endif
  bool is_expected = (size_t)count == variant_count + 1;
  for (size_t i = 0; is_expected && i < variant_count; i++) {
    is_expected = strcmp(names[i + 1], variants[i].name) == 0;
  }
  if (!is_expected) {
    fprintf(stderr, "check_kernels: this CPU has other variants than named:");
    for (size_t i = 0; i < variant_count; i++) fprintf(stderr, " %s", variants[i].name);
    fprintf(stderr, "\n");
    return 1;
  }

  if (variant_count == 0) {
    printf("only the portable kernels\n");
    return 0;
  }

  state = seed;
  region *const regions[] = {
      &inputs, &wide_inputs, &weights, &wide_weights, &results, &wide_results, &biases,
      &multipliers, &shifts, &reals};
  for (size_t i = 0; i < sizeof regions / sizeof *regions; i++) *regions[i] = make_region();
  check_tails();
  check_scaling();
  check_real_scaling();
  check_bounds_and_tables();
#if defined(__arm__)
  check_widening();
  check_pools();
  check_float_products();
#endif
  printf("%zu cases equal the portable kernels (seed %" PRIu64 "):", cases, seed);
  for (size_t i = 0; i < variant_count; i++) printf(" %s", variants[i].name);
  printf("\n");
  return 0;
}
