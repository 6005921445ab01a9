#include "planner/json_spelling.h"

#include <algorithm>

#include "planner/expr_tools.h"

namespace leftmost::planner {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Whether a key may stand without quotes and means the same then.
bool is_plain_key(std::string_view key) {
  return !key.empty() && key.find_first_of(".[\"") == std::string_view::npos;
}

std::string without_quotes(std::string_view path) {
  std::string plain;
  while (!path.empty()) {
    const std::size_t end = path.substr(0, 2) == ".\"" ? path.find('"', 2) : std::string_view::npos;
    if (end != std::string_view::npos && is_plain_key(path.substr(2, end - 2))) {
      plain += '.';
      plain += path.substr(2, end - 2);
      path.remove_prefix(end + 1);
      continue;
    }
    const std::size_t next =
        path.substr(0, 2) == ".\"" ? path.size() : std::max<std::size_t>(path.find(".\""), 1);
    plain += path.substr(0, next);
    path.remove_prefix(std::min(next, path.size()));
  }
  return plain;
}

/// `k` is $.k and `0` is $[0] right of an arrow.
std::string whole_path(std::string_view path, bool may_be_short) {
  if (!may_be_short || (!path.empty() && path[0] == '$')) return std::string(path);
  if (!path.empty() && is_digit(path[0])) return "$[" + std::string(path) + "]";
  return (!path.empty() && path[0] == '[' ? "$" : "$.") + std::string(path);
}

}  // namespace

std::optional<JsonExtraction> json_extraction(const Expr* expr) {
  expr = skip_markers(expr);
  if (expr == nullptr || expr->kind != ExprKind::kFunction || expr->list.size() != 2) return std::nullopt;
  const FunctionRole role = expr->function->role;
  const bool is_arrow = role == FunctionRole::kJsonArrow || role == FunctionRole::kJsonArrowText;
  if (!is_arrow && role != FunctionRole::kJsonExtract) return std::nullopt;
  const Expr* path = expr->list[1];
  if (path->kind != ExprKind::kLiteral) return std::nullopt;
  std::string text;
  if (path->value.is_text()) {
    text = path->value.as_bytes();
  } else if (path->value.is_integer() && is_arrow) {
    text = std::to_string(path->value.as_integer());
  } else {
    return std::nullopt;
  }
  return JsonExtraction{expr->list[0], without_quotes(whole_path(text, is_arrow)),
                        role == FunctionRole::kJsonArrow};
}

bool same_json_place(const JsonExtraction& a, const JsonExtraction& b, ItemId self) {
  return a.path == b.path && same_expr(a.document, b.document, self);
}

}  // namespace leftmost::planner
