#include "CStb.h"

#include <limits.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

/// One block of memory of a decoder, in the list of all that it holds.
typedef struct Block {
  struct Block *previous, *next;
  size_t count;
  max_align_t contents[];
} Block;

/// The decoder of this thread: its memory, and where to go when a file contradicts what it relies on.
static _Thread_local struct {
  Block *blocks;
  size_t free_bytes;
  int is_exhausted;
  jmp_buf refusal;
} decoder;

static void begin(size_t budget) {
  decoder.blocks = NULL;
  decoder.free_bytes = budget;
  decoder.is_exhausted = 0;
}

static void *take(size_t count) {
  if (count > decoder.free_bytes) {
    decoder.is_exhausted = 1;
    return NULL;
  }
  // Zeros: the decoder reads tables that a damaged file does not define.
  Block *block = calloc(1, sizeof(Block) + count);
  if (block == NULL) {
    decoder.is_exhausted = 1;
    return NULL;
  }
  *block = (Block){.previous = NULL, .next = decoder.blocks, .count = count};
  if (decoder.blocks != NULL) decoder.blocks->previous = block;
  decoder.blocks = block;
  decoder.free_bytes -= count;
  return block->contents;
}

static Block *block_of(void *contents) {
  return (Block *)((char *)contents - offsetof(Block, contents));
}

/// Takes a block off the list; it is not the decoder's any more.
static Block *release(void *contents) {
  Block *block = block_of(contents);
  if (block->next != NULL) block->next->previous = block->previous;
  if (block->previous != NULL) block->previous->next = block->next;
  if (decoder.blocks == block) decoder.blocks = block->next;
  decoder.free_bytes += block->count;
  return block;
}

static void give_back(void *contents) {
  if (contents != NULL) free(release(contents));
}

static void give_back_all(void) {
  while (decoder.blocks != NULL) give_back(decoder.blocks->contents);
}

static void *resize(void *contents, size_t old_count, size_t count) {
  void *larger = take(count);
  if (larger == NULL) return NULL;
  if (contents != NULL) memcpy(larger, contents, old_count < count ? old_count : count);
  give_back(contents);
  return larger;
}

#define STBI_MALLOC(count) take(count)
#define STBI_FREE(contents) give_back(contents)
#define STBI_REALLOC_SIZED(contents, old_count, count) resize(contents, old_count, count)
#define STBI_ASSERT(claim) ((claim) ? (void)0 : longjmp(decoder.refusal, 1))
#define STBI_NO_STDIO
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_ONLY_BMP
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STBI_WRITE_NO_STDIO
#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#pragma clang diagnostic ignored "-Wunused-function"
#include <stb/stb_image.h>
#include <stb/stb_image_write.h>

int octet_image_size(const uint8_t *bytes, size_t count, size_t *width, size_t *height) {
  int x = 0, y = 0, channels = 0;
  // Only the decoder's own state is needed to read a header.
  begin(1 << 20);
  int is_picture = count <= INT_MAX && setjmp(decoder.refusal) == 0 &&
                   stbi_info_from_memory(bytes, (int)count, &x, &y, &channels);
  give_back_all();
  // A bitmap whose rows begin at the top has a negative height.
  if (is_picture && y < 0 && y > INT_MIN) y = -y;
  if (!is_picture || x < 1 || y < 1) return -1;
  *width = (size_t)x;
  *height = (size_t)y;
  return 0;
}

int octet_image_decode(const uint8_t *bytes, size_t count, size_t budget, uint8_t **pixels,
                       size_t *width, size_t *height, const char **reason) {
  int x = 0, y = 0, channels = 0;
  *pixels = NULL;
  *reason = "contradiction";
  begin(budget);
  if (count <= INT_MAX && setjmp(decoder.refusal) == 0) {
    *pixels = stbi_load_from_memory(bytes, (int)count, &x, &y, &channels, 3);
    if (*pixels == NULL) *reason = stbi_failure_reason();
  }
  if (*pixels != NULL) release(*pixels);
  give_back_all();
  if (*pixels == NULL) return decoder.is_exhausted ? OCTET_IMAGE_NO_MEMORY : OCTET_IMAGE_DAMAGED;
  *width = (size_t)x;
  *height = (size_t)y;
  return OCTET_IMAGE_OK;
}

void octet_image_free(uint8_t *pixels) {
  if (pixels != NULL) free(block_of(pixels));
}

int octet_image_encode_png(const uint8_t *pixels, size_t width, size_t height, void *context,
                           void (*receive)(void *context, void *bytes, int count)) {
  if (width == 0 || height == 0 || width > INT_MAX / 4 / height) return -1;
  return stbi_write_png_to_func(receive, context, (int)width, (int)height, 3, pixels, 0) ? 0 : -1;
}
