#include "engine/functions/like.h"

#include "engine/functions/function_table.h"
#include "engine/functions/operators.h"
#include "engine/functions/utf8.h"

namespace leftmost::engine {
namespace {

using storage::Value;

std::uint32_t fold(std::uint32_t c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; }

/// One attempt to fit a pattern to a text; see like.h for the method.
class Matcher {
 public:
  Matcher(std::string_view pattern, std::string_view text, const PatternRules& rules)
      : pattern_(pattern), text_(text), rules_(rules) {}

  bool run() {
    while (true) {
      if (!fits_from_here()) {
        if (!retry_from_last_any()) return false;
        continue;
      }
      return true;
    }
  }

 private:
  // Matches until the pattern ends. Every `any` on the way becomes the place to come back to.
  bool fits_from_here() {
    while (true) {
      const std::uint32_t c = read_character(pattern_, pattern_at_);
      if (c == 0) return text_at_ >= text_.size();
      if (rules_.any != 0 && c == rules_.any) {
        if (!enter_any()) return hopeless();
        if (pattern_at_ >= pattern_.size()) return true;
        has_any_ = true;
        any_pattern_ = pattern_at_;
        any_text_ = text_at_;
        any_literal_ = escaped_after_any();
        if (!find_literal()) return hopeless();
        continue;
      }
      if (rules_.set != 0 && c == rules_.set) {
        if (!fits_set()) return false;
        continue;
      }
      if (!fits_character(c)) return false;
    }
  }

  // Behind an `any`: swallows further ones, and one character of the text for each `one`. False: text too short.
  bool enter_any() {
    while (pattern_at_ < pattern_.size()) {
      const std::size_t before = pattern_at_;
      const std::uint32_t c = read_character(pattern_, pattern_at_);
      if (c == rules_.any) continue;
      if (rules_.one != 0 && c == rules_.one) {
        if (read_character(text_, text_at_) == 0) return false;
        continue;
      }
      pattern_at_ = before;
      break;
    }
    return true;
  }

  // The literal that must follow the last `any`, or 0 when a set follows. The pattern moves behind it.
  std::uint32_t escaped_after_any() {
    std::size_t at = any_pattern_;
    std::uint32_t c = read_character(pattern_, at);
    if (rules_.set != 0 && c == rules_.set) return 0;
    if (rules_.escape != 0 && c == rules_.escape) {
      c = read_character(pattern_, at);
      if (c == 0) ends_in_escape_ = true;
    }
    any_pattern_ = at;
    return c;
  }

  // Moves to behind the next occurrence of the literal, remembering it; with a set, tries the next character.
  bool find_literal() {
    if (ends_in_escape_) return false;
    pattern_at_ = any_pattern_;
    if (any_literal_ == 0) {
      text_at_ = any_text_;
      return any_text_ < text_.size();
    }
    const std::uint32_t wanted = rules_.ignore_case ? fold(any_literal_) : any_literal_;
    if (any_literal_ < 0x80) {
      // An ASCII byte is never part of another character.
      for (; any_text_ < text_.size(); ++any_text_) {
        const auto byte = static_cast<unsigned char>(text_[any_text_]);
        if ((rules_.ignore_case ? fold(byte) : byte) == wanted) {
          text_at_ = ++any_text_;
          return true;
        }
      }
      return false;
    }
    while (any_text_ < text_.size()) {
      if (read_character(text_, any_text_) != any_literal_) continue;
      text_at_ = any_text_;
      return true;
    }
    return false;
  }

  bool retry_from_last_any() {
    if (!has_any_ || hopeless_) return false;
    if (any_literal_ == 0 && !ends_in_escape_) {
      if (any_text_ >= text_.size()) return false;
      any_text_ = next_character(text_, any_text_);
    }
    return find_literal();
  }

  bool fits_character(std::uint32_t c) {
    bool is_escaped = false;
    if (rules_.escape != 0 && c == rules_.escape) {
      c = read_character(pattern_, pattern_at_);
      if (c == 0) return false;
      is_escaped = true;
    }
    const std::uint32_t t = read_character(text_, text_at_);
    if (c == t) return true;
    if (rules_.ignore_case && c < 0x80 && t < 0x80 && fold(c) == fold(t)) return true;
    return rules_.one != 0 && c == rules_.one && !is_escaped && t != 0;
  }

