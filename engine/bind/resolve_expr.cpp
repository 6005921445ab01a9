// Operators, literals and subqueries, brought into the normal forms of planner/expr.h.
#include <fmt/core.h>

#include <charconv>

#include "engine/bind/statement_binder.h"
#include "planner/expr_tools.h"
#include "storage/collation.h"
#include "storage/number_text.h"

namespace leftmost::engine::bind {

using planner::Expr;
using Kind = planner::ExprKind;
using Syntax = sql::ExprKind;

namespace {

/// Inside an ON clause SQLite keeps no offsets, except below IN lists, CASE arms, BETWEEN bounds and
/// subqueries.
struct OutsideOn {
  explicit OutsideOn(bool& in_on) : in_on_(in_on), saved_(in_on) { in_on = false; }
  ~OutsideOn() { in_on_ = saved_; }
  OutsideOn(const OutsideOn&) = delete;
  OutsideOn& operator=(const OutsideOn&) = delete;
  bool& in_on_;
  bool saved_;
};

/// The value of decimal digits or 0x...; nothing if it does not fit 64 bits.
std::optional<std::uint64_t> parse_digits(std::string_view text, bool& hexadecimal) {
  hexadecimal = text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
  if (hexadecimal) text.remove_prefix(2);
  std::uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, hexadecimal ? 16 : 10);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Kind> binary_kind(Syntax kind) {
  switch (kind) {
    case Syntax::kAnd:
      return Kind::kAnd;
    case Syntax::kOr:
      return Kind::kOr;
    case Syntax::kAdd:
      return Kind::kAdd;
    case Syntax::kSubtract:
      return Kind::kSubtract;
    case Syntax::kMultiply:
      return Kind::kMultiply;
    case Syntax::kDivide:
      return Kind::kDivide;
    case Syntax::kRemainder:
      return Kind::kRemainder;
    case Syntax::kConcat:
      return Kind::kConcat;
    case Syntax::kBitAnd:
      return Kind::kBitAnd;
    case Syntax::kBitOr:
      return Kind::kBitOr;
    case Syntax::kShiftLeft:
      return Kind::kShiftLeft;
    case Syntax::kShiftRight:
      return Kind::kShiftRight;
    default:
      return std::nullopt;
  }
}

std::optional<Kind> unary_kind(Syntax kind) {
  switch (kind) {
    case Syntax::kNegate:
      return Kind::kNegate;
    case Syntax::kPlus:
      return Kind::kPlus;
    case Syntax::kBitNot:
      return Kind::kBitNot;
    case Syntax::kNot:
      return Kind::kNot;
    default:
      return std::nullopt;
  }
}

bool is_never_null(const Expr* expr) {
  while (expr->kind == Kind::kPlus || expr->kind == Kind::kNegate) expr = expr->left;
  if (expr->kind == Kind::kLiteral && expr->can_be_null)
    return !expr->value.is_null() && !expr->is_true_false;
  return (expr->kind == Kind::kColumn || expr->kind == Kind::kLiteral) && !expr->can_be_null;
}

unsigned char hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned char>(c - '0');
  return static_cast<unsigned char>(storage::to_lower_ascii(c) - 'a' + 10);
}

}  // namespace

bool is_false_literal(const sql::Expr* expr) {
  switch (expr->kind) {
    case Syntax::kInteger: {
      bool hexadecimal = false;
      return parse_digits(expr->text, hexadecimal) == std::uint64_t{0};
    }
    case Syntax::kInList:
      return expr->list.empty() && !expr->negated;
    case Syntax::kAnd:
      return is_false_literal(expr->left) || is_false_literal(expr->right);
    default:
      return false;
  }
}

const sql::Expr* skip_collate(const sql::Expr* expr) {
  while (expr->kind == Syntax::kCollate) expr = expr->left;
  return expr;
}

const sql::Expr* skip_markers(const sql::Expr* expr) {
  while (true) {
    if (expr->kind == Syntax::kCollate) {
      expr = expr->left;
    } else if (expr->kind == Syntax::kFunction && !expr->list.empty() &&
               (storage::equals_ignoring_case(expr->text, "likely") ||
                storage::equals_ignoring_case(expr->text, "unlikely") ||
                storage::equals_ignoring_case(expr->text, "likelihood"))) {
      expr = expr->list.front();
    } else {
      return expr;
    }
  }
}

