/// Pooling over the compiler's vectors, for any element and length.
#ifndef OCTET_POOL_BODY_H
#define OCTET_POOL_BODY_H

#include "octet_pool.h"
#include "tiles.h"

/// The first operand where `condition` holds, else the second; vectors of equal length.
#define OCTET_SELECT(condition, a, b) \
  ((__typeof__(a))(((__typeof__(condition))(a) & (condition)) | \
                   ((__typeof__(condition))(b) & ~(condition))))

#define OCTET_LARGER(result, value) OCTET_SELECT((value) > (result), value, result)
#define OCTET_LARGER_OF_TWO(result, value) ((value) > (result) ? (value) : (result))
#define OCTET_SUM(result, value) ((result) + (value))
#define OCTET_ALL(result, count) (result)
#define OCTET_SHARE(result, count) ((result) / (float)(count))

#define OCTET_MAX_POOL(linkage, name, element, vector, lowest, attributes) \
  OCTET_POOL( \
      linkage, name, element, vector, lowest, OCTET_LARGER, OCTET_LARGER_OF_TWO, OCTET_ALL, \
      attributes)
#define OCTET_AVERAGE_POOL(linkage, name, vector, attributes) \
  OCTET_POOL(linkage, name, float, vector, 0, OCTET_SUM, OCTET_SUM, OCTET_SHARE, attributes)

/// Defines pooling function `name` with vectors of type `vector`, which begins with `initial`, combines it with each
/// value of a window, as vectors or one by one, and makes the result of what `whole` makes of that and the window's
/// size. Channels beyond the last whole vector are taken one by one or, where there is a whole vector before them, by
/// one that overlaps it.
#define OCTET_POOL( \
    linkage, name, element, vector, initial, combine, combine_two, whole, attributes) \
  OCTET_INLINE attributes void name##_vector( \
      size_t channels, size_t rows, size_t columns, const element *from, size_t line_stride, \
      vector minimum, vector maximum, element *to) { \
    vector result = (vector){0} + (element)(initial); \
    for (size_t y = 0; y < rows; y++) { \
      for (size_t x = 0; x < columns; x++) { \
        vector value; \
        __builtin_memcpy(&value, from + y * line_stride + x * channels, sizeof value); \
        result = combine(result, value); \
      } \
    } \
    result = whole(result, rows * columns); \
    result = OCTET_SELECT(minimum > result, minimum, result); \
    result = OCTET_SELECT(maximum < result, maximum, result); \
    __builtin_memcpy(to, &result, sizeof result); \
  } \
  linkage attributes void name( \
      size_t pixels, size_t channels, size_t rows, size_t columns, const element *from, \
      size_t line_stride, size_t step, element minimum, element maximum, element *to) { \
    enum { width = sizeof(vector) / sizeof(element) }; \
    const vector least = (vector){0} + minimum, most = (vector){0} + maximum; \
    for (size_t p = 0; p < pixels; p++, from += step, to += channels) { \
      size_t c = 0; \
      for (; c + width <= channels; c += width) { \
        name##_vector(channels, rows, columns, from + c, line_stride, least, most, to + c); \
      } \
      if (c == channels) continue; \
      if (channels >= width) { \
        c = channels - width; \
        name##_vector(channels, rows, columns, from + c, line_stride, least, most, to + c); \
        continue; \
      } \
      for (; c < channels; c++) { \
        element result = (element)(initial); \
        for (size_t y = 0; y < rows; y++) { \
          for (size_t x = 0; x < columns; x++) { \
            const element value = from[y * line_stride + x * channels + c]; \
            result = combine_two(result, value); \
          } \
        } \
        result = whole(result, rows * columns); \
        result = minimum > result ? minimum : result; \
        to[c] = maximum < result ? maximum : result; \
      } \
    } \
  }

#endif
