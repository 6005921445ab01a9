#include "storage/key_codec.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "storage/arena.h"

namespace leftmost::storage {
namespace {

// First bytes. All of them, complemented or not, lie in 10 .. ef.
constexpr std::uint8_t kNullCode = 0x10;
constexpr std::uint8_t kAboveNull = 0x11;
constexpr std::uint8_t kHugeNegative = 0x18;
constexpr std::uint8_t kZeroCode = 0x21;  // +n: positive of n bytes, -n: negative of n bytes
constexpr std::uint8_t kHugePositive = 0x2a;
constexpr std::uint8_t kTextCode = 0x30;
constexpr std::uint8_t kBlobCode = 0x38;

constexpr char kTerminator = 0x00;
constexpr char kEscape = 0x01;
constexpr char kEscapedZero = 0x01;
constexpr char kEscapedOne = 0x02;

constexpr int kSmallExponentBias = 2048;
constexpr std::uint16_t kInfinityExponent = 0xffff;
constexpr double kTwoTo63 = 9223372036854775808.0;
constexpr int kFractionBits = 52;

// How a payload marks a column that the key lost something of: column (2 bytes), mark, and for text length
// (4) and bytes.
constexpr char kLostInteger = 1;
constexpr char kLostReal = 2;
constexpr char kLostText = 3;

void append_big_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

void complement(std::string& bytes, std::size_t from) {
  for (std::size_t i = from; i < bytes.size(); ++i) bytes[i] = static_cast<char>(~bytes[i]);
}

void append_tagged_word(std::string& out, std::uint64_t word) {
  int bytes = 0;
  for (std::uint64_t rest = word; rest != 0; rest >>= 8) ++bytes;
  out += static_cast<char>(kZeroCode + bytes);
  append_big_endian(out, word, bytes);
}

// The upper `kFractionBits` bits below a point, 7 per byte, until only zeros are left.
void append_fraction(std::string& out, std::uint64_t fraction) {
  std::uint64_t rest = fraction << (64 - kFractionBits);
  do {
    const auto group = static_cast<std::uint8_t>(rest >> 57);
    rest <<= 7;
    out += static_cast<char>(group << 1 | (rest != 0 ? 1 : 0));
  } while (rest != 0);
}

// Requires: magnitude > 0 and no integer below 2^63.
void append_real_magnitude(std::string& out, double magnitude) {
  if (magnitude >= kTwoTo63) {
    out += static_cast<char>(kHugePositive);
    if (magnitude > std::numeric_limits<double>::max()) {
      append_big_endian(out, kInfinityExponent, 2);
      append_big_endian(out, 0, 8);
      return;
    }
    int exponent;
    const double mantissa = std::frexp(magnitude, &exponent);  // in [0.5, 1)
    append_big_endian(out, static_cast<std::uint64_t>(exponent), 2);
    append_big_endian(out, static_cast<std::uint64_t>(std::ldexp(mantissa, 64)), 8);
    return;
  }
  const double whole = std::floor(magnitude);
  append_tagged_word(out, static_cast<std::uint64_t>(whole) * 2 + 1);
  if (whole >= 1) {
    append_fraction(out, static_cast<std::uint64_t>(std::ldexp(magnitude - whole, kFractionBits)));
    return;
  }
  int exponent;
  const double mantissa = std::frexp(magnitude, &exponent);
  append_big_endian(out, static_cast<std::uint64_t>(exponent - 1 + kSmallExponentBias), 2);
  append_fraction(out, static_cast<std::uint64_t>(std::ldexp(mantissa * 2 - 1, kFractionBits)));
}

void append_integer(std::string& out, std::int64_t value) {
  const std::size_t from = out.size();
  if (value >= 0) {
    append_tagged_word(out, static_cast<std::uint64_t>(value) * 2);
    return;
  }
  if (value == std::numeric_limits<std::int64_t>::min()) {
    append_real_magnitude(out, kTwoTo63);
    complement(out, from);
    out[from] = static_cast<char>(kHugeNegative);
    return;
  }
  append_tagged_word(out, static_cast<std::uint64_t>(-value) * 2);
  const int bytes = out[from] - kZeroCode;
  complement(out, from);
  out[from] = static_cast<char>(kZeroCode - bytes);
}

void append_real(std::string& out, double value) {
  if (value > -kTwoTo63 && value < kTwoTo63 && std::trunc(value) == value) {
    append_integer(out, static_cast<std::int64_t>(value));
    return;
  }
  const std::size_t from = out.size();
  append_real_magnitude(out, std::fabs(value));
  if (value > 0) return;
  const auto positive = static_cast<std::uint8_t>(out[from]);
  complement(out, from);
  out[from] = static_cast<char>(2 * kZeroCode - positive);
}
static_assert(2 * kZeroCode - kHugePositive == kHugeNegative);

void append_escaped(std::string& out, std::string_view bytes) {
  std::size_t copied = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if (byte > 1) continue;
    out.append(bytes, copied, i - copied);
    out += kEscape;
    out += byte == 0 ? kEscapedZero : kEscapedOne;
    copied = i + 1;
  }
  out.append(bytes, copied);
}

void append_nocase(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == 0) {
      out += kEscape;
      out += kEscapedZero;
      append_big_endian(out, text.size(), 4);
      return;
    }
    if (c == 1) {
      out += kEscape;
      out += kEscapedOne;
    } else {
      out += to_lower_ascii(c);
    }
  }
  out += kTerminator;
}

