#include "octet_winograd.h"

#if defined(__x86_64__)

#include "qs8_output_avx2.h"
#include "qs8_winograd_transforms.h"

typedef uint16_t words __attribute__((vector_size(32)));
typedef uint32_t sums __attribute__((vector_size(32)));

OCTET_WINOGRAD_INPUT(transform_input, words, AVX2)
OCTET_WINOGRAD_WEIGHTS(transform_weights, words, AVX2)
OCTET_WINOGRAD_OUTPUT(transform_output, sums, AVX2)

#define OCTET_TARGET AVX2
#define OCTET_VALUE int16_t
#define OCTET_VALUES words
#define OCTET_LOAD_VALUES(from, left) (words) load(from)
#define OCTET_STORE_VALUES(to, values, left) \
  _mm256_storeu_si256((__m256i *)(to), (__m256i)(values))
#define OCTET_SUM int32_t
#define OCTET_SUMS sums
#define OCTET_LOAD_SUMS(from) (sums) load(from)

#include "winograd_tiles.h"

enum { channels_per_vector = 16, tile_rows = 6, columns = octet_block_columns };

AVX2 void octet_qs8_winograd_input__avx2(
    const int16_t *image, size_t line_stride, size_t pixel_stride, size_t channels, int tall,
    int wide, int16_t *to, int16_t *to4, size_t position_stride) {
  OCTET_FOR_TILE(
      4, input_tile, image, line_stride, pixel_stride, channels, to, to4, position_stride)
}

AVX2 void octet_qs8_winograd_weights__avx2(
    const int8_t *w, size_t depth, int16_t *to, size_t position_stride) {
  enum { taps = 9, pair_values = 2 * columns };
  const size_t pairs = depth / 2;
  for (size_t p = 0; p < pairs; p++, w += taps * pair_values) {
    for (size_t half = 0; half < pair_values; half += channels_per_vector) {
      words lines[points][3];
      OCTET_UNROLL for (size_t x = 0; x < 3; x++) {
        words g[3], line[points];
        OCTET_UNROLL for (size_t y = 0; y < 3; y++) {
          g[y] = (words)_mm256_cvtepi8_epi16(
              _mm_loadu_si128((const __m128i *)(w + (3 * y + x) * pair_values + half)));
        }
        transform_weights(g[0], g[1], g[2], line);
        OCTET_UNROLL for (size_t i = 0; i < points; i++) lines[i][x] = line[i];
      }
      OCTET_UNROLL for (size_t i = 0; i < points; i++) {
        words u[points];
        transform_weights(lines[i][0], lines[i][1], lines[i][2], u);
        OCTET_UNROLL for (size_t j = 0; j < points; j++) {
          int16_t *place = to + (points * i + j) * position_stride + p * pair_values + half;
          _mm256_storeu_si256((__m256i *)place, (__m256i)u[j]);
        }
      }
    }
  }
}

OCTET_INLINE AVX2 void product_tile(
    const size_t rows, size_t pairs, const int16_t *a, size_t a_stride, const int16_t *w,
    int adds, int32_t *c) {
  __m256i acc[tile_rows][2];
  OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
    acc[r][0] = adds ? load(c + r * columns) : _mm256_setzero_si256();
    acc[r][1] = adds ? load(c + r * columns + 8) : _mm256_setzero_si256();
  }
  for (size_t p = 0; p < pairs; p++, w += 2 * columns) {
    const __m256i w0 = load(w), w1 = load(w + 16);
    OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
      int32_t pair;
      __builtin_memcpy(&pair, a + r * a_stride + 2 * p, sizeof pair);
      const __m256i x = _mm256_set1_epi32(pair);
      acc[r][0] = _mm256_add_epi32(acc[r][0], _mm256_madd_epi16(x, w0));
      acc[r][1] = _mm256_add_epi32(acc[r][1], _mm256_madd_epi16(x, w1));
    }
  }
  OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
    _mm256_storeu_si256((__m256i *)(c + r * columns), acc[r][0]);
    _mm256_storeu_si256((__m256i *)(c + r * columns + 8), acc[r][1]);
  }
}

AVX2 void octet_qs8_winograd_product_6x16__avx2(
    size_t m, size_t depth, const int16_t *a, size_t a_stride, const int16_t *w, int adds,
    int32_t *c) {
  const size_t pairs = depth / 2;
  const octet_tiles tiles = octet_split_rows(m, tile_rows);
  for (size_t t = 0; t < tiles.count; t++) {
    const size_t rows = tiles.rows + (t < tiles.taller);
    switch (rows) {
      case 1: product_tile(1, pairs, a, a_stride, w, adds, c); break;
      case 2: product_tile(2, pairs, a, a_stride, w, adds, c); break;
      case 3: product_tile(3, pairs, a, a_stride, w, adds, c); break;
      case 4: product_tile(4, pairs, a, a_stride, w, adds, c); break;
      case 5: product_tile(5, pairs, a, a_stride, w, adds, c); break;
      default: product_tile(6, pairs, a, a_stride, w, adds, c); break;
    }
    a += rows * a_stride;
    c += rows * columns;
  }
}

/// The sums of a tile's pixels, bias included, of eight channels.
OCTET_INLINE AVX2 void output_half(
    const size_t height, const size_t width, const int32_t *from, const int32_t *from4,
    size_t position_stride, __m256i bias, __m256i (*pixels)[4][2], const size_t half) {
  const sums inverse = (sums)_mm256_set1_epi32((int32_t)2271560481u);
  sums lines[4][points];
  output_lines(height, width, from + 8 * half, from4 + 8 * half, position_stride, lines);
  OCTET_UNROLL for (size_t y = 0; y < height; y++) {
    sums line[4];
    transform_output(width, lines[y], line);
    OCTET_UNROLL for (size_t x = 0; x < width; x++) {
      const __m256i sum = _mm256_srai_epi32((__m256i)(line[x] * inverse), 2);
      pixels[y][x][half] = _mm256_add_epi32(sum, bias);
    }
  }
}

OCTET_INLINE AVX2 void output_tile(
    const size_t height, const size_t width, const int32_t *from, const int32_t *from4,
    size_t position_stride, const octet_qs8_output *output, size_t first, size_t valid,
    int8_t *to, size_t line_stride, size_t pixel_stride) {
  __m256i pixels[4][4][2];
  output_half(
      height, width, from, from4, position_stride, load(output->bias + first), pixels, 0);
  output_half(
      height, width, from, from4, position_stride, load(output->bias + first + 8), pixels, 1);
  const finishing f = make_finishing(output, first);
  for (size_t y = 0; y < height; y++, to += line_stride) {
    finish_rows(pixels[y][0], pixels[y][1], &f, to, to + pixel_stride, valid);
    finish_rows(
        pixels[y][2], pixels[y][width - 1], &f, to + 2 * pixel_stride,
        width == 4 ? to + 3 * pixel_stride : NULL, valid);
  }
}

AVX2 void octet_qs8_winograd_output__avx2(
    const int32_t *from, const int32_t *from4, size_t position_stride, int tall, int wide,
    const octet_qs8_output *output, size_t first, size_t valid, int8_t *to, size_t line_stride,
    size_t pixel_stride) {
  OCTET_FOR_TILE(
      4, output_tile, from, from4, position_stride, output, first, valid, to, line_stride,
      pixel_stride)
}

#endif
