#include "engine/functions/statement_run.h"

#include <cstring>
#include <utility>

namespace leftmost::engine {

using storage::Value;

char* StatementRun::allocate_bytes(std::size_t bytes) {
  if (bytes > storage::kValueBytesMax) {
    fail(ErrorCode::kTooBig, "string or blob too big");
    return nullptr;
  }
  if (results_.bytes_held() + constants_.bytes_held() + bytes > memory_bytes_max_) {
    fail(ErrorCode::kNoMemory, "out of memory");
    return nullptr;
  }
  return static_cast<char*>(results_.allocate(bytes, 1));
}

Value StatementRun::make_text(std::string_view text) {
  char* bytes = allocate_bytes(text.size());
  if (bytes == nullptr) return Value::null();
  if (!text.empty()) std::memcpy(bytes, text.data(), text.size());
  return Value::text({bytes, text.size()});
}

Value StatementRun::make_blob(std::string_view blob) {
  const Value text = make_text(blob);
  return text.is_text() ? Value::blob(text.as_bytes()) : text;
}

Value StatementRun::fail(ErrorCode code, std::string message) {
  return fail(Error{code, std::move(message), std::nullopt, {}});
}

Value StatementRun::fail(Error error) {
  if (!error_) error_ = std::move(error);
  return Value::null();
}

Value StatementRun::raise(planner::RaiseAction action, std::string_view message) {
  if (!error_) raised_ = action;
  return fail(ErrorCode::kConstraint, std::string(message));
}

Error StatementRun::take_error() {
  Error error = std::move(*error_);
  error_.reset();
  return error;
}

}  // namespace leftmost::engine
