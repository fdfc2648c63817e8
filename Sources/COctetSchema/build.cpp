// A C interface over FlatBufferBuilder for desktop use. The library only asserts its limits, so
// each call checks first that what it adds fits, and the first failure stops the builder for good.

#include <new>
#include <vector>

#include "flatbuffers/flatbuffers.h"
#include "octet_schema.h"

namespace {

// Bounds what one call may add beyond its payload: padding, a length, a vtable's fixed part.
constexpr uint64_t kSlack = 256;
constexpr uint64_t kFormatLimit = 0x7fffffff - 1;
constexpr size_t kLargestAlignment = 32;
// Keeps a table, whose own size is a 16-bit number, below 32 KB.
constexpr size_t kLargestSlot = 4096;

// The finished bytes start at such an address, so force_align holds in memory too.
constexpr size_t kBufferAlignment = 16;

bool IsScalarSize(size_t size) { return size == 1 || size == 2 || size == 4 || size == 8; }

}  // namespace

struct octet_flat_builder {
  flatbuffers::FlatBufferBuilder fbb;
  const uint64_t limit;
  octet_flat_status status = OCTET_FLAT_OK;
  std::vector<bool> slots;
  flatbuffers::uoffset_t table_start = 0;
  bool in_table = false;
  bool finished = false;

  octet_flat_builder(size_t initial_size, uint64_t limit)
      : fbb(initial_size, nullptr, false, kBufferAlignment), limit(limit) {}

  void Fail(octet_flat_status why) {
    if (status == OCTET_FLAT_OK) status = why;
  }

  bool Allows(bool condition) {
    if (!condition) Fail(OCTET_FLAT_MISUSE);
    return status == OCTET_FLAT_OK;
  }

  // Whether `count` elements of `size` bytes still fit.
  bool Fits(uint64_t count, uint64_t size) {
    const uint64_t used = fbb.GetSize() + kSlack;
    if (used > limit || (size != 0 && count > (limit - used) / size)) Fail(OCTET_FLAT_TOO_LARGE);
    return status == OCTET_FLAT_OK;
  }

  // Whether a field may go to `slot`, which it takes.
  bool Takes(size_t slot) {
    if (!Allows(in_table && slot < kLargestSlot)) return false;
    if (!Fits(1, 8 + 2 * (slot + 1))) return false;
    if (slots.size() <= slot) slots.resize(slot + 1);
    if (!Allows(!slots[slot])) return false;
    slots[slot] = true;
    return true;
  }

  template <typename T>
  void AddScalar(uint16_t slot, uint64_t bits) {
    fbb.AddElement<T>(flatbuffers::FieldIndexToOffset(slot), static_cast<T>(bits));
  }
};

namespace {

// Runs `body`; a failed allocation inside becomes the builder's status where exceptions exist.
template <typename Body>
uint32_t Guarded(octet_flat_builder *builder, Body body) {
#if defined(__cpp_exceptions)
  try {
    return body();
  } catch (...) {
    builder->Fail(OCTET_FLAT_NO_MEMORY);
    return 0;
  }
#else
  (void)builder;
  return body();
#endif
}

}  // namespace

octet_flat_builder *octet_flat_create(size_t initial_size, size_t limit) {
  const uint64_t allowed = limit < kFormatLimit ? limit : kFormatLimit;
  const size_t reserved = initial_size < allowed ? initial_size : static_cast<size_t>(allowed);
  return new (std::nothrow) octet_flat_builder(reserved < 64 ? 64 : reserved, allowed);
}

void octet_flat_destroy(octet_flat_builder *builder) { delete builder; }

octet_flat_status octet_flat_error(const octet_flat_builder *builder) { return builder->status; }

uint32_t octet_flat_string(octet_flat_builder *builder, const char *text, size_t count) {
  if (!builder->Allows(!builder->in_table && !builder->finished)) return 0;
  if (!builder->Fits(count, 1)) return 0;
  return Guarded(builder, [&] { return builder->fbb.CreateString(text, count).o; });
}

