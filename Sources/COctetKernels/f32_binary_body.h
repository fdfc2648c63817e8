/// Operations on two tensors; `f32_vectors.h` says what to define.
#include "octet_f32_binary.h"
#include "f32_vectors.h"

typedef enum { add, subtract, multiply, prelu } operation;

/// Of vectors or of single numbers.
#define COMBINE(operation, x, y, select) \
  ((operation) == add ? (x) + (y) \
   : (operation) == subtract ? (x) - (y) \
   : (operation) == multiply ? (x) * (y) \
                             : select((x) < 0, (x) * (y), (x)))
#define SELECT_ONE(condition, a, b) ((condition) ? (a) : (b))

INLINE floats combine(
    const operation operation, floats x, floats y, floats minimum, floats maximum) {
  floats z = COMBINE(operation, x, y, SELECT);
  z = SELECT(minimum > z, minimum, z);
  return SELECT(maximum < z, maximum, z);
}

/// Vectors from the first element on, the last of which may overlap the one before it.
INLINE void run(
    const operation operation, size_t count, const float *a, const size_t a_step, const float *b,
    const size_t b_step, float minimum, float maximum, float *to) {
  if (count < lanes) {
    for (size_t i = 0; i < count; i++) {
      const float x = a[i * a_step], y = b[i * b_step];
      float z = COMBINE(operation, x, y, SELECT_ONE);
      z = minimum > z ? minimum : z;
      to[i] = maximum < z ? maximum : z;
    }
    return;
  }
  const floats low = all(minimum), high = all(maximum);
  const floats fixed_a = all(*a), fixed_b = all(*b);
#define OCTET_STEP(i) \
  do { \
    const floats x = a_step ? load(a + (i)) : fixed_a, y = b_step ? load(b + (i)) : fixed_b; \
    const floats z = combine(operation, x, y, low, high); \
    __builtin_memcpy(to + (i), &z, sizeof z); \
  } while (0)
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) OCTET_STEP(i);
  if (i < count) OCTET_STEP(count - lanes);
#undef OCTET_STEP
}

#define OCTET_OPERATION(operation) \
  OCTET_TARGET void OCTET_NAME(operation)( \
      size_t count, const float *a, size_t a_step, const float *b, size_t b_step, float minimum, \
      float maximum, float *to) { \
    if (a_step == 0) { \
      run(operation, count, a, 0, b, 1, minimum, maximum, to); \
    } else if (b_step == 0) { \
      run(operation, count, a, 1, b, 0, minimum, maximum, to); \
    } else { \
      run(operation, count, a, 1, b, 1, minimum, maximum, to); \
    } \
  }

OCTET_OPERATION(add)
OCTET_OPERATION(subtract)
OCTET_OPERATION(multiply)
OCTET_OPERATION(prelu)
