#ifndef OCTET_ROWS_H
#define OCTET_ROWS_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// A matrix whose rows need not lie side by side: row i is the run of `run_groups` groups of
/// values at `base`, `row_offsets[i] + run_offsets[q]` values on, for each q < `runs`, one after
/// the other. A kernel says how many values make a group.
///
/// A convolution's rows are the patches its output pixels see: a run for each line of the kernel, in
/// an image with a border. A plain matrix has one run at offset 0.
typedef struct {
  const void *base;
  const int32_t *row_offsets;
  const int32_t *run_offsets;
  size_t runs;
  size_t run_groups;
} octet_rows;

#pragma clang assume_nonnull end

#endif
