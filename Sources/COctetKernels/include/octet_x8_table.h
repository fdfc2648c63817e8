#ifndef OCTET_X8_TABLE_H
#define OCTET_X8_TABLE_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// A function of one byte, for vector look-ups.
///
/// `entries[i]` is the result for byte i (int8 codes count as the byte with their bits), and
/// `steps[i]` is entries[i] ^ entries[i - 16], except that entries 0...15 and 128...143 stand as they are:
/// a look-up walks down in steps of 16 and combines what it meets by exclusive or.
typedef struct {
  uint8_t entries[256];
  uint8_t steps[256];
} octet_x8_table;

/// to[i] = table[from[i]] for i < count, which may be 0. `to` may be `from`.
void octet_x8_table_u1__portable(
    size_t count, const uint8_t *from, const octet_x8_table *table, uint8_t *to);

#if defined(__x86_64__)
void octet_x8_table_u32__avx2(
    size_t count, const uint8_t *from, const octet_x8_table *table, uint8_t *to);
#endif

#pragma clang assume_nonnull end

#endif
