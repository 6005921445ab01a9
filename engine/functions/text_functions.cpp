// Functions of text and blobs, and those that look at a value whatever its class.
#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "engine/functions/format.h"
#include "engine/functions/function_table.h"
#include "engine/functions/operators.h"
#include "engine/functions/utf8.h"
#include "storage/collation.h"

namespace leftmost::engine {
namespace {

using storage::StorageClass;
using storage::Value;
using Arguments = std::span<const Value>;

std::string_view text_of(CallContext& call, Value value) { return text_value(value, call.run.results()); }

// How C programs see a 64-bit integer that they asked for as an int: the low 32 bits.
std::int32_t low_32_bits(Value value) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(static_cast<std::uint64_t>(integer_value(value))));
}

Value too_big(CallContext& call) { return call.run.fail(ErrorCode::kTooBig, "string or blob too big"); }

Value length_function(CallContext& call, Arguments a) {
  if (a[0].is_null()) return a[0];
  const std::string_view text = text_of(call, a[0]);
  const std::size_t length = a[0].is_text() ? count_characters(until_nul(text)) : text.size();
  return Value::integer(static_cast<std::int64_t>(length));
}

Value typeof_function(CallContext&, Arguments a) {
  switch (a[0].storage_class()) {
    case StorageClass::kNull: return Value::text("null");
    case StorageClass::kInteger: return Value::text("integer");
    case StorageClass::kReal: return Value::text("real");
    case StorageClass::kText: return Value::text("text");
    case StorageClass::kBlob: return Value::text("blob");
  }
  return Value::null();
}

// instr(haystack, needle): position in characters (in bytes between two blobs), from 1; 0 when it is not in there.
Value instr_function(CallContext& call, Arguments a) {
  if (a[0].is_null() || a[1].is_null()) return Value::null();
  const bool by_bytes = a[0].is_blob() && a[1].is_blob();
  const std::string_view haystack = text_of(call, a[0]);
  const std::string_view needle = text_of(call, a[1]);
  if (needle.empty()) return Value::integer(1);
  const auto is_boundary = [&](std::size_t at) {
    return by_bytes || at == 0 || (static_cast<unsigned char>(haystack[at]) & 0xc0) != 0x80;
  };
  std::int64_t position = 1;
  std::size_t counted = 0;
  for (std::size_t at = haystack.find(needle); at != std::string_view::npos; at = haystack.find(needle, at + 1)) {
    for (; counted < at; ++counted) position += is_boundary(counted + 1) ? 1 : 0;
    if (is_boundary(at)) return Value::integer(position);
  }
  return Value::integer(0);
}

// A range of positions, cut to what exists: substr's arithmetic, in characters or bytes.
struct Slice {
  std::int64_t first = 0;
  std::int64_t count = 0;
};

// start counts from 1, or from the end when negative; a negative count takes what stands in front of start.
Slice slice_of(std::int64_t start, std::int64_t count, std::int64_t length) {
  const bool backwards = count < 0;
  if (backwards) count = -count;
  if (start < 0) {
    start += length;
    if (start < 0) {
      count = std::max<std::int64_t>(count + start, 0);
      start = 0;
    }
  } else if (start > 0) {
    --start;
  } else if (count > 0) {
    --count;  // position 0 is one place in front of the first
  }
  if (backwards) {
    start -= count;
    if (start < 0) {
      count += start;
      start = 0;
    }
  }
  return {start, std::max<std::int64_t>(count, 0)};
}

