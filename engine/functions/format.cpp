#include "engine/functions/format.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "engine/functions/operators.h"
#include "engine/functions/utf8.h"
#include "storage/number_text.h"

namespace leftmost::engine {
namespace {

using storage::Value;

constexpr int kIntMax = std::numeric_limits<int>::max();

/// One conversion, %<flags><width>.<precision><letter>.
struct Conversion {
  bool left = false;              ///< -
  char positive_sign = '\0';      ///< + or space
  bool alternate_form = false;    ///< #
  bool by_characters = false;     ///< !
  bool zero_pad = false;          ///< 0
  bool thousands = false;         ///< , (integers only)
  std::int64_t width = 0;
  int precision = -1;
  char letter = '\0';
};

int low_int(std::int64_t value) {
  return static_cast<int>(static_cast<std::uint32_t>(static_cast<std::uint64_t>(value)));
}

class Formatter {
 public:
  Formatter(std::string_view pattern, std::span<const Value> arguments, std::string& out, std::size_t bytes_max)
      : pattern_(until_nul(pattern)), arguments_(arguments), out_(out), bytes_max_(bytes_max) {}

  bool run() {
    while (at_ < pattern_.size()) {
      const std::size_t percent = std::min(pattern_.find('%', at_), pattern_.size());
      if (percent > at_ && !append(pattern_.substr(at_, percent - at_))) return false;
      if (percent == pattern_.size()) return true;
      at_ = percent + 1;
      if (at_ == pattern_.size()) return append("%");
      const Conversion conversion = read_conversion();
      bool goes_on = true;
      if (!convert(conversion, goes_on)) return false;
      if (!goes_on) return true;  // an unknown letter ends the text, as in SQLite
    }
    return true;
  }

  bool has_written() const { return has_written_; }

 private:
  char peek() const { return at_ < pattern_.size() ? pattern_[at_] : '\0'; }

  int read_number() {
    std::uint32_t number = 0;
    for (; peek() >= '0' && peek() <= '9'; ++at_) number = number * 10 + static_cast<std::uint32_t>(peek() - '0');
    return static_cast<int>(number & 0x7fffffff);
  }

  // Flags, width and precision may follow each other in any order and number until something ends them: a letter, or
  // a width without a precision behind it.
  Conversion read_conversion() {
    Conversion c;
    bool done = false;
    while (!done) {
      switch (peek()) {
        case '-': c.left = true; ++at_; break;
        case '+': c.positive_sign = '+'; ++at_; break;
        case ' ': c.positive_sign = ' '; ++at_; break;
        case '#': c.alternate_form = true; ++at_; break;
        case '!': c.by_characters = true; ++at_; break;
        case '0': c.zero_pad = true; ++at_; break;
        case ',': c.thousands = true; ++at_; break;
        case 'l':
          ++at_;
          if (peek() == 'l') ++at_;
          done = true;
          break;
        case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
          c.width = read_number();
          done = peek() != '.' && peek() != 'l';
          break;
        case '*':
          ++at_;
          c.width = low_int(next_integer());
          if (c.width < 0) {
            c.left = true;
            c.width = c.width >= -kIntMax ? -c.width : 0;
          }
          done = peek() != '.' && peek() != 'l';
          break;
        case '.':
          ++at_;
          if (peek() == '*') {
            ++at_;
            c.precision = low_int(next_integer());
            if (c.precision < 0) c.precision = c.precision >= -kIntMax ? -c.precision : -1;
          } else {
            c.precision = read_number();
          }
          done = peek() != 'l';
          break;
        default: done = true; break;
      }
    }
    c.letter = peek();
    if (at_ < pattern_.size()) ++at_;
    return c;
  }

  // False: too long. `goes_on` turns false for an unknown letter.
  bool convert(const Conversion& c, bool& goes_on) {
    switch (c.letter) {
      case 'd': case 'i': case 'u': case 'x': case 'X': case 'o': case 'p': case 'r': return convert_integer(c);
      case 'f': case 'e': case 'E': case 'g': case 'G': return convert_real(c);
      case 's': case 'z': return convert_text(c);
      case 'q': case 'Q': case 'w': return convert_quoted(c);
      case 'c': return convert_character(c);
      case 'n': return append({});
      case '%': return pad("%", c, c.width);
      default: goes_on = false; return true;
    }
  }

