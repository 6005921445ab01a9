#include "storage/value.h"

#include "storage/arena.h"
#include "storage/number_text.h"

namespace leftmost::storage {

Value copy_value(Value value, Arena& arena) {
  if (value.is_text()) return Value::text(arena.copy(value.as_bytes())).with_subtype(value.subtype());
  if (value.is_blob()) return Value::blob(arena.copy(value.as_bytes()));
  return value;
}

bool identical(Value a, Value b) {
  if (a.storage_class() != b.storage_class()) return false;
  switch (a.storage_class()) {
    case StorageClass::kNull:
      return true;
    case StorageClass::kInteger:
      return a.as_integer() == b.as_integer();
    case StorageClass::kReal:
      return a.as_real() == b.as_real();
    case StorageClass::kText:
    case StorageClass::kBlob:
      return a.as_bytes() == b.as_bytes();
  }
  return false;
}

std::string to_sql_literal(Value value) {
  switch (value.storage_class()) {
    case StorageClass::kNull:
      return "NULL";
    case StorageClass::kInteger:
      return integer_to_text(value.as_integer());
    case StorageClass::kReal:
      return real_to_text(value.as_real());
    case StorageClass::kText: {
      std::string quoted = "'";
      for (const char c : value.as_bytes()) {
        quoted += c;
        if (c == '\'') quoted += c;
      }
      return quoted + "'";
    }
    case StorageClass::kBlob: {
      constexpr char kDigits[] = "0123456789abcdef";
      std::string quoted = "x'";
      for (const char c : value.as_bytes()) {
        const auto byte = static_cast<unsigned char>(c);
        quoted += kDigits[byte >> 4];
        quoted += kDigits[byte & 15];
      }
      return quoted + "'";
    }
  }
  return {};
}

}  // namespace leftmost::storage
