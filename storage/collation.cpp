#include "storage/collation.h"

#include <algorithm>
#include <cstring>

#include "storage/number_text.h"

namespace leftmost::storage {
namespace {

int compare_sizes(std::size_t a, std::size_t b) { return a < b ? -1 : a > b ? 1 : 0; }

int compare_bytes(std::string_view a, std::string_view b) {
  const std::size_t common = std::min(a.size(), b.size());
  const int order = common == 0 ? 0 : std::memcmp(a.data(), b.data(), common);
  return order != 0 ? order : compare_sizes(a.size(), b.size());
}

int compare_nocase(std::string_view a, std::string_view b) {
  const std::size_t common = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < common; ++i) {
    const auto x = static_cast<unsigned char>(to_lower_ascii(a[i]));
    const auto y = static_cast<unsigned char>(to_lower_ascii(b[i]));
    if (x != y) return x < y ? -1 : 1;
    if (x == 0) break;
  }
  return compare_sizes(a.size(), b.size());
}

std::string_view without_trailing_spaces(std::string_view text) {
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// NULL 0, numbers 1, text 2, blobs 3.
int rank_of_class(StorageClass storage_class) {
  switch (storage_class) {
    case StorageClass::kNull:
      return 0;
    case StorageClass::kInteger:
    case StorageClass::kReal:
      return 1;
    case StorageClass::kText:
      return 2;
    case StorageClass::kBlob:
      return 3;
  }
  return 0;
}

int compare_numbers(Value a, Value b) {
  if (a.is_integer()) {
    if (b.is_real()) return compare_integer_real(a.as_integer(), b.as_real());
    return a.as_integer() < b.as_integer() ? -1 : a.as_integer() > b.as_integer() ? 1 : 0;
  }
  if (b.is_integer()) return -compare_integer_real(b.as_integer(), a.as_real());
  return a.as_real() < b.as_real() ? -1 : a.as_real() > b.as_real() ? 1 : 0;
}

}  // namespace

bool equal_letters_ignoring_case(std::string_view a, std::string_view b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (to_lower_ascii(a[i]) != to_lower_ascii(b[i])) return false;
  }
  return true;
}

std::optional<Collation> find_collation(std::string_view name) {
  for (const Collation collation : {Collation::kBinary, Collation::kNoCase, Collation::kRtrim}) {
    if (equals_ignoring_case(name, collation_name(collation))) return collation;
  }
  return std::nullopt;
}

std::string_view collation_name(Collation collation) {
  switch (collation) {
    case Collation::kBinary:
      return "BINARY";
    case Collation::kNoCase:
      return "NOCASE";
    case Collation::kRtrim:
      return "RTRIM";
  }
  return {};
}

int compare_text(std::string_view a, std::string_view b, Collation collation) {
  switch (collation) {
    case Collation::kBinary:
      return compare_bytes(a, b);
    case Collation::kNoCase:
      return compare_nocase(a, b);
    case Collation::kRtrim:
      return compare_bytes(without_trailing_spaces(a), without_trailing_spaces(b));
  }
  return 0;
}

int compare(Value a, Value b, Collation collation) {
  const int rank_a = rank_of_class(a.storage_class());
  const int rank_b = rank_of_class(b.storage_class());
  if (rank_a != rank_b) return rank_a - rank_b;
  switch (rank_a) {
    case 0:
      return 0;
    case 1:
      return compare_numbers(a, b);
    case 2:
      return compare_text(a.as_bytes(), b.as_bytes(), collation);
    default:
      return compare_bytes(a.as_bytes(), b.as_bytes());
  }
}

}  // namespace leftmost::storage
