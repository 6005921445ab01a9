#include "advice/item_conditions.h"

#include <fmt/format.h>

#include <algorithm>

#include "advice/runs.h"
#include "engine/sql/lexer.h"
#include "planner/comparison.h"
#include "planner/expr_tools.h"

namespace leftmost::advice {
namespace {

using planner::Expr;
using planner::ExprKind;

void add_once(std::vector<std::string>& columns, const std::string& column) {
  if (std::find(columns.begin(), columns.end(), column) == columns.end()) columns.push_back(column);
}

bool mentions_parameter(const Expr* expr) {
  if (expr->kind == ExprKind::kParameter) return true;
  bool found = false;
  planner::for_each_child(expr, [&](const Expr* child) { found = found || mentions_parameter(child); });
  return found;
}

/// A pattern, or a range that ends at a constant: the next time it is another.
bool is_about_one_value(const Expr* expr, planner::ItemId item) {
  switch (expr->kind) {
    case ExprKind::kFunction:
      if (expr->function != nullptr && (expr->function->role == planner::FunctionRole::kLike ||
                                        expr->function->role == planner::FunctionRole::kGlob))
        return true;
      break;
    case ExprKind::kLt:
    case ExprKind::kLe:
    case ExprKind::kGt:
    case ExprKind::kGe:
      if (!planner::mentions_item(expr->left, item) || !planner::mentions_item(expr->right, item))
        return true;
      break;
    case ExprKind::kBetween:
      return true;
    default:
      break;
  }
  bool found = false;
  planner::for_each_child(expr, [&](const Expr* child) { found = found || is_about_one_value(child, item); });
  return found;
}

/// Null if there is only the rowid, or none.
const Expr* first_column(const Expr* expr, planner::ItemId item) {
  if (expr->kind == ExprKind::kColumn && expr->item == item && expr->column >= 0) return expr;
  const Expr* found = nullptr;
  planner::for_each_child(expr, [&](const Expr* child) {
    if (found == nullptr) found = first_column(child, item);
  });
  return found;
}

bool equal_names(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
           return lower(x) == lower(y);
         });
}

/// The branches of an OR, however it is nested.
void flatten_or(const Expr* condition, std::vector<const Expr*>& branches) {
  if (condition->kind == ExprKind::kOr) {
    flatten_or(condition->left, branches);
    flatten_or(condition->right, branches);
  } else {
    branches.push_back(condition);
  }
}

}  // namespace

ItemConditions::ItemConditions(const planner::Item& item, std::string_view sql)
    : item_(item), table_(*item.relation->def), sql_(sql) {}

void ItemConditions::add_loop(const planner::Loop& loop) {
  for (const planner::SeekColumn& seek : loop.equalities) add(seek.term, keys_, true);
  add(loop.lower.term, keys_, true);
  add(loop.upper.term, keys_, true);
  add(loop.or_term, keys_, true);
  for (const planner::Filter& filter : loop.filters) {
    if (!filter.is_outer_on || item_.join.left) add(filter.condition, keys_, true);
  }
}

void ItemConditions::add_where(const Expr* where) { add(where, keys_, true); }

void ItemConditions::add(const Expr* condition, KeyColumns& keys, bool is_top) {
  if (condition == nullptr) return;
  condition = planner::skip_markers(condition);
  switch (condition->kind) {
    case ExprKind::kAnd:
      add(condition->left, keys, is_top);
      add(condition->right, keys, is_top);
      return;
    case ExprKind::kOr:
      if (is_top) add_or(condition);
      return;
    case ExprKind::kEq:
    case ExprKind::kIs:
    case ExprKind::kIn:
    case ExprKind::kIsNull:
    case ExprKind::kLt:
    case ExprKind::kLe:
    case ExprKind::kGt:
    case ExprKind::kGe:
    case ExprKind::kBetween:
      add_comparison(condition, keys);
      if (is_top && condition->right != nullptr) add_row_condition(condition);
      return;
    case ExprKind::kFunction:
      if (!add_pattern(condition, keys) && is_top) add_row_condition(condition);
      return;
    case ExprKind::kColumn:
    case ExprKind::kNot:
    case ExprKind::kNe:
    case ExprKind::kIsNot:
    case ExprKind::kNotNull:
    case ExprKind::kIsTrue:
    case ExprKind::kIsFalse:
      if (is_top) add_row_condition(condition);
      return;
    default:
      return;
  }
}

