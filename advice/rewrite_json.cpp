// One place in a JSON document under all its spellings, as an index holds one of them only.
#include <fmt/format.h>

#include <algorithm>

#include "advice/rewriter.h"

namespace leftmost::advice {
namespace {

using sql::Expr;
using sql::ExprKind;

/// A key that a path may name without quotes.
bool is_plain_key(std::string_view key) {
  if (key.empty() || (key[0] >= '0' && key[0] <= '9')) return false;
  return std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace

/// The other spellings of a value out of JSON, one of which an index may hold: json_extract(x, '$.k'), x ->>
/// '$.k', x ->> 'k'; and x -> 'k', which is that value as JSON.
void respell_json(Rewriter& rewriter, const Expr* condition, const Comparison& comparison) {
  const Expr* subject = comparison.subject;
  const bool is_arrow = subject->kind == ExprKind::kJsonArrow,
             is_text_arrow = subject->kind == ExprKind::kJsonArrowText;
  const bool is_call_of_it = is_call(subject, "json_extract", 2);
  if (!is_arrow && !is_text_arrow && !is_call_of_it) return;
  const Expr* document = is_call_of_it ? subject->list[0] : subject->left;
  const Expr* written = is_call_of_it ? subject->list[1] : subject->right;
  if (written->kind != ExprKind::kString && written->kind != ExprKind::kInteger) return;
  const std::string literal = rewriter.text_of(written);
  const bool is_string = written->kind == ExprKind::kString;
  const std::string path = is_string && literal.size() >= 2 ? literal.substr(1, literal.size() - 2) : literal;
  if (path.empty() || path.find('\'') != std::string::npos || path.find('"') != std::string::npos) return;
  // The whole path, and the short one that an arrow takes.
  std::string whole = path, brief;
  if (path[0] == '$') {
    const std::string rest = path.substr(1);
    if (rest.size() > 1 && rest[0] == '.' && is_plain_key(rest.substr(1))) brief = "'" + rest.substr(1) + "'";
    if (rest.size() > 2 && rest[0] == '[' && rest.find_first_not_of("0123456789", 1) == rest.size() - 1) {
      brief = rest.substr(1, rest.size() - 2);
    }
  } else if (is_call_of_it) {
    return;
  } else if (path[0] >= '0' && path[0] <= '9') {
    whole = "$[" + path + "]";
    brief = path;
  } else {
    whole = (path[0] == '[' ? "$" : "$.") + path;
    if (is_plain_key(path)) brief = "'" + path + "'";
  }
  whole = "'" + whole + "'";
  const std::string text = rewriter.operand(document);
  const std::string extract = fmt::format("json_extract({}, {})", rewriter.text_of(document), whole);
  std::vector<std::string> values{extract, fmt::format("{} ->> {}", text, whole)},
      json{fmt::format("{} -> {}", text, whole)};
  if (!brief.empty()) {
    values.push_back(fmt::format("{} ->> {}", text, brief));
    json.push_back(fmt::format("{} -> {}", text, brief));
  }
  const std::string own = rewriter.text_of(subject);
  const std::string constant = rewriter.operand(comparison.constant);
  for (const std::string& spelling : is_arrow ? json : values) {
    if (spelling != own) {
      rewriter.add(condition, fmt::format("{} {} {}", spelling, comparison.op, constant),
                   "the spelling that the index holds");
    }
  }
  // Between a value and its JSON only equality with a text or an integer can go over.
  if (comparison.op != "=") return;
  const std::string quoted = rewriter.value_of(fmt::format("json_quote({})", constant));
  const std::string plain = rewriter.value_of(fmt::format("json_extract({}, '$')", constant));
  const bool is_text = comparison.constant->kind == ExprKind::kString;
  const std::string presumes =
      "the values are texts without escapes, or integers, as JSON is usually written";
  if (!is_arrow && !quoted.empty() && (is_text || comparison.constant->kind == ExprKind::kInteger)) {
    const std::string other = is_text ? quoted : fmt::format("'{}'", constant);
    for (const std::string& spelling : json) {
      rewriter.add(condition, fmt::format("{} = {}", spelling, other),
                   "the value as JSON, as the index holds it", presumes);
    }
  }
  if (is_arrow && !plain.empty() && is_text) {
    for (const std::string& spelling : values) {
      rewriter.add(condition, fmt::format("{} = {}", spelling, plain),
                   "the value itself, as the index holds it", presumes);
    }
  }
}

}  // namespace leftmost::advice
