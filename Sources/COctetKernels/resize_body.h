/// Bilinear interpolation; `f32_vectors.h` says what to define.
#include "octet_resize.h"
#include "f32_vectors.h"

#pragma STDC FP_CONTRACT OFF

enum { one = 1 << 10 };

typedef int32_t ints __attribute__((vector_size(4 * lanes)));
typedef uint8_t unsigned_bytes __attribute__((vector_size(lanes)));
typedef int8_t signed_bytes __attribute__((vector_size(lanes)));

/// Calls `step(i)` for vectors from the first element on, the last of which may overlap the one before it, or for each
/// element where there are fewer than a vector has.
#define OCTET_EACH(count, vector_step, element_step) \
  if ((count) < lanes) { \
    for (size_t i = 0; i < (count); i++) element_step; \
  } else { \
    size_t i = 0; \
    for (; i + lanes <= (count); i += lanes) vector_step; \
    if (i < (count)) { \
      i = (count) - lanes; \
      vector_step; \
    } \
  }

#define OCTET_LOAD(type, from) \
  ({ \
    type loaded; \
    __builtin_memcpy(&loaded, (from), sizeof loaded); \
    loaded; \
  })
#define OCTET_STORE(to, vector) \
  do { \
    const __typeof__(vector) stored = (vector); \
    __builtin_memcpy((to), &stored, sizeof stored); \
  } while (0)

#define OCTET_TO_FLOATS(x) __builtin_convertvector(x, floats)
#define OCTET_KEEP(x) (x)
#define OCTET_TO_BYTES(x) \
  __builtin_convertvector(__builtin_convertvector((x) + 0.5f, ints), unsigned_bytes)
#define OCTET_TO_BYTE(x) ((uint8_t)((x) + 0.5f))

/// The sum of a pixel's four products.
#define OCTET_MEAN(a, b, c, d, left, right) \
  ((a) * (left) + (b) * (left) + (c) * (right) + (d) * (right))

#define OCTET_RESIZE_OF(type, element, vector, widen, narrow, narrow_one) \
  OCTET_TARGET void OCTET_NAME(type, lines)( \
      size_t count, const element *upper, const element *lower, float part, void *lines) { \
    float *to = lines; \
    const float rest = 1 - part; \
    OCTET_EACH(count, { \
      OCTET_STORE(to + i, widen(OCTET_LOAD(vector, upper + i)) * rest); \
      OCTET_STORE(to + count + i, widen(OCTET_LOAD(vector, lower + i)) * part); \
    }, { \
      to[i] = (float)upper[i] * rest; \
      to[count + i] = (float)lower[i] * part; \
    }) \
  } \
  OCTET_TARGET void OCTET_NAME(type, pixels)( \
      size_t pixels, size_t channels, const octet_resize_place *places, const void *lines, \
      size_t count, element *to, size_t stride) { \
    for (size_t p = 0; p < pixels; p++, to += stride) { \
      const float right = places[p].part, left = 1 - right; \
      const float *a = (const float *)lines + places[p].low, *b = a + count; \
      const float *c = (const float *)lines + places[p].high, *d = c + count; \
      OCTET_EACH(channels, { \
        OCTET_STORE( \
            to + i, \
            narrow(OCTET_MEAN(load(a + i), load(b + i), load(c + i), load(d + i), left, right))); \
      }, { to[i] = narrow_one(OCTET_MEAN(a[i], b[i], c[i], d[i], left, right)); }) \
    } \
  }

OCTET_RESIZE_OF(f32, float, floats, OCTET_KEEP, OCTET_KEEP, OCTET_KEEP)
OCTET_RESIZE_OF(u8, uint8_t, unsigned_bytes, OCTET_TO_FLOATS, OCTET_TO_BYTES, OCTET_TO_BYTE)

/// A sum of products that add up to 2^20 less a factor, rounded half away from zero.
#define OCTET_ROUNDED(sum, sign) ((((sum) ^ (sign)) - (sign) + (1 << 19)) >> 20 ^ (sign)) - (sign)

OCTET_TARGET void OCTET_NAME(s8, lines)(
    size_t count, const int8_t *upper, const int8_t *lower, float part, void *lines) {
  int32_t *to = lines;
  const int32_t below = (int32_t)part, above = one - below;
  OCTET_EACH(count, {
    const ints x = __builtin_convertvector(OCTET_LOAD(signed_bytes, upper + i), ints);
    const ints y = __builtin_convertvector(OCTET_LOAD(signed_bytes, lower + i), ints);
    OCTET_STORE(to + i, x * above + y * below);
  }, { to[i] = upper[i] * above + lower[i] * below; })
}

OCTET_TARGET void OCTET_NAME(s8, pixels)(
    size_t pixels, size_t channels, const octet_resize_place *places, const void *lines,
    size_t count, int8_t *to, size_t stride) {
  (void)count;
  for (size_t p = 0; p < pixels; p++, to += stride) {
    const int32_t right = (int32_t)places[p].part, left = one - right;
    const int32_t *a = (const int32_t *)lines + places[p].low;
    const int32_t *c = (const int32_t *)lines + places[p].high;
    OCTET_EACH(channels, {
      const ints sum = OCTET_LOAD(ints, a + i) * left + OCTET_LOAD(ints, c + i) * right;
      const ints sign = sum >> 31;
      const ints code = OCTET_ROUNDED(sum, sign);
      OCTET_STORE(to + i, __builtin_convertvector(code, signed_bytes));
    }, {
      const int32_t sum = a[i] * left + c[i] * right;
      const int32_t sign = sum >> 31;
      to[i] = (int8_t)(OCTET_ROUNDED(sum, sign));
    })
  }
}