void ItemConditions::add_comparison(const Expr* condition, KeyColumns& keys) {
  const Expr* left = planner::skip_markers(condition->left);
  const Expr* right = condition->right;
  if (left->kind == ExprKind::kRow) {
    // (a, b) > (x, y) is one range on both; (a, b) = or IN are equalities.
    if (right != nullptr && planner::mentions_item(right, item_.id)) return;
    std::vector<std::string> columns;
    for (const Expr* element : left->list) {
      const std::string text = key_text(element, condition);
      if (text.empty()) return;
      columns.push_back(text);
    }
    if (condition->kind == ExprKind::kEq || condition->kind == ExprKind::kIn) {
      for (const std::string& column : columns)
        add_once(condition->kind == ExprKind::kEq ? keys.equal : keys.in, column);
    } else {
      keys.ranges.push_back(std::move(columns));
    }
    return;
  }
  if (right == nullptr || !planner::mentions_item(right, item_.id)) {
    add_key(condition->left, right, condition, keys);
  }
  // `5 BETWEEN low AND high` is two ranges.
  if (condition->kind == ExprKind::kBetween && !planner::mentions_item(condition->left, item_.id)) {
    for (const Expr* bound : condition->list) {
      const std::string text = key_text(bound, condition);
      if (!text.empty()) keys.ranges.push_back({text});
    }
    return;
  }
  if (right != nullptr && condition->kind != ExprKind::kIn && condition->kind != ExprKind::kBetween &&
      !planner::mentions_item(condition->left, item_.id)) {
    add_key(right, condition->left, condition, keys);
  }
}

void ItemConditions::add_key(const Expr* side, const Expr* other, const Expr* comparison, KeyColumns& keys) {
  for (const Expr* element : comparison->list) {
    if (element != nullptr && planner::mentions_item(element, item_.id)) return;
  }
  const std::string text = key_text(side, comparison);
  if (text.empty()) return;
  switch (comparison->kind) {
    case ExprKind::kEq:
    case ExprKind::kIs:
    case ExprKind::kIsNull:
      // A value of a table that stands in the same FROM comes only with its row; what is constant is there at
      // once.
      add_once(other == nullptr || planner::is_constant(other) ? keys.equal : keys.equal_join, text);
      return;
    case ExprKind::kIn:
      add_once(keys.in, text);
      return;
    default: {
      const std::vector<std::string> column = {text};
      if (std::find(keys.ranges.begin(), keys.ranges.end(), column) == keys.ranges.end())
        keys.ranges.push_back(column);
    }
  }
}

/// `x LIKE 'abc%'` and `x GLOB 'abc*'` are ranges; the first in an index without case.
bool ItemConditions::add_pattern(const Expr* call, KeyColumns& keys) {
  const bool is_like = call->function != nullptr && call->function->role == planner::FunctionRole::kLike;
  const bool is_glob = call->function != nullptr && call->function->role == planner::FunctionRole::kGlob;
  if ((!is_like && !is_glob) || call->list.size() < 2) return false;
  const Expr* column = planner::skip_markers(call->list[1]);
  if (column->kind != ExprKind::kColumn || column->item != item_.id || column->column < 0) return false;
  const Expr* pattern = call->list[0];
  if (pattern->kind == ExprKind::kLiteral) {
    if (!pattern->value.is_text() || pattern->value.as_bytes().empty()) return false;
    const char first = pattern->value.as_bytes().front();
    if (std::string_view(is_like ? "%_" : "*?[").find(first) != std::string_view::npos) return false;
  } else if (pattern->kind != ExprKind::kParameter) {
    return false;
  }
  const auto collation = is_like ? storage::Collation::kNoCase : storage::Collation::kBinary;
  keys.ranges.push_back({column_text(*column, collation)});
  return true;
}

void ItemConditions::add_or(const Expr* condition) {
  std::vector<const Expr*> arms;
  flatten_or(condition, arms);
  std::vector<KeyColumns> branches;
  for (const Expr* arm : arms) {
    KeyColumns keys;
    add(arm, keys, false);
    if (keys.empty()) {
      add_row_condition(condition);
      return;
    }
    branches.push_back(std::move(keys));
  }
  // A comparison of one column in every branch: SQLite makes an IN of equalities.
  const bool is_in = std::all_of(branches.begin(), branches.end(), [&](const KeyColumns& keys) {
    return keys.equal.size() == 1 && keys.in.empty() && keys.ranges.empty() && keys.equal_join.empty() &&
           keys.equal == branches.front().equal;
  });
  if (is_in) add_once(keys_.in, branches.front().equal.front());
  // The keyset form: a > x OR (a = x AND b > y).
  if (branches.size() == 2 && branches[0].ranges.size() == 1 && branches[0].equal.empty() &&
      branches[1].equal == branches[0].ranges.front() && branches[1].ranges.size() == 1) {
    keys_.ranges.push_back({branches[0].ranges.front().front(), branches[1].ranges.front().front()});
  }
  branches_.push_back(std::move(branches));
}

void ItemConditions::add_row_condition(const Expr* condition) {
  const bool is_of_row = planner::mentions_item(condition, item_.id) &&
                         planner::is_constant_or_of_item(condition, item_.id) &&
                         planner::is_deterministic(condition) && !mentions_parameter(condition);
  if (!is_of_row || item_.join.left || item_.join.right) return;
  // A comparison of a column with a constant is better searched.
  if (condition->right != nullptr && condition->kind != ExprKind::kNe &&
      condition->kind != ExprKind::kIsNot && condition->kind != ExprKind::kOr &&
      !(planner::mentions_item(condition->left, item_.id) &&
        planner::mentions_item(condition->right, item_.id))) {
    return;
  }
  if (is_about_one_value(condition, item_.id)) return;
  const std::string text = text_without_qualifiers(condition->span);
  const bool is_known = std::any_of(row_conditions_.begin(), row_conditions_.end(),
                                    [&](const RowCondition& known) { return known.text == text; });
  if (text.empty() || is_known) return;
  const Expr* column = first_column(condition, item_.id);
  row_conditions_.push_back({text, column == nullptr ? std::string() : column_text(*column, std::nullopt)});
}

