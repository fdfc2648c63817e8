#include "octet_winograd.h"

#if defined(__x86_64__)

#include "qs8_output_avx512.h"
#include "qs8_winograd_transforms.h"

typedef uint16_t words __attribute__((vector_size(64)));
typedef uint32_t sums __attribute__((vector_size(64)));

OCTET_WINOGRAD_INPUT(transform_input, words, AVX512)
OCTET_WINOGRAD_WEIGHTS(transform_weights, words, AVX512)
OCTET_WINOGRAD_OUTPUT(transform_output, sums, AVX512)

/// Channels come in sixteens, so the last vector may be half full.
OCTET_INLINE AVX512 __mmask32 lanes_left(size_t left) { return left >= 32 ? 0xFFFFFFFF : 0xFFFF; }

#define OCTET_TARGET AVX512
#define OCTET_VALUE int16_t
#define OCTET_VALUES words
#define OCTET_LOAD_VALUES(from, left) (words) _mm512_maskz_loadu_epi16(lanes_left(left), from)
#define OCTET_STORE_VALUES(to, values, left) \
  _mm512_mask_storeu_epi16(to, lanes_left(left), (__m512i)(values))
#define OCTET_SUM int32_t
#define OCTET_SUMS sums
#define OCTET_LOAD_SUMS(from) (sums) _mm512_loadu_si512(from)

#include "winograd_tiles.h"

enum { tile_rows = 12, columns = octet_block_columns };

AVX512 void octet_qs8_winograd_input__avx512(
    const int16_t *image, size_t line_stride, size_t pixel_stride, size_t channels, int tall,
    int wide, int16_t *to, int16_t *to4, size_t position_stride) {
  OCTET_FOR_TILE(
      4, input_tile, image, line_stride, pixel_stride, channels, to, to4, position_stride)
}

AVX512 void octet_qs8_winograd_weights__avx512(
    const int8_t *w, size_t depth, int16_t *to, size_t position_stride) {
  enum { taps = 9, pair_values = 2 * columns };
  const size_t pairs = depth / 2;
  for (size_t p = 0; p < pairs; p++, w += taps * pair_values, to += pair_values) {
    words lines[points][3];
    OCTET_UNROLL for (size_t x = 0; x < 3; x++) {
      words g[3], line[points];
      OCTET_UNROLL for (size_t y = 0; y < 3; y++) {
        g[y] = (words)_mm512_cvtepi8_epi16(
            _mm256_loadu_si256((const __m256i *)(w + (3 * y + x) * pair_values)));
      }
      transform_weights(g[0], g[1], g[2], line);
      OCTET_UNROLL for (size_t i = 0; i < points; i++) lines[i][x] = line[i];
    }
    OCTET_UNROLL for (size_t i = 0; i < points; i++) {
      words u[points];
      transform_weights(lines[i][0], lines[i][1], lines[i][2], u);
      OCTET_UNROLL for (size_t j = 0; j < points; j++) {
        _mm512_storeu_si512(to + (points * i + j) * position_stride, (__m512i)u[j]);
      }
    }
  }
}

OCTET_INLINE AVX512 void product_tile(
    const size_t rows, size_t pairs, const int16_t *a, size_t a_stride, const int16_t *w,
    int adds, int32_t *c) {
  __m512i acc[tile_rows];
  OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
    acc[r] = adds ? _mm512_loadu_si512(c + r * columns) : _mm512_setzero_si512();
  }
  for (size_t p = 0; p < pairs; p++, w += 2 * columns) {
    const __m512i weights = _mm512_loadu_si512(w);
    OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
      int32_t pair;
      __builtin_memcpy(&pair, a + r * a_stride + 2 * p, sizeof pair);
      acc[r] = _mm512_dpwssd_epi32(acc[r], weights, _mm512_set1_epi32(pair));
    }
  }
  OCTET_UNROLL for (size_t r = 0; r < rows; r++) {
    _mm512_storeu_si512(c + r * columns, acc[r]);
  }
}

AVX512 void octet_qs8_winograd_product_12x16__avx512(
    size_t m, size_t depth, const int16_t *a, size_t a_stride, const int16_t *w, int adds,
    int32_t *c) {
  const size_t pairs = depth / 2;
#define TILE(rows) \
  case rows: product_tile(rows, pairs, a, a_stride, w, adds, c); break;
  const octet_tiles tiles = octet_split_rows(m, tile_rows);
  for (size_t t = 0; t < tiles.count; t++) {
    const size_t rows = tiles.rows + (t < tiles.taller);
    switch (rows) {
      TILE(1)
      TILE(2)
      TILE(3)
      TILE(4)
      TILE(5)
      TILE(6)
      TILE(7)
      TILE(8)
      TILE(9)
      TILE(10)
      TILE(11)
      TILE(12)
    }
    a += rows * a_stride;
    c += rows * columns;
  }
#undef TILE
}

OCTET_INLINE AVX512 void output_tile(
    const size_t height, const size_t width, const int32_t *from, const int32_t *from4,
    size_t position_stride, const octet_qs8_output *output, size_t first, size_t valid,
    int8_t *to, size_t line_stride, size_t pixel_stride) {
  const sums inverse = (sums)_mm512_set1_epi32((int32_t)2271560481u);
  sums lines[4][points];
  output_lines(height, width, from, from4, position_stride, lines);
  const __m512i bias = _mm512_loadu_si512(output->bias + first);
  const scaling scales = make_scaling(output, first);
  const bounding bounds = make_bounding(output);
  const __mmask16 lanes = (__mmask16)first_lanes(valid);
  OCTET_UNROLL for (size_t y = 0; y < height; y++, to += line_stride) {
    sums line[4];
    transform_output(width, lines[y], line);
    __m512i scaled[4];
    OCTET_UNROLL for (size_t x = 0; x < width; x++) {
      const __m512i sum = _mm512_srai_epi32((__m512i)(line[x] * inverse), 2);
      scaled[x] = scale(_mm512_add_epi32(sum, bias), &scales);
    }
    if (width == 3) scaled[3] = scaled[2];
    store_quarters(to, pixel_stride, width, lanes, codes(scaled, &bounds));
  }
}

AVX512 void octet_qs8_winograd_output__avx512(
    const int32_t *from, const int32_t *from4, size_t position_stride, int tall, int wide,
    const octet_qs8_output *output, size_t first, size_t valid, int8_t *to, size_t line_stride,
    size_t pixel_stride) {
  OCTET_FOR_TILE(
      4, output_tile, from, from4, position_stride, output, first, valid, to, line_stride,
      pixel_stride)
}

#endif