std::string_view without_trailing_spaces(std::string_view text) {
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

void append_text(std::string& out, std::string_view text, Collation collation) {
  out += static_cast<char>(kTextCode);
  if (collation == Collation::kNoCase) {
    append_nocase(out, text);
    return;
  }
  append_escaped(out, collation == Collation::kRtrim ? without_trailing_spaces(text) : text);
  out += kTerminator;
}

// Reads codes off the front of a key, complemented or not. Running over the end makes it fail for good.
class CodeReader {
 public:
  CodeReader(std::string_view bytes, bool descending) : bytes_(bytes), mask_(descending ? 0xff : 0) {}

  std::uint8_t next() {
    if (at_ == bytes_.size()) {
      failed_ = true;
      return 0;
    }
    return static_cast<std::uint8_t>(static_cast<std::uint8_t>(bytes_[at_++]) ^ mask_);
  }
  std::uint64_t next_word(int bytes) {
    std::uint64_t word = 0;
    for (int i = 0; i < bytes; ++i) word = word << 8 | next();
    return word;
  }
  void flip() { mask_ ^= 0xff; }
  std::size_t at() const { return at_; }
  bool failed() const { return failed_; }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  std::uint8_t mask_;
  bool failed_ = false;
};

std::uint64_t read_fraction(CodeReader& reader) {
  std::uint64_t fraction = 0;
  int bits = 0;
  while (true) {
    const std::uint8_t byte = reader.next();
    if (bits < 63) fraction |= static_cast<std::uint64_t>(byte >> 1) << (64 - 7) >> bits;
    bits += 7;
    if ((byte & 1) == 0 || reader.failed()) break;
  }
  return fraction >> (64 - kFractionBits);
}

Value read_huge(CodeReader& reader, bool negative, Affinity affinity) {
  const auto exponent = static_cast<int>(reader.next_word(2));
  const std::uint64_t mantissa = reader.next_word(8);
  if (exponent == kInfinityExponent) {
    const double infinity = std::numeric_limits<double>::infinity();
    return Value::real(negative ? -infinity : infinity);
  }
  const double magnitude = std::ldexp(static_cast<double>(mantissa), exponent - 64);
  if (negative && magnitude == kTwoTo63 && affinity != Affinity::kReal) {
    return Value::integer(std::numeric_limits<std::int64_t>::min());
  }
  return Value::real(negative ? -magnitude : magnitude);
}

Value read_number(CodeReader& reader, std::uint8_t code, Affinity affinity) {
  const bool negative = code < kZeroCode;
  if (negative) reader.flip();
  if (code == kHugeNegative || code == kHugePositive) return read_huge(reader, negative, affinity);
  const std::uint64_t word = reader.next_word(negative ? kZeroCode - code : code - kZeroCode);
  const std::uint64_t whole = word / 2;
  if ((word & 1) == 0) {
    const auto integer = static_cast<std::int64_t>(negative ? 0 - whole : whole);
    return affinity == Affinity::kReal ? Value::real(static_cast<double>(integer)) : Value::integer(integer);
  }
  double magnitude;
  if (whole == 0) {
    const int exponent = static_cast<int>(reader.next_word(2)) - kSmallExponentBias;
    const double mantissa = 1 + std::ldexp(static_cast<double>(read_fraction(reader)), -kFractionBits);
    magnitude = std::ldexp(mantissa, exponent);
  } else {
    magnitude =
        static_cast<double>(whole) + std::ldexp(static_cast<double>(read_fraction(reader)), -kFractionBits);
  }
  return Value::real(negative ? -magnitude : magnitude);
}

// Calls take(byte) for every byte of an escaped string up to its end.
template <typename Take>
void read_escaped(CodeReader& reader, bool nocase, Take take) {
  while (true) {
    const std::uint8_t byte = reader.next();
    if (reader.failed() || byte == kTerminator) return;
    if (byte != kEscape) {
      take(static_cast<char>(byte));
      continue;
    }
    const bool zero = reader.next() == kEscapedZero;
    take(static_cast<char>(zero ? 0 : 1));
    if (zero && nocase) {
      reader.next_word(4);
      return;
    }
  }
}

template <typename Take>
Value read_bytes(CodeReader& reader, std::uint8_t code, Collation collation, Take take) {
  read_escaped(reader, code == kTextCode && collation == Collation::kNoCase, take);
  return code == kTextCode ? Value::text({}) : Value::blob({});
}

bool is_number_code(std::uint8_t code) { return code >= kHugeNegative && code <= kHugePositive; }
bool is_bytes_code(std::uint8_t code) { return code == kTextCode || code == kBlobCode; }

// Bytes of the code at the front of `key`, 0 if there is none.
std::size_t code_bytes(std::string_view key, KeyColumn column) {
  CodeReader reader(key, column.descending);
  const std::uint8_t code = reader.next();
  if (is_number_code(code)) {
    read_number(reader, code, column.affinity);
  } else if (is_bytes_code(code)) {
    read_bytes(reader, code, column.collation, [](char) {});
  } else if (code != kNullCode) {
    return 0;
  }
  return reader.failed() ? 0 : reader.at();
}

bool text_is_lost(std::string_view text, Collation collation) {
  switch (collation) {
    case Collation::kBinary:
      return false;
    case Collation::kRtrim:
      return !text.empty() && text.back() == ' ';
    case Collation::kNoCase:
      for (const char c : text) {
        if (c == 0 || c != to_lower_ascii(c)) return true;
      }
      return false;
  }
  return false;
}

// What the key says about the storage class of an integral number of this column.
bool integral_means_real(Affinity affinity) { return affinity == Affinity::kReal; }

}  // namespace