std::string ItemConditions::column_text(const Expr& column,
                                        std::optional<storage::Collation> collation) const {
  const storage::ColumnDef& definition = table_.columns[static_cast<std::size_t>(column.column)];
  std::string text = sql_name(definition.name);
  if (collation && *collation != definition.collation)
    text += fmt::format(" COLLATE {}", storage::collation_name(*collation));
  return text;
}

std::string ItemConditions::key_text(const Expr* side, const Expr* comparison) const {
  if (side == nullptr) return {};
  side = planner::skip_markers(side);
  const auto collation = comparison->left != nullptr && comparison->left->kind == ExprKind::kRow
                             ? planner::collation_of(side)
                             : planner::comparison_collation(comparison);
  if (side->kind == ExprKind::kColumn) {
    if (side->item != item_.id || side->column < 0) return {};
    return column_text(*side, collation);
  }
  const bool is_expression = side->kind != ExprKind::kPlus && side->kind != ExprKind::kLiteral &&
                             planner::is_deterministic(side) && planner::mentions_item(side, item_.id) &&
                             planner::is_constant_or_of_item(side, item_.id) && !mentions_parameter(side);
  if (!is_expression) return {};
  std::string text = text_without_qualifiers(side->span);
  if (!text.empty() && collation && *collation != storage::Collation::kBinary)
    text += fmt::format(" COLLATE {}", storage::collation_name(*collation));
  return text;
}

/// As written, but `p.born + 1` is `born + 1`: an index expression may not name its table.
std::string ItemConditions::text_without_qualifiers(planner::Span span) const {
  if (span.empty() || span.end > sql_.size()) return {};
  const std::string_view text = sql_.substr(span.begin, span.end - span.begin);
  std::string out;
  std::size_t kept = 0;  // up to where `text` is in `out`
  std::size_t name_begin = std::string_view::npos;
  for (std::size_t at = 0; at < text.size();) {
    const auto token = engine::sql::next_token(text, at);
    if (!token) break;
    const std::string_view word = text.substr(at, token->span.end - at);
    if (word == "." && name_begin != std::string_view::npos) {
      std::string_view name = text.substr(name_begin, at - name_begin);
      if (name.size() > 2 && (name.front() == '"' || name.front() == '[' || name.front() == '`'))
        name = name.substr(1, name.size() - 2);
      if (equal_names(name, item_.alias.empty() ? item_.name : item_.alias)) {
        out += text.substr(kept, name_begin - kept);
        kept = token->span.end;
      }
    }
    name_begin = token->token_class == engine::sql::TokenClass::kName ||
                         token->token_class == engine::sql::TokenClass::kKeyword
                     ? at
                     : std::string_view::npos;
    at = token->span.end;
  }
  return out.append(text.substr(kept));
}

OrderColumns ItemConditions::order_columns(std::span<const planner::OrderTerm> terms) const {
  OrderColumns order;
  const auto is_rowid = [&](const planner::OrderTerm& term) {
    const Expr* expr = planner::skip_collate(term.expr);
    return expr->kind == ExprKind::kColumn && expr->item == item_.id && expr->column < 0;
  };
  const auto rowid = std::find_if(terms.begin(), terms.end(), is_rowid);
  const bool is_backwards = rowid != terms.end() ? rowid->descending : !terms.empty() && terms[0].descending;
  for (const planner::OrderTerm& term : terms) {
    if (is_rowid(term)) {
      order.ends_with_rowid = true;
      return order;
    }
    const Expr* expr = planner::skip_collate(term.expr);
    std::string text;
    if (expr->kind == ExprKind::kColumn) {
      if (expr->item != item_.id) return {};
      text = column_text(*expr, planner::collation_of(term.expr));
    } else if (planner::mentions_item(expr, item_.id) && planner::is_constant_or_of_item(expr, item_.id) &&
               planner::is_deterministic(expr) && !mentions_parameter(expr)) {
      text = text_without_qualifiers(term.expr->span);
      if (text.empty()) return {};
    } else if (planner::is_constant(expr)) {
      continue;
    } else {
      return {};
    }
    if (term.descending != is_backwards) text += " DESC";
    order.columns.push_back(std::move(text));
  }
  return order;
}

std::vector<std::string> ItemConditions::used_columns() const {
  std::vector<std::string> columns;
  for (std::size_t i = 0; i < item_.used.size() && i < table_.columns.size(); ++i) {
    if (item_.used[i] && static_cast<int>(i) != table_.rowid_alias)
      columns.push_back(sql_name(table_.columns[i].name));
  }
  return columns;
}

}  // namespace leftmost::advice