  bool convert_integer(Conversion c) {
    const bool is_signed = c.letter == 'd' || c.letter == 'i' || c.letter == 'r';
    const std::int64_t value = next_integer();
    auto magnitude = static_cast<std::uint64_t>(value);
    char sign = '\0';
    if (is_signed) {
      sign = value < 0 ? '-' : c.positive_sign;
      if (value < 0) magnitude = 0 - magnitude;
    }
    const std::uint64_t base = c.letter == 'x' || c.letter == 'X' || c.letter == 'p' ? 16 : c.letter == 'o' ? 8 : 10;
    std::string_view prefix;
    if (c.alternate_form && magnitude != 0) {
      if (c.letter == 'x' || c.letter == 'p') prefix = "0x";
      if (c.letter == 'X') prefix = "0X";
      if (c.letter == 'o') prefix = "0";
    }
    const char* digits = c.letter == 'x' ? "0123456789abcdef" : "0123456789ABCDEF";
    std::string reversed;
    if (c.letter == 'r') {
      // 1st 2nd 3rd 4th ... 11th 12th 13th
      const std::uint64_t last = magnitude % 10;
      const std::size_t ending = last >= 4 || magnitude / 10 % 10 == 1 ? 0 : static_cast<std::size_t>(last);
      constexpr std::string_view kEndings[] = {"ht", "ts", "dn", "dr"};
      reversed = kEndings[ending];
    }
    std::uint64_t rest = magnitude;
    do {
      reversed += digits[rest % base];
      rest /= base;
    } while (rest > 0);
    std::int64_t precision = c.precision;
    if (c.zero_pad) precision = std::max(precision, c.width - (sign != '\0' ? 1 : 0));
    const auto length_wanted = static_cast<std::size_t>(std::max<std::int64_t>(precision, 0));
    if (!fits(length_wanted)) return false;
    if (reversed.size() < length_wanted) reversed.append(length_wanted - reversed.size(), '0');
    if (c.thousands && base == 10 && c.letter != 'r') {
      std::string grouped;
      for (std::size_t i = 0; i < reversed.size(); ++i) {
        if (i > 0 && i % 3 == 0) grouped += ',';
        grouped += reversed[i];
      }
      reversed = std::move(grouped);
    }
    std::string text(prefix);
    if (sign != '\0') text += sign;
    text.append(reversed.rbegin(), reversed.rend());
    return pad(text, c, c.width);
  }

  bool convert_real(const Conversion& c) {
    RealFormat format;
    format.conversion = c.letter;
    format.precision = c.precision;
    format.alternate_form = c.alternate_form;
    format.more_digits = c.by_characters;
    format.positive_sign = c.positive_sign;
    if (c.zero_pad && !c.left) format.zero_pad_width = static_cast<int>(c.width);
    if (!fits(static_cast<std::size_t>(c.width)) || !fits(static_cast<std::size_t>(std::max(c.precision, 0)))) {
      return false;
    }
    return pad(format_real(next_real(), format), c, c.width);
  }

  bool convert_text(const Conversion& c) {
    std::string_view text = next_text().text;
    if (c.precision >= 0) {
      const auto precision = static_cast<std::size_t>(c.precision);
      text = text.substr(0, c.by_characters ? bytes_of_characters(text, precision) : precision);
    }
    return pad(text, c, width_in_bytes(text, c));
  }

  // %q doubles single quotes, %Q also puts them around (or says NULL), %w doubles double quotes.
  bool convert_quoted(const Conversion& c) {
    const char quote_mark = c.letter == 'w' ? '"' : '\'';
    const TextArgument argument = next_text();
    std::string_view text = argument.text;
    if (argument.is_null) text = c.letter == 'Q' ? "NULL" : "(NULL)";
    if (c.precision >= 0) {
      const auto precision = static_cast<std::size_t>(c.precision);
      text = text.substr(0, c.by_characters ? bytes_of_characters(text, precision) : precision);
    }
    const bool puts_around = c.letter == 'Q' && !argument.is_null;
    std::string quoted;
    if (puts_around) quoted += quote_mark;
    for (const char ch : text) {
      quoted += ch;
      if (ch == quote_mark) quoted += ch;
    }
    if (puts_around) quoted += quote_mark;
    return pad(quoted, c, width_in_bytes(quoted, c));
  }