void append_key_column(std::string& key, Value value, KeyColumn column) {
  const std::size_t from = key.size();
  switch (value.storage_class()) {
    case StorageClass::kNull:
      key += static_cast<char>(kNullCode);
      break;
    case StorageClass::kInteger:
      append_integer(key, value.as_integer());
      break;
    case StorageClass::kReal:
      append_real(key, value.as_real());
      break;
    case StorageClass::kText:
      append_text(key, value.as_bytes(), column.collation);
      break;
    case StorageClass::kBlob:
      key += static_cast<char>(kBlobCode);
      append_escaped(key, value.as_bytes());
      key += kTerminator;
      break;
  }
  if (column.descending) complement(key, from);
}

void append_key(std::string& key, std::span<const Value> values, std::span<const KeyColumn> columns) {
  for (std::size_t i = 0; i < values.size(); ++i) append_key_column(key, values[i], columns[i]);
}

std::string encode_key(std::span<const Value> values, std::span<const KeyColumn> columns) {
  std::string key;
  append_key(key, values, columns);
  return key;
}

void append_rowid(std::string& key, std::int64_t rowid) { append_integer(key, rowid); }

RowidKey::RowidKey(std::int64_t rowid) {
  std::uint64_t head = rowid_to_head(rowid);
  for (int i = 7; i >= 0; --i, head >>= 8) bytes_[i] = static_cast<char>(head);
}