bool is_constant_at_parse(const sql::Expr* expr) {
  switch (expr->kind) {
    case Syntax::kName:
      return expr->qualifiers.empty() && expr->quote == sql::Quote::kNone &&
             (storage::equals_ignoring_case(expr->text, "true") ||
              storage::equals_ignoring_case(expr->text, "false"));
    case Syntax::kFunction:
    case Syntax::kSubquery:
    case Syntax::kExists:
    case Syntax::kInSelect:
    case Syntax::kInTable:
    case Syntax::kRaise:
    case Syntax::kCurrentDate:
    case Syntax::kCurrentTime:
    case Syntax::kCurrentTimestamp:
    case Syntax::kLike:
    case Syntax::kGlob:
    case Syntax::kRegexp:
    case Syntax::kMatch:
    case Syntax::kJsonArrow:
    case Syntax::kJsonArrowText:
      return false;
    default:
      break;
  }
  if (expr->left != nullptr && !is_constant_at_parse(expr->left)) return false;
  if (expr->right != nullptr && !is_constant_at_parse(expr->right)) return false;
  for (const sql::Expr* element : expr->list) {
    if (element != nullptr && !is_constant_at_parse(element)) return false;
  }
  return true;
}

bool StatementBinder::Depth::too_deep() const {
  constexpr int kDepthMax = 3'000;  // a text reaches 1000; views and CTEs add their own
  if (binder_.depth_ <= kDepthMax) return false;
  binder_.set_not_supported(fmt::format("expressions deeper than {} with their views", kDepthMax), 0);
  return true;
}

Expr* StatementBinder::make(Kind kind, Expr* left, Expr* right, planner::Span span) {
  Expr* expr = arena().make<Expr>();
  expr->kind = kind;
  expr->left = left;
  expr->right = right;
  expr->span = span;
  return expr;
}

planner::Span StatementBinder::span_of(const sql::Span& span) const {
  return in_view_ ? planner::Span{} : planner::Span{span.begin, span.end};
}

std::optional<std::size_t> StatementBinder::offset_of(const sql::Span& span) const {
  if (in_view_) return std::nullopt;
  return span.begin;
}

std::optional<std::size_t> StatementBinder::offset_of(const sql::Expr* expr) const {
  if (in_view_ || in_on_) return std::nullopt;
  while (expr != nullptr) {
    switch (expr->kind) {
      case Syntax::kNull:
      case Syntax::kInteger:
      case Syntax::kReal:
      case Syntax::kString:
      case Syntax::kBlob:
      case Syntax::kCurrentTime:
      case Syntax::kCurrentDate:
      case Syntax::kCurrentTimestamp:
      case Syntax::kParameter:
      case Syntax::kName:
      case Syntax::kFunction:
        return expr->span.begin;
      default:
        expr = expr->left;
    }
  }
  return std::nullopt;
}

void StatementBinder::set_error(std::string message, std::optional<std::size_t> offset, std::string hint) {
  error_ = Error{ErrorCode::kError, std::move(message), offset, std::move(hint)};
}

void StatementBinder::set_not_supported(std::string_view feature, std::optional<std::size_t> offset) {
  error_ = not_supported(feature, offset).value();
}

Expr* StatementBinder::resolve_whole(const sql::Expr* expr, Scope& scope) {
  Expr* made = resolve(expr, scope);
  return failed() ? nullptr : made;
}

Expr* StatementBinder::resolve(const sql::Expr* expr, Scope& scope) {
  const Depth depth(*this);
  if (depth.too_deep()) return nullptr;
  return resolve_kind(expr, scope);
}

Expr* StatementBinder::negate_if(const sql::Expr* expr, Expr* made) {
  if (made == nullptr || !expr->negated) return made;
  return make(Kind::kNot, made, nullptr, made->span);
}

