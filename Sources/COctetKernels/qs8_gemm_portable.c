#include "octet_qs8_gemm.h"
#include "qs8_requantize.h"
#include "tiles.h"

enum { tile_rows = 4, columns = octet_block_columns, vectors = columns / 4 };

typedef int16_t words __attribute__((vector_size(16)));
typedef int32_t products __attribute__((vector_size(16)));
typedef uint32_t wrapping __attribute__((vector_size(16)));

/// Sums of `rows` rows and one block of channels. Unsigned, because sums wrap. Vectors of four
/// channels make compilers choose widening multiplies (smlal on AArch64) where scalar loops over
/// the pairs end in scalar code; without vector hardware they are taken apart again.
OCTET_INLINE void accumulate(
    const size_t rows, const octet_rows *a, size_t first_row, const int16_t *w,
    const int32_t *bias, uint32_t (*sums)[columns]) {
  wrapping acc[tile_rows][vectors];
  OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
    __builtin_memcpy(acc[r], bias, sizeof acc[r]);
  }
  for (size_t q = 0; q < a->runs; q++) {
    const int16_t *run[tile_rows];
    OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
      run[r] = (const int16_t *)a->base + a->row_offsets[first_row + r] + a->run_offsets[q];
    }
    for (size_t p = 0; p < a->run_groups; p++, w += 2 * columns) {
      products even[vectors], odd[vectors];
      OCTET_UNROLL for (size_t v = 0; v < vectors; v++) {
        words x;
        __builtin_memcpy(&x, w + 8 * v, sizeof x);
        even[v] = __builtin_convertvector(__builtin_shufflevector(x, x, 0, 2, 4, 6), products);
        odd[v] = __builtin_convertvector(__builtin_shufflevector(x, x, 1, 3, 5, 7), products);
      }
      OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
        const int32_t a0 = run[r][2 * p];
        const int32_t a1 = run[r][2 * p + 1];
        OCTET_UNROLL for (size_t v = 0; v < vectors; v++) {
          acc[r][v] += (wrapping)(even[v] * a0);
          acc[r][v] += (wrapping)(odd[v] * a1);
        }
      }
    }
  }
  OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
    __builtin_memcpy(sums[r], acc[r], sizeof acc[r]);
  }
}

void octet_qs8_gemm_4x16__portable(
    size_t m, size_t n, const octet_rows *a, const void *packed, const octet_qs8_output *output,
    void *c, size_t c_stride) {
  const int16_t *w = packed;
  const octet_tiles tiles = octet_split_rows(m, tile_rows);
  for (size_t first = 0; first < n; first += columns, w += a->runs * a->run_groups * 2 * columns) {
    const size_t valid = octet_valid_columns(n, first);
    const int32_t *bias = output->bias + first;
    size_t row = 0;
    for (size_t t = 0; t < tiles.count; t++) {
      const size_t rows = tiles.rows + (t < tiles.taller);
      uint32_t sums[tile_rows][columns];
      switch (rows) {
        case 1: accumulate(1, a, row, w, bias, sums); break;
        case 2: accumulate(2, a, row, w, bias, sums); break;
        case 3: accumulate(3, a, row, w, bias, sums); break;
        default: accumulate(4, a, row, w, bias, sums); break;
      }
      for (size_t r = 0; r < rows; r++, row++) {
        int8_t *to = octet_result(c, c_stride, row, first, output->keeps_sums);
        if (output->keeps_sums) {
          __builtin_memcpy(to, sums[r], sizeof sums[r][0] * valid);
          continue;
        }
        for (size_t j = 0; j < valid; j++) {
          to[j] = octet_qs8_finish((int32_t)sums[r][j], output, first + j);
        }
      }
    }
  }
}
