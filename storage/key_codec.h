// storage/key_codec.h - the order-preserving key codec: comparing bytes compares rows.
//
// A composite key (last_name, first_name, rowid) becomes one byte string, column after column. Each column's
// code is prefix-free (no code is the beginning of another one), so the bytes of the first k columns are a
// prefix of the bytes of the key, and all rows that agree on k columns are one run of neighbours: the
// left-prefix rule is a property of these bytes.
//
//   first byte   what follows
//   10           NULL: nothing
//   18           number <= -2^63: as 2a, complemented
//   19 .. 20     negative, 8 .. 1 bytes: as 22 .. 29, complemented
//   21           zero (also -0.0 and 0.0)
//   22 .. 29     positive below 2^63: 1 .. 8 bytes big-endian holding 2*floor(x) + (1 if x has a fraction);
//   with a
//                fraction and floor(x) = 0: two bytes exponent + 2048; with a fraction: the fraction bits
//                below the leading bit (or the point) 7 per byte, high bits first, low bit of each byte =
//                "more follows"
//   2a           >= 2^63: two bytes exponent, eight bytes mantissa (its leading bit first); infinity has
//   exponent ffff 30           text after folding by its collation; bytes 00 and 01 as 01 01 and 01 02; ends
//   with 00.
//                NOCASE: a NUL ends the text for comparison; 01 01 is followed by the length (4 bytes) and
//                nothing else
//   38           blob: bytes 00 and 01 as 01 01 and 01 02; ends with 00
//
// Equal numbers have equal bytes whatever their storage class: 1 and 1.0 are 22 02 both. A DESC column has
// every byte complemented. What the key folds away (INTEGER or REAL, the case of NOCASE text, trailing spaces
// of RTRIM text) can be kept beside the key as a payload, which is empty in the common case. The sign of -0.0
// is lost: SQL never shows it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "storage/affinity.h"
#include "storage/collation.h"
#include "storage/value.h"

namespace leftmost::storage {

class Arena;

/// How one column of a key is coded.
struct KeyColumn {
  Collation collation = Collation::kBinary;
  bool descending = false;
  /// Of the column the values come from: kReal means that an integral number is a REAL unless the payload
  /// says otherwise; everything else means INTEGER. Does not change the key.
  Affinity affinity = Affinity::kBlob;
};

/// Appends one column's code to `key`.
void append_key_column(std::string& key, Value value, KeyColumn column);
/// Appends the codes of the first values.size() columns. Requires: values.size() <= columns.size().
void append_key(std::string& key, std::span<const Value> values, std::span<const KeyColumn> columns);
std::string encode_key(std::span<const Value> values, std::span<const KeyColumn> columns);
/// Appends a rowid as the last column of an index key (a column of integers, ascending).
void append_rowid(std::string& key, std::int64_t rowid);

/// The key of a rowid table: exactly 8 bytes, big-endian with the sign flipped. (Not the code above: fixed
/// width.)
class RowidKey {
 public:
  explicit RowidKey(std::int64_t rowid);
  std::string_view view() const { return {bytes_, sizeof bytes_}; }

 private:
  char bytes_[8];
};
constexpr std::uint64_t rowid_to_head(std::int64_t rowid) {
  return static_cast<std::uint64_t>(rowid) ^ (std::uint64_t{1} << 63);
}
constexpr std::int64_t head_to_rowid(std::uint64_t head) {
  return static_cast<std::int64_t>(head ^ (std::uint64_t{1} << 63));
}

/// Bytes of `key` that its first `columns.size()` columns take, or nothing if `key` is no such key.
std::optional<std::size_t> key_prefix_bytes(std::string_view key, std::span<const KeyColumn> columns);

/// A run of keys: lower <= key, and key < upper if there is an upper end.
struct ByteRange {
  std::string lower;
  std::string upper;
  bool has_upper = false;

  static ByteRange all() { return {}; }
  /// No key is in it.
  bool is_empty() const { return has_upper && upper <= lower; }
};

/// The least byte string above every string that starts with `prefix`; empty if there is none (all ff).
std::string prefix_successor(std::string_view prefix);
/// All keys that start with `prefix`. An empty prefix means all keys.
ByteRange prefix_range(std::string_view prefix);

/// One end of a range condition on a column: column > value, or >= if inclusive (< and <= for an upper
/// bound).
struct KeyBound {
  Value value;
  bool inclusive = false;
};
/// Keys that start with `prefix` and whose next column satisfies both bounds, in SQL's sense: `lower` and
/// `upper` are by value, whatever the column's direction; NULLs are outside as soon as there is a bound; a
/// bound of NULL gives an empty range. Without bounds: all keys with the prefix.
ByteRange column_range(std::string_view prefix, KeyColumn column, std::optional<KeyBound> lower,
                       std::optional<KeyBound> upper);

/// The value of one column, taken off the front of `key`. Text that the collation folded comes back folded,
/// integral numbers as the column's affinity says. Bytes live in `arena`. Nothing if `key` does not start
/// with a code.
std::optional<Value> decode_key_column(std::string_view& key, KeyColumn column, Arena& arena);
/// The rowid at the very end of an index entry's key. Nothing if the key does not end with an integer's code.
/// Requires: the columns in front of it take `prefix_bytes`.
std::optional<std::int64_t> decode_rowid(std::string_view key, std::size_t prefix_bytes);

/// What the key loses of `values`, to be kept beside it: empty if decode_key_column() brings everything back.
std::string lost_by_key(std::span<const Value> values, std::span<const KeyColumn> columns);
/// The original values of a key and its payload; `values` has room for columns.size(). False if the bytes are
/// no key of these columns (values are then unspecified). Text and blobs live in `arena`, or point into
/// `payload`.
bool decode_key(std::string_view key, std::string_view payload, std::span<const KeyColumn> columns,
                Arena& arena, std::span<Value> values);

/// `'Smith' | 'John' | 17`, for drawings and messages; a key cut in the middle of a column ends in `'Jo'...` or `...`.
/// Without columns: hexadecimal.
std::string key_to_text(std::string_view key, std::span<const KeyColumn> columns);

}  // namespace leftmost::storage
