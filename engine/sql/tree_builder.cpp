#include "engine/sql/tree_builder.h"

#include <cctype>
#include <charconv>

#include "engine/sql/grammar_run.h"
#include "engine/sql/limits.h"
#include "engine/sql/window_names.h"

namespace leftmost::engine::sql {

std::string_view TreeBuilder::trimmed(std::uint32_t begin, std::uint32_t end) const {
  while (begin < end && is_space(text_[begin])) ++begin;
  while (begin < end && is_space(text_[end - 1])) --end;
  return text_.substr(begin, end - begin);
}

void TreeBuilder::fail(std::string message, std::optional<std::size_t> offset) {
  error_ = Error{ErrorCode::kError, std::move(message), offset, {}};
  failed_with_lookahead_ = has_lookahead_;
}

void TreeBuilder::fail_near(Span token) {
  if (token.empty()) return fail("incomplete input");
  fail("near \"" + std::string(text(token)) + "\": syntax error", token.begin);
}

std::string_view TreeBuilder::unquoted(std::string_view token) {
  const char open = token.front();
  const char close = open == '[' ? ']' : open;
  const std::string_view inside = token.substr(1, token.size() - 2);
  if (open == '[' || inside.find(close) == std::string_view::npos) return inside;
  // Quotes stand doubled inside.
  char* const copy = static_cast<char*>(arena_.allocate(inside.size(), 1));
  std::size_t size = 0;
  for (std::size_t i = 0; i < inside.size(); ++i) {
    copy[size++] = inside[i];
    if (inside[i] == close) ++i;
  }
  return {copy, size};
}

Name TreeBuilder::name(Span span) {
  const std::string_view token = text(span);
  switch (token.front()) {
    case '"':
      return {unquoted(token), span, Quote::kDouble};
    case '\'':
      return {unquoted(token), span, Quote::kSingle};
    case '[':
      return {unquoted(token), span, Quote::kBracket};
    case '`':
      return {unquoted(token), span, Quote::kBacktick};
    default:
      return {token, span, Quote::kNone};
  }
}

void TreeBuilder::reject_decorated_name(Span column, bool has_collate, bool has_direction) {
  if (has_collate || has_direction) {
    fail("syntax error after column name \"" + std::string(name(column).text) + "\"");
  }
}

Expr* TreeBuilder::node(ExprKind kind, Span span) {
  Expr* expr = arena_.make<Expr>();
  expr->kind = kind;
  expr->span = span;
  return expr;
}

int TreeBuilder::height(std::span<const Expr* const> list) {
  int highest = 0;
  for (const Expr* expr : list) highest = std::max(highest, height(expr));
  return highest;
}

Expr* TreeBuilder::finish(Expr* expr, int height_below) {
  if (height_below >= kExpressionHeightMax) {
    fail("Expression tree is too large (maximum depth " + std::to_string(kExpressionHeightMax) + ")");
    height_below = kExpressionHeightMax - 1;
  }
  expr->height = static_cast<std::uint16_t>(height_below + 1);
  return expr;
}

Expr* TreeBuilder::leaf(ExprKind kind, Span span) {
  Expr* expr = node(kind, span);
  expr->text = text(span);
  if (kind == ExprKind::kString) {
    expr->quote = Quote::kSingle;
    expr->text = unquoted(expr->text);
  } else if (kind == ExprKind::kBlob) {
    expr->text = expr->text.substr(2, expr->text.size() - 3);
  }
  return expr;
}

Expr* TreeBuilder::column(Span span) {
  const Name column = name(span);
  Expr* expr = node(ExprKind::kName, span);
  expr->text = column.text;
  expr->quote = column.quote;
  return expr;
}

Expr* TreeBuilder::column(Span table, Span column_span) {
  Expr* expr = column(column_span);
  expr->qualifiers = one(name(table)).span();
  expr->span.begin = table.begin;
  return finish(expr, 1);
}

Expr* TreeBuilder::column(Span schema, Span table, Span column_span) {
  Expr* expr = column(column_span);
  expr->qualifiers = append(one(name(schema)), name(table)).span();
  expr->span.begin = schema.begin;
  return finish(expr, 2);
}

Expr* TreeBuilder::parameter(Span span) {
  Expr* expr = leaf(ExprKind::kParameter, span);
  const std::string_view token = expr->text;
  if (token[0] == '#' && token.size() > 1 && is_digit(token[1])) {
    fail_near(span);  // a register, which only SQLite's own nested statements may name
    return expr;
  }
  assign_parameter_number(expr, token);
  return expr;
}

void TreeBuilder::assign_parameter_number(Expr* expr, std::string_view token) {
  const std::size_t offset = expr->span.begin;
  if (token == "?") {
    expr->parameter = ++parameter_count_;
  } else if (token[0] == '?') {
    int number = 0;
    const auto end = token.data() + token.size();
    const auto [stop, problem] = std::from_chars(token.data() + 1, end, number);
    if (problem != std::errc() || stop != end || number < 1 || number > kParameterMax) {
      return fail("variable number must be between ?1 and ?" + std::to_string(kParameterMax), offset);
    }
    expr->parameter = number;
    parameter_count_ = std::max(parameter_count_, number);
    if (parameter_numbers_.emplace(token, number).second) parameter_names_.emplace_back(number, token);
    return;
  } else {
    const auto [place, is_new] = parameter_numbers_.emplace(token, parameter_count_ + 1);
    if (is_new) {
      ++parameter_count_;
      parameter_names_.emplace_back(parameter_count_, token);
    }
    expr->parameter = place->second;
  }
  if (expr->parameter > kParameterMax) fail("too many SQL variables", offset);
}

Expr* TreeBuilder::unary(ExprKind kind, const Expr* operand, Span span) {
  Expr* expr = node(kind, span);
  expr->left = operand;
  return finish(expr, height(operand));
}

Expr* TreeBuilder::binary(ExprKind kind, const Expr* left, const Expr* right, Span span) {
  Expr* expr = node(kind, span);
  expr->left = left;
  expr->right = right;
  return finish(expr, std::max(height(left), height(right)));
}

Expr* TreeBuilder::is(ExprKind kind, const Expr* left, const Expr* right, Span span) {
  if (right->kind != ExprKind::kNull) return binary(kind, left, right, span);
  return unary(kind == ExprKind::kIs ? ExprKind::kIsNull : ExprKind::kNotNull, left, span);
}

Expr* TreeBuilder::collate(const Expr* operand, Span collation, Span span) {
  Expr* expr = unary(ExprKind::kCollate, operand, span);
  expr->text = name(collation).text;
  return expr;
}

Expr* TreeBuilder::cast(const Expr* operand, std::string_view type, Span span) {
  Expr* expr = unary(ExprKind::kCast, operand, span);
  expr->text = type;
  return expr;
}

Expr* TreeBuilder::like(ExprKind kind, bool negated, const Expr* left, const Expr* right, const Expr* escape,
                        Span span) {
  Expr* expr = node(kind, span);
  expr->left = left;
  expr->right = right;
  expr->negated = negated;
  if (escape != nullptr) expr->list = one<const Expr*>(escape).span();
  return finish(expr, std::max({height(left), height(right), height(escape)}) + (negated ? 1 : 0));
}

Expr* TreeBuilder::between(bool negated, const Expr* left, const Expr* low, const Expr* high, Span span) {
  Expr* expr = node(ExprKind::kBetween, span);
  expr->left = left;
  expr->negated = negated;
  expr->list = append<const Expr*>(one<const Expr*>(low), high).span();
  return finish(expr, std::max({height(left), height(low), height(high)}) + (negated ? 1 : 0));
}

Expr* TreeBuilder::in_list(bool negated, const Expr* left, List<const Expr*> list, Span span) {
  if (left->kind == ExprKind::kRow && list.size > 0) {
    // SQLite reads (a, b) IN ((1, 2), (3, 4)) as (a, b) IN (VALUES (1, 2), (3, 4)), one SELECT per element.
    const std::size_t wanted = left->list.size();
    Select* select = nullptr;
    for (const Expr* element : list.span()) {
      const std::size_t terms = element->kind == ExprKind::kRow ? element->list.size() : 1;
      if (terms != wanted) {
        fail("IN(...) element has " + std::to_string(terms) + (terms == 1 ? " term" : " terms") +
             " - expected " + std::to_string(wanted));
        break;
      }
      List<const Expr*> row = empty_list<const Expr*>();
      for (const Expr* term : element->list) row = append(row, term);
      select = select == nullptr ? values(row, element->span) : append_values(select, row, element->span);
    }
    return in_select(negated, left, select, span);
  }
  Expr* expr = node(ExprKind::kInList, span);
  expr->left = left;
  expr->negated = negated;
  expr->list = list.span();
  return finish(expr, std::max(height(left), height(list.span())) + (negated ? 1 : 0));
}

Expr* TreeBuilder::in_select(bool negated, const Expr* left, const Select* select, Span span) {
  Expr* expr = node(ExprKind::kInSelect, span);
  expr->left = left;
  expr->negated = negated;
  expr->select = select;
  const int below = select == nullptr ? 0 : select->expression_height;
  return finish(expr, std::max(height(left), below) + (negated ? 1 : 0));
}

Expr* TreeBuilder::in_table(bool negated, const Expr* left, Span schema, Span table,
                            List<const Expr*> arguments, Span span) {
  // It is short for IN (SELECT * FROM table) and takes that SELECT's number.
  ++select_count_;
  const Name table_name = name(table);
  Expr* expr = node(ExprKind::kInTable, span);
  expr->left = left;
  expr->negated = negated;
  expr->text = table_name.text;
  expr->quote = table_name.quote;
  if (!schema.empty()) expr->qualifiers = one(name(schema)).span();
  if (arguments.capacity != kNoCall) {
    expr->list = arguments.span();
    expr->call = arena_.make<FunctionCall>();
  }
  expr->select_number = select_count_;
  return finish(expr, height(left) + (negated ? 1 : 0));
}

Expr* TreeBuilder::case_of(const Expr* operand, List<const Expr*> whens, const Expr* otherwise, Span span) {
  Expr* expr = node(ExprKind::kCase, span);
  expr->left = operand;
  expr->list = whens.span();
  expr->right = otherwise;
  return finish(expr, std::max({height(operand), height(whens.span()), height(otherwise)}));
}

Expr* TreeBuilder::row(List<const Expr*> list, Span span) {
  Expr* expr = node(ExprKind::kRow, span);
  expr->list = list.span();
  return finish(expr, height(list.span()));
}

Expr* TreeBuilder::function(Span name_span, bool distinct, bool star, List<const Expr*> arguments,
                            const FunctionCall* tail, Span span) {
  const Name function_name = name(name_span);
  Expr* expr = node(ExprKind::kFunction, span);
  expr->text = function_name.text;
  expr->quote = function_name.quote;
  expr->list = arguments.span();
  FunctionCall* call = arena_.make<FunctionCall>();
  if (tail != nullptr) *call = *tail;
  call->distinct = distinct;
  call->star = star;
  expr->call = call;
  if (distinct && call->over != nullptr) fail("DISTINCT is not supported for window functions");
  if (arguments.size > kFunctionArgumentsMax) {
    fail("too many arguments on function " + std::string(text(name_span)), name_span.begin);
  }
  return finish(expr, height(arguments.span()));
}

Expr* TreeBuilder::subquery(ExprKind kind, const Select* select, Span span) {
  Expr* expr = node(kind, span);
  expr->select = select;
  return finish(expr, select->expression_height);
}

Expr* TreeBuilder::raise(RaiseAction action, Span message, Span span) {
  Expr* expr = node(ExprKind::kRaise, span);
  expr->raise = action;
  if (!message.empty()) expr->text = name(message).text;
  return expr;
}

Expr* TreeBuilder::current_time(Span word) {
  const std::string_view token = text(word);
  if (token.size() > 12) return leaf(ExprKind::kCurrentTimestamp, word);
  return leaf(token[8] == 'd' || token[8] == 'D' ? ExprKind::kCurrentDate : ExprKind::kCurrentTime, word);
}

ExprKind TreeBuilder::like_kind(Span word) const {
  switch (text_[word.begin]) {
    case 'g':
    case 'G':
      return ExprKind::kGlob;
    case 'r':
    case 'R':
      return ExprKind::kRegexp;
    default:
      return ExprKind::kLike;
  }
}

Expr* TreeBuilder::word_as_string(Span word) {
  Expr* expr = column(word);
  const bool is_truth =
      expr->quote == Quote::kNone && (equals_word(expr->text, "true") || equals_word(expr->text, "false"));
  if (!is_truth) expr->kind = ExprKind::kString;
  return expr;
}

Expr* TreeBuilder::bare_word_is_string(Expr* expr) {
  if (expr->kind == ExprKind::kName && expr->qualifiers.empty()) expr->kind = ExprKind::kString;
  return expr;
}

List<Window> TreeBuilder::append_window(List<Window> list, const Window& window) {
  Window extended = window;
  if (failed()) return list;
  if (const std::string error = extend_window(extended, list.span()); !error.empty()) fail(error);
  return append(list, extended);
}

Window* TreeBuilder::frame(FrameUnit unit, const FrameEnds& ends, FrameExclude exclude, Span span) {
  using enum FrameBoundKind;
  Window* window = arena_.make<Window>();
  window->has_frame = true;
  window->unit = unit;
  window->start = ends.start;
  window->end = ends.end;
  window->exclude = exclude;
  window->span = span;
  const bool ends_before_it_starts =
      (ends.start.kind == kCurrentRow && ends.end.kind == kPreceding) ||
      (ends.start.kind == kFollowing && (ends.end.kind == kPreceding || ends.end.kind == kCurrentRow));
  if (ends_before_it_starts) fail("unsupported frame specification");
  return window;
}

void TreeBuilder::finish(Statement* statement, Explain explain, Span span, std::uint32_t end_of_text) {
  statement->explain = explain;
  statement->span = span;
  statement->parameter_count = parameter_count_;
  statement->select_count = select_count_;
  if (!parameter_names_.empty() && !failed()) {
    auto* names = static_cast<std::string_view*>(arena_.allocate(
        sizeof(std::string_view) * static_cast<std::size_t>(parameter_count_), alignof(std::string_view)));
    for (int i = 0; i < parameter_count_; ++i) new (names + i) std::string_view();
    // The first name of a number stays: in `SELECT :a, ?1` it is :a.
    for (const auto& [number, parameter_name] : parameter_names_) {
      if (names[number - 1].empty()) names[number - 1] = parameter_name;
    }
    statement->parameter_names = {names, static_cast<std::size_t>(parameter_count_)};
  }
  if (stored_ != nullptr) {
    const bool is_view = statement->kind == StatementKind::kCreateView;
    std::uint32_t end = end_of_text;
    while (is_view && end > stored_begin_ && is_space(text_[end - 1])) --end;
    *stored_ = stored_text(stored_what_, stored_begin_, end);
  }
  statement_ = statement;
}

}  // namespace leftmost::engine::sql