Value substr_function(CallContext& call, Arguments a) {
  if (a[1].is_null() || (a.size() == 3 && a[2].is_null()) || a[0].is_null()) return Value::null();
  const std::int64_t start = low_32_bits(a[1]);
  const std::int64_t count =
      a.size() == 3 ? low_32_bits(a[2]) : static_cast<std::int64_t>(storage::kValueBytesMax);
  if (a[0].is_blob()) {
    const std::string_view blob = a[0].as_bytes();
    if (blob.empty()) return Value::null();
    const auto length = static_cast<std::int64_t>(blob.size());
    const Slice slice = slice_of(start, count, length);
    if (slice.first >= length) return Value::blob({});
    return Value::blob(blob.substr(static_cast<std::size_t>(slice.first), static_cast<std::size_t>(slice.count)));
  }
  std::string_view text = until_nul(text_of(call, a[0]));
  const auto length = start < 0 ? static_cast<std::int64_t>(count_characters(text)) : 0;
  const Slice slice = slice_of(start, count, length);
  text.remove_prefix(bytes_of_characters(text, static_cast<std::size_t>(slice.first)));
  return Value::text(text.substr(0, bytes_of_characters(text, static_cast<std::size_t>(slice.count))));
}

template <char kFrom, char kTo, int kShift>
Value fold_case(CallContext& call, Value value) {
  if (value.is_null()) return value;
  const std::string_view text = text_of(call, value);
  char* folded = call.run.allocate_bytes(text.size());
  if (folded == nullptr) return Value::null();
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    folded[i] = c >= kFrom && c <= kTo ? static_cast<char>(c + kShift) : c;
  }
  return Value::text({folded, text.size()});
}

Value lower_function(CallContext& call, Arguments a) { return fold_case<'A', 'Z', 'a' - 'A'>(call, a[0]); }
Value upper_function(CallContext& call, Arguments a) { return fold_case<'a', 'z', 'A' - 'a'>(call, a[0]); }

Value hex_function(CallContext& call, Arguments a) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  const std::string_view bytes = text_of(call, a[0]);
  char* digits = call.run.allocate_bytes(bytes.size() * 2);
  if (digits == nullptr) return Value::null();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    digits[2 * i] = kDigits[byte >> 4];
    digits[2 * i + 1] = kDigits[byte & 15];
  }
  return Value::text({digits, bytes.size() * 2});
}

Value char_function(CallContext& call, Arguments a) {
  std::string text;
  for (const Value value : a) {
    const std::int64_t code_point = integer_value(value);
    const bool exists = code_point >= 0 && code_point <= 0x10ffff;
    append_character(exists ? static_cast<std::uint32_t>(code_point) : kReplacementCharacter, text);
  }
  return call.run.make_text(text);
}

Value unicode_function(CallContext& call, Arguments a) {
  const std::string_view text = until_nul(text_of(call, a[0]));
  if (text.empty()) return Value::null();
  std::size_t at = 0;
  return Value::integer(static_cast<std::int32_t>(read_character(text, at)));
}

Value zeroblob_function(CallContext& call, Arguments a) {
  const std::int64_t wanted = std::max<std::int64_t>(integer_value(a[0]), 0);
  if (wanted > static_cast<std::int64_t>(storage::kValueBytesMax)) return too_big(call);
  const auto size = static_cast<std::size_t>(wanted);
  char* bytes = call.run.allocate_bytes(size);
  if (bytes == nullptr) return Value::null();
  if (size > 0) std::memset(bytes, 0, size);
  return Value::blob({bytes, size});
}

Value replace_function(CallContext& call, Arguments a) {
  if (a[0].is_null() || a[1].is_null()) return Value::null();
  const std::string_view pattern = text_of(call, a[1]);
  // Nothing to replace: the value itself, except that a blob was read as text by then.
  if (pattern.empty() || pattern.front() == '\0') return a[0].is_blob() ? Value::text(a[0].as_bytes()) : a[0];
  if (a[2].is_null()) return Value::null();
  const std::string_view text = text_of(call, a[0]);
  const std::string_view replacement = text_of(call, a[2]);

  std::size_t hits = 0;
  for (std::size_t at = text.find(pattern); at != std::string_view::npos; at = text.find(pattern, at + pattern.size())) {
    ++hits;
  }
  if (hits == 0) return Value::text(text);
  if (!replacement.empty() && hits > storage::kValueBytesMax / replacement.size()) return too_big(call);
  const std::size_t size = text.size() - hits * pattern.size() + hits * replacement.size();
  char* out = call.run.allocate_bytes(size);
  if (out == nullptr) return Value::null();
  const char* const begin = out;
  std::size_t copied = 0;
  const auto append = [&out](std::string_view part) {
    if (!part.empty()) std::memcpy(out, part.data(), part.size());
    out += part.size();
  };
  for (std::size_t at = text.find(pattern); at != std::string_view::npos; at = text.find(pattern, copied)) {
    append(text.substr(copied, at - copied));
    append(replacement);
    copied = at + pattern.size();
  }
  append(text.substr(copied));
  return Value::text({begin, size});
}