Expr* StatementBinder::resolve_kind(const sql::Expr* expr, Scope& scope) {
  switch (expr->kind) {
    case Syntax::kName: {
      NamePath path;
      path.column = expr->text;
      if (!expr->qualifiers.empty()) path.table = expr->qualifiers.back().text;
      if (expr->qualifiers.size() > 1) path.schema = expr->qualifiers.front().text;
      path.double_quoted = expr->quote == sql::Quote::kDouble;
      path.bare_word = expr->quote == sql::Quote::kNone;
      path.span = span_of(expr->span);
      path.offset = offset_of(expr);
      if (scope.forbids_dots && !path.table.empty()) {
        set_error(fmt::format("the \".\" operator prohibited in {}", scope.table_expression), path.offset);
        return nullptr;
      }
      return resolve_name(path, scope);
    }
    case Syntax::kNull:
    case Syntax::kInteger:
    case Syntax::kReal:
    case Syntax::kString:
    case Syntax::kBlob:
      return resolve_literal(expr);
    case Syntax::kCurrentTime:
      return resolve_call(expr, "current_time", {}, nullptr, offset_of(expr), scope);
    case Syntax::kCurrentDate:
      return resolve_call(expr, "current_date", {}, nullptr, offset_of(expr), scope);
    case Syntax::kCurrentTimestamp:
      return resolve_call(expr, "current_timestamp", {}, nullptr, offset_of(expr), scope);
    case Syntax::kParameter: {
      if (scope.forbids_parameters) {
        set_error(fmt::format("parameters prohibited in {}", scope.table_expression), offset_of(expr));
        return nullptr;
      }
      if (context_.trigger != nullptr) return make(Kind::kLiteral, nullptr, nullptr, {});
      Expr* made = make(Kind::kParameter, nullptr, nullptr, span_of(expr->span));
      made->parameter = expr->parameter;
      made->name = expr->text;
      return made;
    }
    case Syntax::kIsNull:
    case Syntax::kNotNull:
      return resolve_null_test(expr, scope);
    case Syntax::kIs:
    case Syntax::kIsNot:
      return resolve_is(expr, scope);
    case Syntax::kEq:
      return resolve_comparison(expr, Kind::kEq, scope);
    case Syntax::kNe:
      return resolve_comparison(expr, Kind::kNe, scope);
    case Syntax::kLt:
      return resolve_comparison(expr, Kind::kLt, scope);
    case Syntax::kLe:
      return resolve_comparison(expr, Kind::kLe, scope);
    case Syntax::kGt:
      return resolve_comparison(expr, Kind::kGt, scope);
    case Syntax::kGe:
      return resolve_comparison(expr, Kind::kGe, scope);
    case Syntax::kBetween:
      return negate_if(expr, resolve_between(expr, scope));
    case Syntax::kInList:
    case Syntax::kInSelect:
    case Syntax::kInTable:
      return resolve_in(expr, scope);
    case Syntax::kLike:
      return resolve_like(expr, "like", scope);
    case Syntax::kGlob:
      return resolve_like(expr, "glob", scope);
    case Syntax::kRegexp:
      return resolve_like(expr, "REGEXP", scope);
    case Syntax::kMatch:
      set_not_supported("MATCH", span_of(expr->span).begin);
      return nullptr;
    case Syntax::kJsonArrow:
    case Syntax::kJsonArrowText: {
      const sql::Expr* operands[2] = {expr->left, expr->right};
      return resolve_call(expr, expr->kind == Syntax::kJsonArrow ? "->" : "->>", operands, nullptr, std::nullopt, scope);
    }
    case Syntax::kCase:
      return resolve_case(expr, scope);
    case Syntax::kFunction:
      return resolve_call(expr, expr->text, expr->list, expr->call, offset_of(expr), scope);
    case Syntax::kSubquery:
      return resolve_subquery_node(expr, Kind::kSubquery, scope);
    case Syntax::kExists:
      return resolve_subquery_node(expr, Kind::kExists, scope);
    case Syntax::kRaise:
      return resolve_raise(expr);
    default:
      break;
  }
  // The rest: SQLite looks at nothing below a node once something above or left of it is wrong.
  if (failed()) return nullptr;
  if (expr->kind == Syntax::kRow) {
    const OutsideOn outside(in_on_);
    std::vector<Expr*> elements;
    if (!resolve_list(expr->list, scope, elements)) return nullptr;
    Expr* row = make(Kind::kRow, nullptr, nullptr, span_of(expr->span));
    row->list = to_span(elements);
    return row;
  }
  if (expr->kind == Syntax::kAnd && is_false_literal(expr)) {
    Expr* zero = planner::make_integer(arena(), 0);
    zero->span = span_of(expr->span);
    return zero;
  }
  if (expr->kind == Syntax::kNegate && expr->left->kind == Syntax::kInteger) {
    if (Expr* literal = integer_literal(expr->left->text, true, expr); literal != nullptr || failed())
      return literal;
  }
  Expr* left = resolve(expr->left, scope);
  if (left == nullptr) return nullptr;
  if (expr->kind == Syntax::kCollate) {
    const std::optional<storage::Collation> collation = storage::find_collation(expr->text);
    if (!collation) {
      set_error(fmt::format("no such collation sequence: {}", expr->text));
      return nullptr;
    }
    Expr* made = make(Kind::kCollate, left, nullptr, span_of(expr->span));
    made->collation = *collation;
    return made;
  }
  if (expr->kind == Syntax::kCast) {
    Expr* made = make(Kind::kCast, left, nullptr, span_of(expr->span));
    // A column without a type is BLOB, a CAST without one is NUMERIC.
    made->affinity =
        expr->text.empty() ? storage::Affinity::kNumeric : storage::describe_type(expr->text).affinity;
    made->name = expr->text;  // CAST(x AS INT) and CAST(x AS INTEGER) are two expressions
    return made;
  }
  if (const std::optional<Kind> unary = unary_kind(expr->kind))
    return make(*unary, left, nullptr, span_of(expr->span));
  const std::optional<Kind> binary = binary_kind(expr->kind);
  if (!binary) {
    set_not_supported("this expression", span_of(expr->span).begin);
    return nullptr;
  }
  Expr* right = resolve(expr->right, scope);
  return right == nullptr ? nullptr : make(*binary, left, right, span_of(expr->span));
}

