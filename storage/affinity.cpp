#include "storage/affinity.h"

#include <algorithm>
#include <optional>

#include "storage/arena.h"
#include "storage/collation.h"
#include "storage/number_text.h"

namespace leftmost::storage {
namespace {

constexpr unsigned kWidthWithoutSize = 16;  // bytes that SQLite assumes for text and blobs of unstated size
constexpr unsigned kWidthMax = 255;

constexpr std::uint32_t four(const char (&word)[5]) {
  return static_cast<std::uint32_t>(word[0]) << 24 | static_cast<std::uint32_t>(word[1]) << 16 |
         static_cast<std::uint32_t>(word[2]) << 8 | static_cast<std::uint32_t>(word[3]);
}

// The first run of digits in `text`; 0 if there is none or it does not fit into 31 bits.
unsigned first_number(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && (text[at] < '0' || text[at] > '9')) ++at;
  std::uint64_t number = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
    number = number * 10 + static_cast<unsigned>(text[at] - '0');
    if (number > 0x7fffffff) return 0;
  }
  return static_cast<unsigned>(number);
}

Value number_as_text(Value value, Arena& arena) {
  const std::string text =
      value.is_integer() ? integer_to_text(value.as_integer()) : real_to_text(value.as_real());
  return Value::text(arena.copy(text));
}

}  // namespace

TypeDescription describe_type(std::string_view declared_type) {
  const auto is = [&](std::string_view name) { return equals_ignoring_case(declared_type, name); };
  if (declared_type.empty()) return {Affinity::kBlob, 1};
  if (is("ANY")) return {Affinity::kNumeric, 1};
  if (is("INT") || is("INTEGER")) return {Affinity::kInteger, 1};
  if (is("REAL")) return {Affinity::kReal, 1};
  if (is("TEXT")) return {Affinity::kText, 5};
  if (is("BLOB")) return {Affinity::kBlob, 5};

  // The last four characters read so far decide; see datatype3.html section 3.1 for the rules and their
  // order.
  Affinity affinity = Affinity::kNumeric;
  std::optional<std::size_t> size_at;
  std::uint32_t last_four = 0;
  for (std::size_t i = 0; i < declared_type.size(); ++i) {
    last_four = last_four << 8 | static_cast<unsigned char>(to_lower_ascii(declared_type[i]));
    if (last_four == four("char")) {
      affinity = Affinity::kText;
      size_at = i + 1;
    } else if (last_four == four("clob") || last_four == four("text")) {
      affinity = Affinity::kText;
    } else if (last_four == four("blob") && (affinity == Affinity::kNumeric || affinity == Affinity::kReal)) {
      affinity = Affinity::kBlob;
      if (i + 1 < declared_type.size() && declared_type[i + 1] == '(') size_at = i + 1;
    } else if ((last_four == four("real") || last_four == four("floa") || last_four == four("doub")) &&
               affinity == Affinity::kNumeric) {
      affinity = Affinity::kReal;
    } else if ((last_four & 0xffffff) == (four("?int") & 0xffffff)) {
      affinity = Affinity::kInteger;
      break;
    }
  }
  if (is_numeric_affinity(affinity)) return {affinity, 1};
  const unsigned bytes = size_at ? first_number(declared_type.substr(*size_at)) : kWidthWithoutSize;
  return {affinity, static_cast<std::uint8_t>(std::min(bytes / 4 + 1, kWidthMax))};
}

Value apply_affinity(Value value, Affinity affinity, Arena& arena) {
  switch (affinity) {
    case Affinity::kBlob:
      return value;
    case Affinity::kText:
      return value.is_number() ? number_as_text(value, arena) : value;
    case Affinity::kNumeric:
    case Affinity::kInteger:
    case Affinity::kReal:
      break;
  }
  if (value.is_text()) {
    const Value number = number_of_whole_text(value.as_bytes());
    if (!number.is_null()) value = number;
  }
  if (value.is_real()) value = integer_if_integral(value.as_real());
  if (affinity == Affinity::kReal && value.is_integer()) {
    value = Value::real(static_cast<double>(value.as_integer()));
  }
  return value;
}

Value apply_comparison_affinity(Value value, Affinity affinity, Arena& arena) {
  if (affinity == Affinity::kText) return apply_affinity(value, affinity, arena);
  if (!is_numeric_affinity(affinity) || !value.is_text()) return value;
  const Value number = number_of_whole_text(value.as_bytes());
  return number.is_null() ? value : number;
}

std::string_view affinity_name(Affinity affinity) {
  switch (affinity) {
    case Affinity::kBlob:
      return "BLOB";
    case Affinity::kText:
      return "TEXT";
    case Affinity::kNumeric:
      return "NUMERIC";
    case Affinity::kInteger:
      return "INTEGER";
    case Affinity::kReal:
      return "REAL";
  }
  return {};
}

}  // namespace leftmost::storage
