/// The functions of `octet_codes_binary.h` from `run`, which a file that includes this has defined.
#include "octet_codes_binary.h"
#include "tiles.h"

/// The types of codes.
typedef enum { qs8, qu8, qs16 } codes_type;

typedef enum { add, subtract, multiply } codes_operation;

/// By how much operands are shifted left before they are scaled, so that bits are left to round with.
OCTET_INLINE int operand_shift(const codes_type type) { return type == qs16 ? 15 : 20; }

OCTET_INLINE const void *code_at(const codes_type type, const void *codes, size_t index) {
  return (const uint8_t *)codes + (type == qs16 ? 2 : 1) * index;
}

#define OCTET_CODES_KERNEL(type, operation, isa, target) \
  target void octet_##type##_##operation##__##isa( \
      size_t count, const void *a, size_t a_step, const void *b, size_t b_step, \
      const octet_codes_pair *pair, void *to) { \
    run(type, operation, count, a, a_step, b, b_step, pair, to); \
  }
#define OCTET_CODES_TYPE(type, isa, target) \
  OCTET_CODES_KERNEL(type, add, isa, target) \
  OCTET_CODES_KERNEL(type, subtract, isa, target) \
  OCTET_CODES_KERNEL(type, multiply, isa, target)
#define OCTET_CODES_KERNELS(isa, target) \
  OCTET_CODES_TYPE(qs8, isa, target) \
  OCTET_CODES_TYPE(qu8, isa, target) \
  OCTET_CODES_TYPE(qs16, isa, target)