Expr* StatementBinder::integer_literal(std::string_view text, bool negative, const sql::Expr* at) {
  bool hexadecimal = false;
  const std::optional<std::uint64_t> value = parse_digits(text, hexadecimal);
  constexpr std::uint64_t kMin = std::uint64_t{1} << 63;
  if (hexadecimal && (!value || (negative && *value == kMin))) {
    set_error(fmt::format("hex literal too big: {}{}", negative ? "-" : "", text), offset_of(at));
    return nullptr;
  }
  // Only -9223372036854775808 is given its value together with the sign; other signs stay operators.
  if (negative && !(value && *value == kMin && !hexadecimal)) return nullptr;
  Expr* literal = make(Kind::kLiteral, nullptr, nullptr, span_of(at->span));
  if (value && (hexadecimal || *value < kMin || negative)) {
    literal->value = storage::Value::integer(static_cast<std::int64_t>(*value));
  } else {
    literal->value = storage::Value::real(storage::parse_number(text).real);
  }
  return literal;
}

Expr* StatementBinder::resolve_literal(const sql::Expr* expr) {
  if (expr->kind == Syntax::kInteger) return integer_literal(expr->text, false, expr);
  Expr* literal = make(Kind::kLiteral, nullptr, nullptr, span_of(expr->span));
  if (expr->kind == Syntax::kReal)
    literal->value = storage::Value::real(storage::parse_number(expr->text).real);
  if (expr->kind == Syntax::kString) literal->value = storage::Value::text(expr->text);
  if (expr->kind == Syntax::kBlob) {
    const std::size_t size = expr->text.size() / 2;
    char* bytes = static_cast<char*>(arena().allocate(size + 1, 1));
    for (std::size_t i = 0; i < size; ++i) {
      bytes[i] = static_cast<char>(hex_digit(expr->text[2 * i]) << 4 | hex_digit(expr->text[2 * i + 1]));
    }
    literal->value = storage::Value::blob({bytes, size});
  }
  return literal;
}

bool StatementBinder::resolve_list(std::span<const sql::Expr* const> list, Scope& scope,
                                   std::vector<Expr*>& out) {
  out.reserve(list.size());
  for (const sql::Expr* element : list) {
    Expr* made = resolve(element, scope);
    if (made == nullptr) return false;
    out.push_back(made);
  }
  return true;
}

int StatementBinder::row_size(const sql::Expr* expr, const Scope& scope) const {
  if (expr->kind == Syntax::kRow) return static_cast<int>(expr->list.size());
  if (expr->kind == Syntax::kSubquery && scope.owner != nullptr) {
    const auto found = scope.owner->subqueries.find(expr);
    if (found != scope.owner->subqueries.end()) return static_cast<int>(found->second->output.size());
  }
  return 1;
}

