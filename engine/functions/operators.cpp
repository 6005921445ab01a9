#include "engine/functions/operators.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "storage/number_text.h"

namespace leftmost::engine {
namespace {

using storage::Affinity;
using storage::StorageClass;
using storage::Value;

constexpr std::int64_t kIntegerMin = std::numeric_limits<std::int64_t>::min();

bool either_null(Value a, Value b) { return a.is_null() || b.is_null(); }

// One arithmetic operator: on integers where both sides are integers and the result fits, on reals otherwise.
template <typename OnIntegers, typename OnReals>
Value arithmetic(Value a, Value b, OnIntegers on_integers, OnReals on_reals) {
  if (either_null(a, b)) return Value::null();
  a = numeric_value(a);
  b = numeric_value(b);
  if (a.is_integer() && b.is_integer()) {
    std::int64_t result = 0;
    if (!on_integers(a.as_integer(), b.as_integer(), &result)) return Value::integer(result);
  }
  return Value::real(on_reals(real_value(a), real_value(b)));
}

Value shift(Value a, Value b, bool left) {
  if (either_null(a, b)) return Value::null();
  const std::int64_t value = integer_value(a);
  std::int64_t count = integer_value(b);
  if (count < 0) {
    left = !left;
    count = count > -64 ? -count : 64;
  }
  if (count >= 64) return Value::integer(left || value >= 0 ? 0 : -1);
  if (left) return Value::integer(static_cast<std::int64_t>(static_cast<std::uint64_t>(value) << count));
  return Value::integer(value >> count);  // C++20: arithmetic shift
}

// The text that a number is compared as under TEXT affinity.
std::string number_text(Value number) {
  return number.is_integer() ? storage::integer_to_text(number.as_integer()) : storage::real_to_text(number.as_real());
}

}  // namespace

Value numeric_value(Value value) {
  return value.is_text() || value.is_blob() ? storage::number_of_prefix(value.as_bytes()) : value;
}

double real_value(Value value) {
  switch (value.storage_class()) {
    case StorageClass::kNull: return 0.0;
    case StorageClass::kInteger: return static_cast<double>(value.as_integer());
    case StorageClass::kReal: return value.as_real();
    case StorageClass::kText:
    case StorageClass::kBlob: return storage::cast_text_to_real(value.as_bytes());
  }
  return 0.0;
}

std::int64_t integer_value(Value value) {
  switch (value.storage_class()) {
    case StorageClass::kNull: return 0;
    case StorageClass::kInteger: return value.as_integer();
    case StorageClass::kReal: return storage::cast_real_to_integer(value.as_real());
    case StorageClass::kText:
    case StorageClass::kBlob: return storage::cast_text_to_integer(value.as_bytes());
  }
  return 0;
}

std::string_view text_value(Value value, storage::Arena& arena) {
  if (value.is_null()) return {};
  if (value.is_number()) return arena.copy(number_text(value));
  return value.as_bytes();
}

std::optional<bool> truth(Value value) {
  if (value.is_integer()) return value.as_integer() != 0;
  if (value.is_null()) return std::nullopt;
  return real_value(value) != 0.0;
}

Value add(Value a, Value b) {
  return arithmetic(
      a, b, [](std::int64_t x, std::int64_t y, std::int64_t* sum) { return __builtin_add_overflow(x, y, sum); },
      [](double x, double y) { return x + y; });
}

Value subtract(Value a, Value b) {
  return arithmetic(
      a, b, [](std::int64_t x, std::int64_t y, std::int64_t* result) { return __builtin_sub_overflow(x, y, result); },
      [](double x, double y) { return x - y; });
}

Value multiply(Value a, Value b) {
  return arithmetic(
      a, b, [](std::int64_t x, std::int64_t y, std::int64_t* result) { return __builtin_mul_overflow(x, y, result); },
      [](double x, double y) { return x * y; });
}

Value divide(Value a, Value b) {
  if (either_null(a, b)) return Value::null();
  a = numeric_value(a);
  b = numeric_value(b);
  if (a.is_integer() && b.is_integer()) {
    if (b.as_integer() == 0) return Value::null();
    if (b.as_integer() != -1 || a.as_integer() != kIntegerMin) return Value::integer(a.as_integer() / b.as_integer());
  }
  const double divisor = real_value(b);
  return divisor == 0.0 ? Value::null() : Value::real(real_value(a) / divisor);
}

Value remainder(Value a, Value b) {
  if (either_null(a, b)) return Value::null();
  // Both sides are cut to integers, texts by their integer prefix ('1e3' is 1); of reals the result is a real again.
  const std::int64_t dividend = integer_value(a);
  const std::int64_t divisor = integer_value(b);
  if (divisor == 0) return Value::null();
  const std::int64_t result = divisor == -1 ? 0 : dividend % divisor;
  if (numeric_value(a).is_integer() && numeric_value(b).is_integer()) return Value::integer(result);
  return Value::real(static_cast<double>(result));
}

Value negate(Value a) { return subtract(Value::integer(0), a); }

Value bit_and(Value a, Value b) {
  return either_null(a, b) ? Value::null() : Value::integer(integer_value(a) & integer_value(b));
}

Value bit_or(Value a, Value b) {
  return either_null(a, b) ? Value::null() : Value::integer(integer_value(a) | integer_value(b));
}

Value bit_not(Value a) { return a.is_null() ? a : Value::integer(~integer_value(a)); }
Value shift_left(Value a, Value b) { return shift(a, b, true); }
Value shift_right(Value a, Value b) { return shift(a, b, false); }

Value concat(std::span<Value> operands, StatementRun& run) {
  std::size_t size = 0;
  for (Value& operand : operands) {
    if (operand.is_null()) return operand;
    operand = Value::text(text_value(operand, run.results()));
    size += operand.as_bytes().size();
    // The left part is made before the rest is looked at: too big wins over a NULL further right.
    if (size > storage::kValueBytesMax) return run.fail(ErrorCode::kTooBig, "string or blob too big");
  }
  char* bytes = run.allocate_bytes(size);
  if (bytes == nullptr) return Value::null();
  std::size_t at = 0;
  for (const Value operand : operands) {
    const std::string_view text = operand.as_bytes();
    if (!text.empty()) std::memcpy(bytes + at, text.data(), text.size());
    at += text.size();
  }
  return Value::text({bytes, size});
}

Value cast(Value value, Affinity affinity, StatementRun& run) {
  if (value.is_null()) return value;
  switch (affinity) {
    case Affinity::kBlob: return value.is_blob() ? value : Value::blob(text_value(value, run.results()));
    case Affinity::kText: return value.is_text() ? value : Value::text(text_value(value, run.results()));
    case Affinity::kInteger: return Value::integer(integer_value(value));
    case Affinity::kReal: return Value::real(real_value(value));
    case Affinity::kNumeric: return value.is_number() ? value : storage::cast_text_to_numeric(value.as_bytes());
  }
  return value;
}

int compare_values(Value a, Value b, Affinity affinity, storage::Collation collation) {
  if (a.is_integer() && b.is_integer()) {
    return a.as_integer() < b.as_integer() ? -1 : a.as_integer() > b.as_integer() ? 1 : 0;
  }
  if (storage::is_numeric_affinity(affinity)) {
    for (Value* side : {&a, &b}) {
      if (!side->is_text()) continue;
      const Value number = storage::number_of_whole_text(side->as_bytes());
      if (!number.is_null()) *side = number;
    }
  } else if (affinity == Affinity::kText && a.is_text() != b.is_text() && (a.is_number() || b.is_number())) {
    // Numbers become text only where there is a text to compare with.
    const std::string text = number_text(a.is_number() ? a : b);
    const Value as_text = Value::text(text);
    return a.is_number() ? storage::compare(as_text, b, collation) : storage::compare(a, as_text, collation);
  }
  return storage::compare(a, b, collation);
}

}  // namespace leftmost::engine