enum TrimSides : int { kTrimLeft = 1, kTrimRight = 2 };

template <int kSides>
Value trim_function(CallContext& call, Arguments a) {
  if (a[0].is_null() || (a.size() == 2 && a[1].is_null())) return Value::null();
  std::string_view text = text_of(call, a[0]);
  const std::string_view characters = a.size() == 2 ? until_nul(text_of(call, a[1])) : " ";
  std::vector<std::string_view> set;
  std::array<bool, 256> may_begin{};
  std::array<bool, 256> may_end{};
  for (std::size_t at = 0; at < characters.size();) {
    const std::size_t end = next_character(characters, at);
    set.push_back(characters.substr(at, end - at));
    may_begin[static_cast<unsigned char>(characters[at])] = true;
    may_end[static_cast<unsigned char>(characters[end - 1])] = true;
    at = end;
  }
  if (kSides & kTrimLeft) {
    while (!text.empty() && may_begin[static_cast<unsigned char>(text.front())]) {
      const auto hit = std::find_if(set.begin(), set.end(), [&](std::string_view c) {
        return text.size() >= c.size() && text.compare(0, c.size(), c) == 0;
      });
      if (hit == set.end()) break;
      text.remove_prefix(hit->size());
    }
  }
  if (kSides & kTrimRight) {
    while (!text.empty() && may_end[static_cast<unsigned char>(text.back())]) {
      const auto hit = std::find_if(set.begin(), set.end(), [&](std::string_view c) {
        return text.size() >= c.size() && text.compare(text.size() - c.size(), c.size(), c) == 0;
      });
      if (hit == set.end()) break;
      text.remove_suffix(hit->size());
    }
  }
  return Value::text(text);
}

// The American Soundex of the 1918 patent as SQLite codes it: four characters, `?000` for what has no letter.
Value soundex_function(CallContext& call, Arguments a) {
  constexpr std::string_view kCodes = "01230120022455012623010202";  // of a ... z; 0 is silent
  const auto code_of = [&](char c) {
    const char ascii = storage::to_lower_ascii(static_cast<char>(c & 0x7f));  // SQLite looks at seven bits only
    return ascii >= 'a' && ascii <= 'z' ? kCodes[static_cast<std::size_t>(ascii - 'a')] : '0';
  };
  const std::string_view text = a[0].is_null() ? std::string_view() : until_nul(text_of(call, a[0]));
  const auto letter_index = [](char c) {
    if (c >= 'a' && c <= 'z') return c - 'a';
    if (c >= 'A' && c <= 'Z') return c - 'A';
    return -1;
  };
  std::size_t at = 0;
  while (at < text.size() && letter_index(text[at]) < 0) ++at;
  if (at == text.size()) return Value::text("?000");
  std::string code(1, static_cast<char>('A' + letter_index(text[at])));
  char before = code_of(text[at]);
  for (; code.size() < 4 && at < text.size(); ++at) {
    const char digit = code_of(text[at]);
    if (digit != '0' && digit != before) code += digit;
    before = digit;
  }
  code.resize(4, '0');
  return call.run.make_text(code);
}

Value format_function(CallContext& call, Arguments a) {
  if (a.empty() || a[0].is_null()) return Value::null();
  std::string text;
  return format_values(text_of(call, a[0]), a.subspan(1), text) ? call.run.make_text(text) : Value::null();
}

