#include "storage/error.h"

namespace leftmost {

int sqlite_result_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::kNotSupported:
      return 1;
    case ErrorCode::kInternal:
      return 2;  // SQLITE_INTERNAL
    default:
      return static_cast<int>(code);
  }
}

Unexpected not_supported(std::string_view feature, std::optional<std::size_t> sql_offset) {
  return fail(ErrorCode::kNotSupported, "not supported: " + std::string(feature), sql_offset);
}

}  // namespace leftmost
