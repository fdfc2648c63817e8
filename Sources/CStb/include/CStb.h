#ifndef OCTET_STB_H
#define OCTET_STB_H

#include <stddef.h>
#include <stdint.h>

/// Picture files through stb_image and stb_image_write: JPEG, PNG and BMP in, PNG out, all in memory.

/// The size a picture file states. 0, or -1 when the bytes do not begin like a picture.
int octet_image_size(const uint8_t *bytes, size_t count, size_t *width, size_t *height);

#define OCTET_IMAGE_OK 0
#define OCTET_IMAGE_DAMAGED 1
#define OCTET_IMAGE_NO_MEMORY 2

/// Decodes a picture to RGB, 8 bits a channel, rows from the top without padding. `pixels` is given back
/// with `octet_image_free`; `reason` is a short text that is never freed. Decoding uses at most `budget`
/// bytes at a time.
int octet_image_decode(const uint8_t *bytes, size_t count, size_t budget, uint8_t **pixels,
                       size_t *width, size_t *height, const char **reason);

void octet_image_free(uint8_t *pixels);

/// Encodes RGB pixels as PNG and calls `receive` once with the whole file. 0, or -1 without memory.
int octet_image_encode_png(const uint8_t *pixels, size_t width, size_t height, void *context,
                           void (*receive)(void *context, void *bytes, int count));

#endif