bool StatementBinder::check_same_size(const sql::Expr* expr, const Scope& scope) {
  const int left = row_size(expr->left, scope);
  int right = row_size(expr->kind == Syntax::kBetween ? expr->list[0] : expr->right, scope);
  if (expr->kind == Syntax::kBetween && right == left) right = row_size(expr->list[1], scope);
  if (left != right) set_error("row value misused", offset_of(expr));
  return !failed();
}

Expr* StatementBinder::resolve_comparison(const sql::Expr* expr, Kind kind, Scope& scope) {
  if (!check_same_size(expr, scope)) return nullptr;
  Expr* left = resolve(expr->left, scope);
  if (left == nullptr) return nullptr;
  Expr* right = resolve(expr->right, scope);
  return right == nullptr ? nullptr : make(kind, left, right, span_of(expr->span));
}

Expr* StatementBinder::resolve_between(const sql::Expr* expr, Scope& scope) {
  if (!check_same_size(expr, scope)) return nullptr;
  Expr* left = resolve(expr->left, scope);
  if (left == nullptr) return nullptr;
  const OutsideOn outside(in_on_);
  std::vector<Expr*> bounds;
  if (!resolve_list(expr->list, scope, bounds)) return nullptr;
  Expr* made = make(Kind::kBetween, left, nullptr, span_of(expr->span));
  made->list = to_span(bounds);
  return made;
}

Expr* StatementBinder::resolve_null_test(const sql::Expr* expr, Scope& scope) {
  // A test that is decided here no longer makes a subquery correlated; the column stays used.
  constexpr std::size_t kScopesMax = 8;  // as many as SQLite looks at
  int references[kScopesMax] = {};
  std::size_t count = 0;
  for (const Scope* s = &scope; s != nullptr && count < kScopesMax; s = s->outer)
    references[count++] = s->references;
  Expr* left = resolve(expr->left, scope);
  if (left == nullptr) return make(Kind::kLiteral, nullptr, nullptr, {});  // SQLite goes on beside it
  if (!failed() && is_never_null(left)) {
    std::size_t i = 0;
    for (Scope* s = &scope; s != nullptr && i < count; s = s->outer) s->references = references[i++];
    Expr* literal = planner::make_integer(arena(), expr->kind == Syntax::kNotNull ? 1 : 0);
    literal->is_true_false = true;  // the word, not the number: SQLite tells them apart
    literal->span = span_of(expr->span);
    return literal;
  }
  return make(expr->kind == Syntax::kIsNull ? Kind::kIsNull : Kind::kNotNull, left, nullptr,
              span_of(expr->span));
}

Expr* StatementBinder::resolve_is(const sql::Expr* expr, Scope& scope) {
  const bool negated = expr->kind == Syntax::kIsNot;
  const sql::Expr* named = skip_collate(expr->right);
  if (named->kind != Syntax::kName || !named->qualifiers.empty()) {
    return resolve_comparison(expr, negated ? Kind::kIsNot : Kind::kIs, scope);
  }
  Expr* right = resolve(expr->right, scope);
  if (right == nullptr) return nullptr;
  const Expr* word = planner::skip_markers(static_cast<const Expr*>(right));
  const bool is_truth_test = word->kind == Kind::kLiteral && word->is_true_false;
  if (!is_truth_test && !check_same_size(expr, scope)) return nullptr;
  Expr* left = resolve(expr->left, scope);
  if (left == nullptr) return nullptr;
  if (!is_truth_test) return make(negated ? Kind::kIsNot : Kind::kIs, left, right, span_of(expr->span));
  const bool is_true = word->value.as_integer() == 1;
  const Kind kind =
      is_true ? (negated ? Kind::kIsNotTrue : Kind::kIsTrue) : (negated ? Kind::kIsNotFalse : Kind::kIsFalse);
  return make(kind, left, nullptr, span_of(expr->span));
}