Value quote_function(CallContext& call, Arguments a) {
  if (a[0].is_null()) return Value::text("NULL");
  const std::string literal = quote(a[0]);
  // Not an error, unlike everywhere else: SQLite 3.40 answers NULL.
  return literal.size() > storage::kValueBytesMax ? Value::null() : call.run.make_text(literal);
}

Value nullif_function(CallContext& call, Arguments a) {
  return storage::compare(a[0], a[1], call.collation) == 0 ? Value::null() : a[0];
}

template <bool kMax>
Value extreme_function(CallContext& call, Arguments a) {
  Value best = a[0];
  for (const Value value : a) {
    if (value.is_null()) return value;
  }
  for (const Value value : a.subspan(1)) {
    const int order = storage::compare(best, value, call.collation);
    // Of equal ones min takes the last and max the first.
    if (kMax ? order < 0 : order >= 0) best = value;
  }
  return best;
}

// The evaluator runs these without evaluating all of their arguments; here is what they mean all the same.
Value first_not_null(CallContext&, Arguments a) {
  for (const Value value : a) {
    if (!value.is_null()) return value;
  }
  return Value::null();
}
Value choose(CallContext&, Arguments a) { return truth(a[0]).value_or(false) ? a[1] : a[2]; }
Value first_argument(CallContext&, Arguments a) { return a[0]; }
Value subtype_function(CallContext&, Arguments a) { return Value::integer(a[0].subtype()); }
Value nothing(CallContext&, Arguments) { return Value::null(); }

}  // namespace

void add_text_functions(FunctionTable& table) {
  constexpr int kAny = kFunctionArgumentsMax;
  table.scalar("length", 1, 1, length_function);
  table.scalar("typeof", 1, 1, typeof_function);
  table.scalar("instr", 2, 2, instr_function);
  table.scalar("substr", 2, 3, substr_function);
  table.scalar("substring", 2, 3, substr_function);
  table.scalar("lower", 1, 1, lower_function);
  table.scalar("upper", 1, 1, upper_function);
  table.scalar("hex", 1, 1, hex_function);
  table.scalar("char", 0, kAny, char_function);
  table.scalar("unicode", 1, 1, unicode_function);
  table.scalar("zeroblob", 1, 1, zeroblob_function);
  table.scalar("replace", 3, 3, replace_function);
  table.scalar("ltrim", 1, 2, trim_function<kTrimLeft>);
  table.scalar("rtrim", 1, 2, trim_function<kTrimRight>);
  table.scalar("trim", 1, 2, trim_function<kTrimLeft | kTrimRight>);
  table.scalar("soundex", 1, 1, soundex_function);
  table.scalar("format", 0, kAny, format_function);
  table.scalar("printf", 0, kAny, format_function);
  table.scalar("quote", 1, 1, quote_function);
  table.scalar("nullif", 2, 2, nullif_function).uses_collation = true;
  table.scalar("min", 2, kAny, extreme_function<false>).uses_collation = true;
  table.scalar("max", 2, kAny, extreme_function<true>).uses_collation = true;
  table.scalar("coalesce", 2, kAny, first_not_null).inline_form = InlineForm::kCoalesce;
  table.scalar("ifnull", 2, 2, first_not_null).inline_form = InlineForm::kCoalesce;
  table.scalar("iif", 3, 3, choose).inline_form = InlineForm::kIif;
  table.scalar("likely", 1, 1, first_argument).inline_form = InlineForm::kLikely;
  table.scalar("unlikely", 1, 1, first_argument).inline_form = InlineForm::kUnlikely;
  table.scalar("likelihood", 2, 2, first_argument).inline_form = InlineForm::kLikelihood;
  table.scalar("subtype", 1, 1, subtype_function);
  table.scalar("sqlite_log", 2, 2, nothing);
}

}  // namespace leftmost::engine