  // %c takes the first character of a text; %.5c repeats it five times.
  bool convert_character(Conversion c) {
    const std::string_view text = next_text().text;
    std::string character(1, '\0');
    if (!text.empty()) {
      constexpr std::size_t kBytesMax = 4;
      character = std::string(text.substr(0, std::min(next_character(text, 0), kBytesMax)));
    }
    c.by_characters = true;
    if (c.precision > 1) {
      const auto repeats = static_cast<std::size_t>(c.precision) - 1;
      c.width -= static_cast<std::int64_t>(repeats);
      if (c.width > 1 && !c.left) {
        if (!append_repeated(" ", static_cast<std::size_t>(c.width - 1))) return false;
        c.width = 0;
      }
      if (!append_repeated(character, repeats)) return false;
    }
    return pad(character, c, width_in_bytes(character, c));
  }

  // With `!`, a width counts characters: continuation bytes come on top.
  static std::int64_t width_in_bytes(std::string_view text, const Conversion& c) {
    if (!c.by_characters || c.width <= 0) return c.width;
    const auto continuation = std::count_if(text.begin(), text.end(), [](char ch) {
      return (static_cast<unsigned char>(ch) & 0xc0) == 0x80;
    });
    return c.width + static_cast<std::int64_t>(continuation);
  }

  bool pad(std::string_view text, const Conversion& c, std::int64_t width) {
    const std::int64_t missing = width - static_cast<std::int64_t>(text.size());
    const std::size_t blanks = missing > 0 ? static_cast<std::size_t>(missing) : 0;
    if (!c.left && !append_repeated(" ", blanks)) return false;
    if (!append(text)) return false;
    return !c.left || append_repeated(" ", blanks);
  }

  bool fits(std::size_t more) const { return more <= bytes_max_ && out_.size() + more <= bytes_max_; }

  bool append(std::string_view text) {
    has_written_ = true;
    if (!fits(text.size())) return false;
    out_ += text;
    return true;
  }

  bool append_repeated(std::string_view text, std::size_t times) {
    if (times > bytes_max_ || !fits(text.size() * times)) return false;
    out_.reserve(out_.size() + text.size() * times);
    for (std::size_t i = 0; i < times; ++i) out_ += text;
    return true;
  }

  Value next() { return used_ < arguments_.size() ? arguments_[used_++] : Value::null(); }
  std::int64_t next_integer() { return integer_value(next()); }
  double next_real() { return real_value(next()); }

  struct TextArgument {
    std::string_view text;
    bool is_null = false;
  };
  TextArgument next_text() {
    const Value value = next();
    return {until_nul(text_value(value, scratch_)), value.is_null()};
  }

  std::string_view pattern_;
  std::span<const Value> arguments_;
  std::string& out_;
  std::size_t bytes_max_;
  std::size_t at_ = 0;
  std::size_t used_ = 0;
  bool has_written_ = false;
  storage::Arena scratch_;
};

std::string quote_real(double value) {
  RealFormat format;
  format.precision = 15;
  format.more_digits = true;
  std::string text = format_real(value, format);
  if (storage::cast_text_to_real(text) != value) {
    format.conversion = 'e';
    format.precision = 20;
    text = format_real(value, format);
  }
  return text;
}

}  // namespace

bool format_values(std::string_view pattern, std::span<const Value> arguments, std::string& out, std::size_t bytes_max) {
  Formatter formatter(pattern, arguments, out, bytes_max);
  return formatter.run() && formatter.has_written();
}

std::string quote(Value value) {
  if (value.is_null()) return "NULL";
  if (value.is_integer()) return storage::integer_to_text(value.as_integer());
  if (value.is_real()) return quote_real(value.as_real());
  std::string literal;
  if (value.is_text()) {
    literal += '\'';
    for (const char c : until_nul(value.as_bytes())) {
      literal += c;
      if (c == '\'') literal += c;
    }
    literal += '\'';
    return literal;
  }
  constexpr char kDigits[] = "0123456789ABCDEF";
  literal = "X'";
  for (const char c : value.as_bytes()) {
    const auto byte = static_cast<unsigned char>(c);
    literal += kDigits[byte >> 4];
    literal += kDigits[byte & 15];
  }
  literal += '\'';
  return literal;
}

}  // namespace leftmost::engine
