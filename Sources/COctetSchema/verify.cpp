// Checks a .tflite file with the verifier that flatc generates. Used on devices too, so nothing
// here may need the C++ run-time library, exceptions or RTTI.

#include "Generated/tflite_generated.h"
#include "octet_schema.h"

namespace {

// Offsets are signed 32-bit, so whatever lies beyond them is data behind the FlatBuffer.
constexpr size_t kLargestFlatBuffer = 0x7ffffffe;

}  // namespace

bool octet_tflite_verify(const uint8_t *bytes, size_t count) {
  if (bytes == nullptr || reinterpret_cast<uintptr_t>(bytes) % sizeof(uint32_t) != 0) return false;
  flatbuffers::Verifier::Options options;
  options.max_depth = 64;
  options.max_tables = 1000000;
  const size_t checked = count < kLargestFlatBuffer ? count : kLargestFlatBuffer;
  flatbuffers::Verifier verifier(bytes, checked, options);
  return verifier.VerifyBuffer<tflite::Model>(tflite::ModelIdentifier());
}