uint32_t octet_flat_vector(octet_flat_builder *builder, const void *elements, size_t count,
                           size_t element_size, size_t alignment) {
  const bool sizes = IsScalarSize(element_size);
  const bool power = alignment != 0 && (alignment & (alignment - 1)) == 0;
  const bool sound = sizes && power && alignment <= kLargestAlignment;
  if (!builder->Allows(sound && !builder->in_table && !builder->finished)) return 0;
  if (!builder->Fits(count, element_size)) return 0;
  return Guarded(builder, [&] {
    auto &fbb = builder->fbb;
    if (alignment > element_size) fbb.ForceVectorAlignment(count, element_size, alignment);
    fbb.StartVector(count, element_size);
    fbb.PushBytes(static_cast<const uint8_t *>(elements), count * element_size);
    return fbb.EndVector(count);
  });
}

uint32_t octet_flat_offsets(octet_flat_builder *builder, const uint32_t *offsets, size_t count) {
  if (!builder->Allows(!builder->in_table && !builder->finished)) return 0;
  for (size_t i = 0; i < count; i++) {
    if (!builder->Allows(offsets[i] != 0 && offsets[i] <= builder->fbb.GetSize())) return 0;
  }
  if (!builder->Fits(count, sizeof(uint32_t))) return 0;
  return Guarded(builder, [&] {
    auto &fbb = builder->fbb;
    fbb.StartVector(count, sizeof(uint32_t));
    for (size_t i = count; i > 0; i--) fbb.PushElement(fbb.ReferTo(offsets[i - 1]));
    return fbb.EndVector(count);
  });
}

void octet_flat_start_table(octet_flat_builder *builder) {
  if (!builder->Allows(!builder->in_table && !builder->finished) || !builder->Fits(0, 0)) return;
  builder->table_start = builder->fbb.StartTable();
  builder->slots.clear();
  builder->in_table = true;
}

void octet_flat_add_scalar(octet_flat_builder *builder, uint16_t slot, uint64_t bits, size_t size) {
  if (!builder->Allows(IsScalarSize(size))) return;
  Guarded(builder, [&]() -> uint32_t {
    if (!builder->Takes(slot)) return 0;
    switch (size) {
      case 1: builder->AddScalar<uint8_t>(slot, bits); break;
      case 2: builder->AddScalar<uint16_t>(slot, bits); break;
      case 4: builder->AddScalar<uint32_t>(slot, bits); break;
      default: builder->AddScalar<uint64_t>(slot, bits); break;
    }
    return 0;
  });
}

void octet_flat_add_offset(octet_flat_builder *builder, uint16_t slot, uint32_t offset) {
  if (!builder->Allows(offset != 0 && offset <= builder->fbb.GetSize())) return;
  Guarded(builder, [&]() -> uint32_t {
    if (!builder->Takes(slot)) return 0;
    auto &fbb = builder->fbb;
    fbb.AddElement<uint32_t>(flatbuffers::FieldIndexToOffset(slot), fbb.ReferTo(offset));
    return 0;
  });
}

uint32_t octet_flat_end_table(octet_flat_builder *builder) {
  if (!builder->Allows(builder->in_table)) return 0;
  if (!builder->Fits(builder->slots.size() + 2, sizeof(uint16_t))) return 0;
  builder->in_table = false;
  return Guarded(builder, [&] { return builder->fbb.EndTable(builder->table_start); });
}

bool octet_flat_finish(octet_flat_builder *builder, uint32_t root) {
  const bool sound = root != 0 && root <= builder->fbb.GetSize();
  if (!builder->Allows(sound && !builder->in_table && !builder->finished)) return false;
  if (!builder->Fits(0, 0)) return false;
  Guarded(builder, [&]() -> uint32_t {
    builder->fbb.Finish(flatbuffers::Offset<void>(root), "TFL3");
    builder->finished = true;
    return 0;
  });
  return builder->status == OCTET_FLAT_OK;
}

const uint8_t *octet_flat_bytes(const octet_flat_builder *builder) {
  return builder->finished ? builder->fbb.GetBufferPointer() : nullptr;
}

size_t octet_flat_size(const octet_flat_builder *builder) {
  return builder->finished ? builder->fbb.GetSize() : 0;
}