Expr* StatementBinder::resolve_in(const sql::Expr* expr, Scope& scope) {
  const planner::Span span = span_of(expr->span);
  if (expr->kind == Syntax::kInList && expr->list.empty()) {
    Expr* literal = planner::make_integer(arena(), expr->negated ? 1 : 0);
    literal->is_true_false = true;
    literal->span = span;
    return literal;
  }
  if (expr->kind == Syntax::kInList && expr->left->kind != Syntax::kRow) {
    if (failed()) return nullptr;
    Expr* left = resolve(expr->left, scope);
    if (left == nullptr) return nullptr;
    const bool is_equality = expr->list.size() == 1 && is_constant_at_parse(expr->list[0]);
    std::vector<Expr*> list;
    if (is_equality) {
      Expr* value = resolve(expr->list[0], scope);
      if (value == nullptr) return nullptr;
      return negate_if(expr, make(Kind::kEq, left, make(Kind::kPlus, value, nullptr, value->span), span));
    }
    const OutsideOn outside(in_on_);
    if (!resolve_list(expr->list, scope, list)) return nullptr;
    Expr* made = make(Kind::kIn, left, nullptr, span);
    made->list = to_span(list);
    return negate_if(expr, made);
  }
  if (scope.forbids_subqueries && scope.table_expression.empty()) return nullptr;
  planner::Select* select = resolve_subselect(expr, scope);
  if (select == nullptr || failed()) return nullptr;
  Expr* left = resolve(expr->left, scope);
  if (left == nullptr) return nullptr;
  Expr* made = make(Kind::kIn, left, nullptr, span);
  made->select = select;
  return negate_if(expr, made);
}

Expr* StatementBinder::resolve_case(const sql::Expr* expr, Scope& scope) {
  if (failed()) return nullptr;
  Expr* made = make(Kind::kCase, nullptr, nullptr, span_of(expr->span));
  if (expr->left != nullptr) {
    made->left = resolve(expr->left, scope);
    if (made->left == nullptr) return nullptr;
  }
  const OutsideOn outside(in_on_);
  std::vector<Expr*> arms;
  if (!resolve_list(expr->list, scope, arms)) return nullptr;
  made->list = to_span(arms);
  if (expr->right != nullptr) {
    made->right = resolve(expr->right, scope);
    if (made->right == nullptr) return nullptr;
  }
  return made;
}

Expr* StatementBinder::resolve_subquery_node(const sql::Expr* expr, Kind kind, Scope& scope) {
  planner::Select* select = resolve_subselect(expr, scope);
  if (select == nullptr || failed()) return nullptr;
  Expr* made = make(kind, nullptr, nullptr, span_of(expr->span));
  made->select = select;
  return made;
}

planner::Select* StatementBinder::resolve_subselect(const sql::Expr* key, Scope& scope) {
  if (!scope.table_expression.empty()) {
    set_error(fmt::format("subqueries prohibited in {}", scope.table_expression), offset_of(key));
    return nullptr;
  }
  Frame* last = nullptr;
  if (!scope.forbids_subqueries && scope.owner != nullptr) {
    const auto found = scope.owner->subqueries.find(key);
    if (found != scope.owner->subqueries.end()) last = found->second;
  }
  if (last == nullptr) {
    set_not_supported("a subquery in this place", span_of(key->span).begin);
    return nullptr;
  }
  if (last->resolved) {
    set_not_supported("a subquery in this place", offset_of(key));
    return nullptr;
  }
  const OutsideOn outside(in_on_);
  const int before = scope.references;
  if (!resolve_select(last, &scope)) return nullptr;
  last->select->is_correlated = scope.references != before;
  return last->select;
}

Expr* StatementBinder::resolve_like(const sql::Expr* expr, std::string_view name, Scope& scope) {
  const sql::Expr* arguments[3] = {expr->right, expr->left, expr->list.empty() ? nullptr : expr->list[0]};
  // SQLite points at the operator: the first word after the left operand that is neither ) nor NOT.
  std::optional<std::size_t> offset;
  if (!in_view_ && !in_on_) {
    std::size_t at = expr->left->span.end;
    while (at < context_.sql.size() && at < expr->right->span.begin &&
           !storage::equals_ignoring_case(context_.sql.substr(at, name.size()), name)) {
      ++at;
    }
    if (at < context_.sql.size()) offset = at;
    if (offset && at < expr->right->span.begin) name = context_.sql.substr(at, name.size());
  }
  return negate_if(
      expr, resolve_call(expr, name, std::span<const sql::Expr* const>(arguments, expr->list.empty() ? 2 : 3),
                         nullptr, offset, scope));
}

}  // namespace leftmost::engine::bind
