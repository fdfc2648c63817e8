/// The body of the float kernels over the compiler's vectors. A file that includes it defines
/// OCTET_VECTOR_BYTES, OCTET_TARGET (attributes of every function) and OCTET_NAME(kernel).
///
/// Products and sums are written apart; where the target has fused multiply-adds the compiler makes
/// them, which the language allows within an expression.
#include "octet_f32_gemm.h"
#include "tiles.h"

#define INLINE OCTET_INLINE OCTET_TARGET

typedef float floats __attribute__((vector_size(OCTET_VECTOR_BYTES)));

enum {
  lanes = OCTET_VECTOR_BYTES / sizeof(float),
  columns = octet_block_columns,
  vectors = columns / lanes,
};

INLINE floats load(const float *from) {
  floats x;
  __builtin_memcpy(&x, from, sizeof x);
  return x;
}

/// x in all lanes. Taking zero away leaves every number as it is; adding it would not, of -0, and so cost
/// an instruction.
INLINE floats all(float x) { return x - (floats){0}; }

/// Bounds and slope for all lanes.
typedef struct {
  floats minimum;
  floats maximum;
  floats slope;
} finishing;

INLINE finishing make_finishing(const octet_f32_output *output) {
  return (finishing){all(output->minimum), all(output->maximum), all(output->slope)};
}

#define SELECT(condition, a, b) \
  ((floats)(((__typeof__(condition))(a) & (condition)) | \
            ((__typeof__(condition))(b) & ~(condition))))

/// Keeps NaN: each comparison with it is false.
INLINE floats finish(floats sum, floats bias, const finishing *f) {
  floats x = sum + bias;
  x = SELECT(f->minimum > x, f->minimum, x);
  x = SELECT(f->maximum < x, f->maximum, x);
  const floats scaled = x * f->slope;
  return SELECT(scaled > x, scaled, x);
}

/// Writes the first `valid` of a block's numbers that belong to vector `v`.
INLINE void store(float *to, size_t v, floats x, size_t valid) {
  if (valid >= (v + 1) * lanes) {
    __builtin_memcpy(to + v * lanes, &x, sizeof x);
    return;
  }
  for (size_t j = 0; v * lanes + j < valid; j++) to[v * lanes + j] = x[j];
}