  // [abc], [^a-z], []] : the pattern stands behind the bracket.
  bool fits_set() {
    const std::uint32_t t = read_character(text_, text_at_);
    if (t == 0) return false;
    bool seen = false;
    bool inverted = false;
    std::uint32_t before = 0;
    std::uint32_t c = read_character(pattern_, pattern_at_);
    if (c == '^') {
      inverted = true;
      c = read_character(pattern_, pattern_at_);
    }
    if (c == ']') {
      seen = t == ']';
      c = read_character(pattern_, pattern_at_);
    }
    while (c != 0 && c != ']') {
      const bool more = pattern_at_ < pattern_.size() && pattern_[pattern_at_] != ']';
      if (c == '-' && more && before > 0) {
        c = read_character(pattern_, pattern_at_);
        if (t >= before && t <= c) seen = true;
        before = 0;
      } else {
        if (t == c) seen = true;
        before = c;
      }
      c = read_character(pattern_, pattern_at_);
    }
    return c != 0 && seen != inverted;
  }

  bool hopeless() {
    hopeless_ = true;
    return false;
  }

  std::string_view pattern_;
  std::string_view text_;
  const PatternRules& rules_;
  std::size_t pattern_at_ = 0;
  std::size_t text_at_ = 0;
  bool has_any_ = false;
  bool hopeless_ = false;        // no earlier choice can help
  bool ends_in_escape_ = false;  // the pattern ends in an escape character without a character
  std::size_t any_pattern_ = 0;  // behind the last `any` and the literal that follows it
  std::size_t any_text_ = 0;     // where the next occurrence of that literal is looked for
  std::uint32_t any_literal_ = 0;
};

Value match_function(CallContext& call, std::span<const Value> arguments, bool is_like, bool ignore_case = true) {
  const Value pattern_value = arguments[0];
  const Value text_argument = arguments[1];
  // Debian builds SQLite with SQLITE_LIKE_DOESNT_MATCH_BLOBS.
  if (pattern_value.is_blob() || text_argument.is_blob()) return Value::boolean(false);
  const std::string_view pattern = text_value(pattern_value, call.run.results());
  if (pattern.size() > kPatternBytesMax) {
    return call.run.fail(ErrorCode::kError, "LIKE or GLOB pattern too complex");
  }
  PatternRules rules = is_like ? like_rules() : glob_rules();
  if (arguments.size() == 3) {
    if (arguments[2].is_null()) return Value::null();
    const std::string_view escape = until_nul(text_value(arguments[2], call.run.results()));
    if (count_characters(escape) != 1) {
      return call.run.fail(ErrorCode::kError, "ESCAPE expression must be a single character");
    }
    std::size_t at = 0;
    rules = like_rules(read_character(escape, at));
  }
  rules.ignore_case = rules.ignore_case && ignore_case;
  if (pattern_value.is_null() || text_argument.is_null()) return Value::null();
  return Value::boolean(matches(pattern, text_value(text_argument, call.run.results()), rules));
}

Value like_function(CallContext& call, std::span<const Value> arguments) {
  return match_function(call, arguments, true);
}
Value like_with_case_function(CallContext& call, std::span<const Value> arguments) {
  return match_function(call, arguments, true, false);
}
Value glob_function(CallContext& call, std::span<const Value> arguments) {
  return match_function(call, arguments, false);
}

}  // namespace

PatternRules like_rules(std::uint32_t escape) {
  PatternRules rules{'%', '_', 0, escape, true};
  if (escape == '%') rules.any = 0;
  if (escape == '_') rules.one = 0;
  return rules;
}

PatternRules glob_rules() { return {'*', '?', '[', 0, false}; }

bool matches(std::string_view pattern, std::string_view text, const PatternRules& rules) {
  return Matcher(until_nul(pattern), until_nul(text), rules).run();
}

void add_pattern_functions(FunctionTable& table) {
  table.scalar("like", 2, 3, like_function).role = planner::FunctionRole::kLike;
  Function& with_case = table.scalar("like", 2, 3, like_with_case_function);
  with_case.role = planner::FunctionRole::kLike;
  with_case.is_case_sensitive_like = true;
  table.scalar("glob", 2, 2, glob_function).role = planner::FunctionRole::kGlob;
}

}  // namespace leftmost::engine
