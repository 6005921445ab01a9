// storage/value.h - one SQL value: a storage class and its payload (https://www.sqlite.org/datatype3.html).
//
// Value is 16 bytes, trivially copyable, and does not own its bytes: text and blobs point into a page, an
// arena or a literal that outlives it. OwnedValue owns. Text is any bytes (UTF-8 is expected, never required:
// what is not UTF-8 is kept byte for byte) and may contain NUL.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace leftmost::storage {

class Arena;

/// In the order in which SQL sorts the classes; kInteger and kReal compare with each other by value.
enum class StorageClass : std::uint8_t { kNull, kInteger, kReal, kText, kBlob };

/// SQLite's limit for one string or blob (SQLITE_MAX_LENGTH).
inline constexpr std::size_t kValueBytesMax = 1'000'000'000;

class Value {
 public:
  constexpr Value() = default;  ///< NULL.
  static constexpr Value null() { return Value(); }
  static constexpr Value integer(std::int64_t value) {
    Value v;
    v.class_ = StorageClass::kInteger;
    v.integer_ = value;
    return v;
  }
  /// NaN becomes NULL, as in SQLite.
  static constexpr Value real(double value) {
    Value v;
    if (value != value) return v;
    v.class_ = StorageClass::kReal;
    v.real_ = value;
    return v;
  }
  /// Requires: text.size() <= kValueBytesMax, and the bytes outlive the Value.
  static constexpr Value text(std::string_view text) { return bytes(StorageClass::kText, text); }
  static constexpr Value blob(std::string_view blob) { return bytes(StorageClass::kBlob, blob); }
  static constexpr Value boolean(bool value) { return integer(value ? 1 : 0); }
  /// The same value with a mark that one function leaves for another (SQLite's sqlite3_result_subtype()). It is lost
  /// wherever the value is stored; nothing but functions looks at it.
  constexpr Value with_subtype(std::uint8_t subtype) const {
    Value v = *this;
    v.subtype_ = subtype;
    return v;
  }

  constexpr StorageClass storage_class() const { return class_; }
  constexpr bool is_null() const { return class_ == StorageClass::kNull; }
  constexpr bool is_integer() const { return class_ == StorageClass::kInteger; }
  constexpr bool is_real() const { return class_ == StorageClass::kReal; }
  constexpr bool is_number() const { return is_integer() || is_real(); }
  constexpr bool is_text() const { return class_ == StorageClass::kText; }
  constexpr bool is_blob() const { return class_ == StorageClass::kBlob; }

  /// Requires: is_integer().
  constexpr std::int64_t as_integer() const { return integer_; }
  /// Requires: is_real().
  constexpr double as_real() const { return real_; }
  /// Requires: is_text() or is_blob().
  constexpr std::string_view as_bytes() const { return {bytes_, size_}; }
  /// 0: none.
  constexpr std::uint8_t subtype() const { return subtype_; }

 private:
  static constexpr Value bytes(StorageClass storage_class, std::string_view bytes) {
    Value v;
    v.class_ = storage_class;
    v.size_ = static_cast<std::uint32_t>(bytes.size());
    v.bytes_ = bytes.data();
    return v;
  }

  union {
    std::int64_t integer_ = 0;
    double real_;
    const char* bytes_;
  };
  std::uint32_t size_ = 0;
  StorageClass class_ = StorageClass::kNull;
  std::uint8_t subtype_ = 0;
};
static_assert(sizeof(Value) == 16);

/// A value that owns its bytes.
class OwnedValue {
 public:
  OwnedValue() = default;
  explicit OwnedValue(Value value) : value_(value) {
    if (value.is_text() || value.is_blob()) bytes_.assign(value.as_bytes());
  }
  /// Valid while this OwnedValue lives and is not assigned to.
  Value view() const {
    if (value_.is_text()) return Value::text(bytes_).with_subtype(value_.subtype());
    if (value_.is_blob()) return Value::blob(bytes_);
    return value_;
  }

 private:
  Value value_;  // its bytes pointer is never read; view() points into bytes_
  std::string bytes_;
};

using Row = std::vector<OwnedValue>;

/// A copy whose bytes live in `arena`; it keeps its subtype.
Value copy_value(Value value, Arena& arena);

/// The same storage class and the same payload, byte for byte (1 and 1.0 differ; -0.0 and 0.0 are the same).
bool identical(Value a, Value b);

/// `NULL`, `-7`, `1.5`, `'it''s'`, `x'00ff'`: as SQL would write it. For messages and drawings, not for
/// output modes.
std::string to_sql_literal(Value value);

}  // namespace leftmost::storage
