/// How NEON kernels turn int32 sums into bytes.
#ifndef OCTET_QS8_OUTPUT_NEON_H
#define OCTET_QS8_OUTPUT_NEON_H

#include <arm_neon.h>

#include "octet_qs8_gemm.h"
#include "qs8_requantize.h"
#include "tiles.h"

enum {
#if defined(__aarch64__)
  /// Five rows and 16 channels use 20 accumulators of the 32 registers.
  tile_rows = 5,
  columns = octet_block_columns,
#else
  /// Four rows and eight channels use 8 accumulators of the 16 registers.
  tile_rows = 4,
  columns = octet_block_columns / 2,
#endif
  vectors = columns / 4,
};

/// Scaling of four channels.
typedef struct {
  int32x4_t multiplier;
  /// 0...30.
  int32x4_t left;
  /// -31...0.
  int32x4_t right;
} scaling;

OCTET_INLINE scaling make_scaling(const octet_qs8_output *output, size_t channel) {
  const int32x4_t zero = vdupq_n_s32(0);
  const int32x4_t shift = vld1q_s32(output->shift + channel);
  return (scaling){
      .multiplier = vld1q_s32(output->multiplier + channel),
      .left = vmaxq_s32(shift, zero),
      .right = vminq_s32(shift, zero),
  };
}

/// `octet_qs8_scale` on four lanes.
///
/// vqrdmulh is floor((2ab + 2^31) / 2^32), the same as floor((ab + 2^30) / 2^31); it saturates only for
/// two factors of -2^31, and multipliers are not negative. vrshl divides with ties up: one less where
/// a negative number is divided makes them go away from zero and moves nothing else. The product is
/// above -2^31, so one less fits.
OCTET_INLINE int32x4_t scale(int32x4_t x, scaling s) {
  const int32x4_t high = vqrdmulhq_s32(vshlq_s32(x, s.left), s.multiplier);
  return vrshlq_s32(vsraq_n_s32(high, vandq_s32(high, s.right), 31), s.right);
}

#if defined(__aarch64__)

/// `octet_qs8_scale_real` on four lanes. What saturates is far beyond int8.
OCTET_INLINE int32x4_t scale_real(int32x4_t x, const double *multiplier) {
  const float64x2_t low = vcvtq_f64_s64(vmovl_s32(vget_low_s32(x)));
  const float64x2_t high = vcvtq_f64_s64(vmovl_high_s32(x));
  const int64x2_t scaled_low = vcvtaq_s64_f64(vmulq_f64(low, vld1q_f64(multiplier)));
  const int64x2_t scaled_high = vcvtaq_s64_f64(vmulq_f64(high, vld1q_f64(multiplier + 2)));
  return vqmovn_high_s64(vqmovn_s64(scaled_low), scaled_high);
}

/// Each code becomes its entry. Indices beyond a quarter of the table leave the byte as it is.
static void look_up(size_t rows, uint8_t (*codes)[columns], const octet_x8_table *table) {
  uint8x16_t index[tile_rows];
  for (size_t r = 0; r < rows; r++) index[r] = vld1q_u8(codes[r]);
  for (unsigned part = 0; part < 256; part += 64) {
    const uint8x16x4_t entries = vld1q_u8_x4(table->entries + part);
    for (size_t r = 0; r < rows; r++) {
      const uint8x16_t place = vsubq_u8(index[r], vdupq_n_u8((uint8_t)part));
      vst1q_u8(codes[r], vqtbx4q_u8(vld1q_u8(codes[r]), entries, place));
    }
  }
}

#else

/// No doubles in vectors here.
OCTET_INLINE int32x4_t scale_real(int32x4_t x, const double *multiplier) {
  int32_t lanes[4];
  vst1q_s32(lanes, x);
  for (size_t i = 0; i < 4; i++) lanes[i] = octet_qs8_scale_real(lanes[i], multiplier[i]);
  return vld1q_s32(lanes);
}

static void look_up(size_t rows, uint8_t (*codes)[columns], const octet_x8_table *table) {
  for (size_t r = 0; r < rows; r++) {
    for (size_t j = 0; j < columns; j++) codes[r][j] = table->entries[codes[r][j]];
  }
}

#endif

/// Writes `rows` rows of sums of the channels from `first` on as bytes, `valid` of each, or as they are.
OCTET_INLINE void finish(
    size_t rows, const int32_t (*sums)[columns], const octet_qs8_output *output, size_t first,
    size_t valid, void *result, size_t stride) {
  int8_t *to = result;
  if (output->keeps_sums) {
    for (size_t r = 0; r < rows; r++) {
      __builtin_memcpy((int32_t *)result + r * stride, sums[r], sizeof sums[r][0] * valid);
    }
    return;
  }
  const int16x8_t zero_point = vdupq_n_s16((int16_t)output->zero_point);
  const int8x8_t minimum = vdup_n_s8((int8_t)output->minimum);
  const int8x8_t maximum = vdup_n_s8((int8_t)output->maximum);
  uint8_t codes[tile_rows][columns];
  for (size_t v = 0; v < vectors; v += 2) {
    const scaling low = make_scaling(output, first + 4 * v);
    const scaling high = make_scaling(output, first + 4 * v + 4);
    for (size_t r = 0; r < rows; r++) {
      int32x4_t x = vld1q_s32(sums[r] + 4 * v);
      int32x4_t y = vld1q_s32(sums[r] + 4 * v + 4);
      if (output->real_multiplier != NULL) {
        x = scale_real(x, output->real_multiplier + first + 4 * v);
        y = scale_real(y, output->real_multiplier + first + 4 * v + 4);
      } else {
        x = scale(x, low);
        y = scale(y, high);
      }
      const int16x8_t words = vqaddq_s16(vcombine_s16(vqmovn_s32(x), vqmovn_s32(y)), zero_point);
      const int8x8_t bytes = vmin_s8(vmax_s8(vqmovn_s16(words), minimum), maximum);
      vst1_u8(codes[r] + 4 * v, vreinterpret_u8_s8(bytes));
    }
  }
  if (output->table != NULL) look_up(rows, codes, output->table);
  for (size_t r = 0; r < rows; r++, to += stride) {
    if (valid == columns) {
      __builtin_memcpy(to, codes[r], columns);
    } else {
      __builtin_memcpy(to, codes[r], valid);
    }
  }
}

#endif