std::optional<std::size_t> key_prefix_bytes(std::string_view key, std::span<const KeyColumn> columns) {
  std::size_t at = 0;
  for (const KeyColumn column : columns) {
    const std::size_t bytes = code_bytes(key.substr(at), column);
    if (bytes == 0) return std::nullopt;
    at += bytes;
  }
  return at;
}

std::string prefix_successor(std::string_view prefix) {
  std::string successor(prefix);
  while (!successor.empty() && successor.back() == static_cast<char>(0xff)) successor.pop_back();
  if (!successor.empty()) ++successor.back();
  return successor;
}

ByteRange prefix_range(std::string_view prefix) {
  ByteRange range{std::string(prefix), prefix_successor(prefix), false};
  range.has_upper = !range.upper.empty();
  return range;
}

ByteRange column_range(std::string_view prefix, KeyColumn column, std::optional<KeyBound> lower,
                       std::optional<KeyBound> upper) {
  ByteRange range = prefix_range(prefix);
  if (!lower && !upper) return range;
  if ((lower && lower->value.is_null()) || (upper && upper->value.is_null())) {
    range.upper = range.lower;
    range.has_upper = true;
    return range;
  }
  // The end of the range at `bound` by bytes: behind all keys with the value, or in front of them.
  const auto end_at = [&](const KeyBound& bound, bool behind) {
    std::string end(prefix);
    append_key_column(end, bound.value, column);
    return behind ? prefix_successor(end) : end;
  };
  const auto& low_by_bytes = column.descending ? upper : lower;
  const auto& high_by_bytes = column.descending ? lower : upper;
  if (low_by_bytes) {
    range.lower = end_at(*low_by_bytes, !low_by_bytes->inclusive);
  } else if (!column.descending) {
    range.lower += static_cast<char>(kAboveNull);
  }
  if (high_by_bytes) {
    range.upper = end_at(*high_by_bytes, high_by_bytes->inclusive);
    range.has_upper = true;
  } else if (column.descending) {
    range.upper.assign(prefix);
    range.upper += static_cast<char>(~kNullCode);
    range.has_upper = true;
  }
  return range;
}

std::optional<Value> decode_key_column(std::string_view& key, KeyColumn column, Arena& arena) {
  CodeReader reader(key, column.descending);
  const std::uint8_t code = reader.next();
  Value value;
  if (is_number_code(code)) {
    value = read_number(reader, code, column.affinity);
  } else if (is_bytes_code(code)) {
    const std::size_t encoded_bytes = code_bytes(key, column);
    if (encoded_bytes == 0) return std::nullopt;
    char* bytes = static_cast<char*>(arena.allocate(encoded_bytes, 1));
    std::size_t size = 0;
    read_bytes(reader, code, column.collation, [&](char c) { bytes[size++] = c; });
    value = code == kTextCode ? Value::text({bytes, size}) : Value::blob({bytes, size});
  } else if (code != kNullCode) {
    return std::nullopt;
  }
  if (reader.failed()) return std::nullopt;
  key.remove_prefix(reader.at());
  return value;
}

