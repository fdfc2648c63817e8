#include "octet_x8_table.h"

void octet_x8_table_u1__portable(
    size_t count, const uint8_t *from, const octet_x8_table *table, uint8_t *to) {
  for (size_t i = 0; i < count; i++) to[i] = table->entries[from[i]];
}
