/// Shared by the GEMM kernels: weights come in blocks of 16 channels, rows in tiles of nearly equal
/// height.
#ifndef OCTET_TILES_H
#define OCTET_TILES_H

#include <stddef.h>
#include <stdint.h>

#define OCTET_INLINE static inline __attribute__((always_inline))
#define OCTET_UNROLL _Pragma("clang loop unroll(full)")

enum { octet_block_columns = 16 };

/// Splits `m` rows into the fewest tiles of at most `limit` rows, the first `taller` of which have
/// one row more than the others: 13 rows at a limit of 6 are 5 + 4 + 4.
typedef struct {
  size_t count;
  size_t rows;
  size_t taller;
} octet_tiles;

OCTET_INLINE octet_tiles octet_split_rows(size_t m, size_t limit) {
  const size_t count = (m + limit - 1) / limit;
  return (octet_tiles){.count = count, .rows = m / count, .taller = m % count};
}

/// Valid columns of the block that starts at column `first`.
OCTET_INLINE size_t octet_valid_columns(size_t n, size_t first) {
  const size_t left = n - first;
  return left < octet_block_columns ? left : octet_block_columns;
}

/// Where row `row` of results begins, from column `column` on: int32 where sums are kept, else bytes.
OCTET_INLINE void *octet_result(void *c, size_t stride, size_t row, size_t column, int keeps_sums) {
  return (char *)c + (keeps_sums ? sizeof(int32_t) : 1) * (row * stride + column);
}

#endif
