// The part of FlatBuffers that stays with Google's library, behind a C interface: checking
// untrusted bytes, and building. Reading is Swift (OctetSchema).

#ifndef OCTET_SCHEMA_H_
#define OCTET_SCHEMA_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Whether `bytes` hold a .tflite FlatBuffer whose every offset, size and alignment is sound, with
// at most 64 nested and 1,000,000 tables. `bytes` must be 4-byte aligned. Data behind the
// FlatBuffer, and the table of a union whose type the schema does not list, are not looked at.
bool octet_tflite_verify(const uint8_t *bytes, size_t count);

// Why a builder stopped. After the first failure every call does nothing and returns 0.
enum octet_flat_status {
  OCTET_FLAT_OK = 0,
  OCTET_FLAT_TOO_LARGE = 1,
  OCTET_FLAT_NO_MEMORY = 2,
  OCTET_FLAT_MISUSE = 3,
};

typedef struct octet_flat_builder octet_flat_builder;

// `limit` is the largest file size allowed; the format's own limit, 2^31 - 1, holds in any case.
// Null when memory is short.
octet_flat_builder *octet_flat_create(size_t initial_size, size_t limit);
void octet_flat_destroy(octet_flat_builder *builder);
enum octet_flat_status octet_flat_error(const octet_flat_builder *builder);

// Children come before the table that refers to them. Each call returns the object's offset, never
// 0 when it succeeds.
uint32_t octet_flat_string(octet_flat_builder *builder, const char *text, size_t count);
uint32_t octet_flat_vector(octet_flat_builder *builder, const void *elements, size_t count,
                           size_t element_size, size_t alignment);
uint32_t octet_flat_offsets(octet_flat_builder *builder, const uint32_t *offsets, size_t count);

// A table is started, gets its fields, each slot once, and is ended. `bits` holds the scalar's own
// bits in its low `size` bytes; it is stored even when it equals the schema's default.
void octet_flat_start_table(octet_flat_builder *builder);
void octet_flat_add_scalar(octet_flat_builder *builder, uint16_t slot, uint64_t bits, size_t size);
void octet_flat_add_offset(octet_flat_builder *builder, uint16_t slot, uint32_t offset);
uint32_t octet_flat_end_table(octet_flat_builder *builder);

// Closes the file around its root table; the bytes live as long as the builder.
bool octet_flat_finish(octet_flat_builder *builder, uint32_t root);
const uint8_t *octet_flat_bytes(const octet_flat_builder *builder);
size_t octet_flat_size(const octet_flat_builder *builder);

#ifdef __cplusplus
}
#endif

#endif  // OCTET_SCHEMA_H_