std::optional<std::int64_t> decode_rowid(std::string_view key, std::size_t prefix_bytes) {
  if (prefix_bytes >= key.size()) return std::nullopt;
  CodeReader reader(key.substr(prefix_bytes), false);
  const std::uint8_t code = reader.next();
  if (!is_number_code(code)) return std::nullopt;
  const Value rowid = read_number(reader, code, Affinity::kInteger);
  if (reader.failed() || reader.at() != key.size() - prefix_bytes || !rowid.is_integer()) return std::nullopt;
  return rowid.as_integer();
}

std::string lost_by_key(std::span<const Value> values, std::span<const KeyColumn> columns) {
  std::string lost;
  const auto mark = [&lost](std::size_t column, char what) {
    append_big_endian(lost, column, 2);
    lost += what;
  };
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Value value = values[i];
    if (value.is_integer() && integral_means_real(columns[i].affinity)) {
      mark(i, kLostInteger);
    } else if (value.is_real() && !integral_means_real(columns[i].affinity)) {
      const double real = value.as_real();
      if (real >= -kTwoTo63 && real < kTwoTo63 && std::trunc(real) == real) mark(i, kLostReal);
    } else if (value.is_text() && text_is_lost(value.as_bytes(), columns[i].collation)) {
      mark(i, kLostText);
      append_big_endian(lost, value.as_bytes().size(), 4);
      lost += value.as_bytes();
    }
  }
  return lost;
}

// The payload's marks come in the order of the columns, so both are read side by side.
bool decode_key(std::string_view key, std::string_view payload, std::span<const KeyColumn> columns,
                Arena& arena, std::span<Value> values) {
  const auto word = [&payload](std::size_t at, std::size_t bytes) {
    std::size_t result = 0;
    for (std::size_t i = 0; i < bytes; ++i)
      result = result << 8 | static_cast<unsigned char>(payload[at + i]);
    return result;
  };
  for (std::size_t i = 0; i < columns.size(); ++i) {
    KeyColumn column = columns[i];
    const bool marked = payload.size() >= 3 && word(0, 2) == i;
    const char mark = marked ? payload[2] : 0;
    if (mark == kLostInteger) column.affinity = Affinity::kInteger;
    if (mark == kLostReal) column.affinity = Affinity::kReal;
    const std::optional<Value> value = decode_key_column(key, column, arena);
    if (!value) return false;
    values[i] = *value;
    if (!marked) continue;
    std::size_t mark_bytes = 3;
    if (mark == kLostText) {
      if (payload.size() < 7 || payload.size() - 7 < word(3, 4) || !value->is_text()) return false;
      values[i] = Value::text(payload.substr(7, word(3, 4)));
      mark_bytes = 7 + word(3, 4);
    } else if (!value->is_number() || (mark != kLostInteger && mark != kLostReal)) {
      return false;
    }
    payload.remove_prefix(mark_bytes);
  }
  return key.empty() && payload.empty();
}

std::string key_to_text(std::string_view key, std::span<const KeyColumn> columns) {
  if (columns.empty()) return to_sql_literal(Value::blob(key));
  constexpr char kText = '\x30';
  Arena arena;
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : " | ") + part; };
  std::size_t decoded = 0;
  for (; decoded < columns.size(); ++decoded) {
    const std::optional<Value> value = decode_key_column(key, columns[decoded], arena);
    if (!value) break;
    add(to_sql_literal(*value));
  }
  if (key.empty()) return text;
  // A separator may end in the middle of a column: the beginning of a text can be read, of a number it cannot.
  const bool is_text = decoded < columns.size() && !columns[decoded].descending && key.front() == kText;
  if (is_text && key.find_first_of(std::string_view("\0\1", 2)) == std::string_view::npos) {
    add(to_sql_literal(Value::text(key.substr(1))) + "...");
  } else {
    add("...");
  }
  return text;
}

}  // namespace leftmost::storage
