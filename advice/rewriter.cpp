#include "advice/rewriter.h"

#include <algorithm>

#include "engine/sql/lexer.h"
#include "engine/sql/parser.h"

namespace leftmost::advice {
namespace {

using sql::Expr;
using sql::ExprKind;

constexpr std::size_t kRewritesMax = 64;

std::string apply(std::string_view text, std::vector<Edit> edits) {
  std::sort(edits.begin(), edits.end(),
            [](const Edit& a, const Edit& b) { return a.span.begin < b.span.begin; });
  std::string out;
  std::size_t at = 0;
  for (const Edit& edit : edits) {
    if (edit.span.begin < at || edit.span.end > text.size()) return {};
    out += text.substr(at, edit.span.begin - at);
    // `NOT(a)` becomes a word: it may not grow together with the one before it.
    const auto is_word = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    if (!out.empty() && !edit.text.empty() && is_word(out.back()) && is_word(edit.text.front())) out += ' ';
    out += edit.text;
    at = edit.span.end;
  }
  return out.append(text.substr(at));
}

class Walker {
 public:
  explicit Walker(Rewriter& rewriter) : rewriter_(rewriter) {}

  void walk(const sql::Select* select, bool is_whole_statement) {
    if (select->with != nullptr) walk(*select->with);
    for (const sql::Select* arm = select; arm != nullptr; arm = arm->prior) {
      rewriter_.enter(arm);
      condition(arm->where);
      condition(arm->having);
      for (const sql::FromItem& item : arm->from) {
        condition(item.on);
        if (item.select != nullptr) walk(item.select, false);
      }
      for (const sql::ResultColumn& column : arm->columns) expression(column.expr);
      for (const sql::OrderTerm& term : arm->order_by) expression(term.expr);
      rewrite_from(rewriter_, arm);
      if (arm == select && arm->prior == nullptr && !arm->is_values)
        rewrite_select(rewriter_, arm, is_whole_statement);
      rewriter_.leave();
    }
  }
  void walk(const sql::With& with) {
    rewrite_with(rewriter_, &with);
    for (const sql::CommonTable& table : with.tables) walk(table.select, false);
  }

  void condition(const Expr* expr) {
    if (expr == nullptr) return;
    if (expr->kind == ExprKind::kAnd || expr->kind == ExprKind::kOr) {
      if (expr->kind == ExprKind::kOr) rewrite_disjunction(rewriter_, expr);
      condition(expr->left);
      condition(expr->right);
      return;
    }
    rewrite_condition(rewriter_, expr);
    rewrite_pattern_or_date(rewriter_, expr);
    rewrite_subquery_condition(rewriter_, expr);
    rewrite_count(rewriter_, expr);
    expression(expr);
  }

 private:
  /// Only the subqueries in it.
  void expression(const Expr* expr) {
    if (expr == nullptr) return;
    if (expr->select != nullptr) walk(expr->select, false);
    expression(expr->left);
    expression(expr->right);
    for (const Expr* element : expr->list) expression(element);
  }

  Rewriter& rewriter_;
};

bool mentions_aggregate(const Expr* expr) {
  if (expr == nullptr) return false;
  if (expr->kind == ExprKind::kFunction) {
    for (const char* name : {"count", "sum", "total", "avg", "min", "max", "group_concat"}) {
      const bool is_scalar = (equal_words(name, "min") || equal_words(name, "max")) && expr->list.size() > 1;
      if (equal_words(expr->text, name) && !is_scalar) return true;
    }
    if (expr->call->over != nullptr) return true;
  }
  if (mentions_aggregate(expr->left) || mentions_aggregate(expr->right)) return true;
  return std::any_of(expr->list.begin(), expr->list.end(), mentions_aggregate);
}

}  // namespace

bool equal_words(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
           return lower(x) == lower(y);
         });
}

bool is_constant(const Expr* expr) {
  if (expr == nullptr) return true;
  if (expr->select != nullptr || expr->kind == ExprKind::kInTable || expr->kind == ExprKind::kRaise)
    return false;
  if (expr->kind == ExprKind::kName)
    return expr->qualifiers.empty() && (equal_words(expr->text, "true") || equal_words(expr->text, "false"));
  if (!is_constant(expr->left) || !is_constant(expr->right)) return false;
  return std::all_of(expr->list.begin(), expr->list.end(), [](const Expr* e) { return is_constant(e); });
}

bool is_call(const Expr* expr, std::string_view name, std::size_t arguments) {
  return expr->kind == ExprKind::kFunction && equal_words(expr->text, name) &&
         expr->list.size() == arguments && expr->call->over == nullptr && expr->call->filter == nullptr &&
         !expr->call->distinct && !expr->call->star;
}

bool is_plain(const sql::Select* select) {
  return select->prior == nullptr && !select->is_values && !select->distinct && select->group_by.empty() &&
         select->having == nullptr && select->windows.empty() &&
         std::none_of(select->columns.begin(), select->columns.end(),
                      [](const sql::ResultColumn& column) { return mentions_aggregate(column.expr); });
}

std::uint32_t end_of_from(const Rewriter& rewriter, const sql::Select* select) {
  const sql::FromItem& last = select->from.back();
  return last.on != nullptr ? rewriter.with_parentheses(last.on->span).end : last.span.end;
}

std::vector<Word> words_of(std::string_view text, std::uint32_t begin, std::uint32_t end) {
  std::vector<Word> words;
  for (std::size_t at = begin; at < end;) {
    const auto token = sql::next_token(text, at);
    if (!token) break;
    if (token->token_class != sql::TokenClass::kSpace && token->token_class != sql::TokenClass::kComment)
      words.push_back({text.substr(at, token->span.end - at), token->span});
    at = token->span.end;
  }
  return words;
}

bool holds_integers(const Rewriter::Column& column) {
  const int number = column.table->find_column(column.definition->name);
  return number == column.table->rowid_alias ||
         (column.table->strict && column.definition->affinity == storage::Affinity::kInteger);
}

bool is_unique(const Rewriter& rewriter, const Rewriter::Column& column) {
  const int number = column.table->find_column(column.definition->name);
  if (number == column.table->rowid_alias) return true;
  const auto indexes = rewriter.catalog().indexes_of(column.table->id);
  return std::any_of(indexes.begin(), indexes.end(), [&](const storage::IndexPtr& index) {
    return index->unique && !index->is_partial() && index->key_columns.size() == 1 &&
           index->key_columns[0].column == number &&
           index->key_columns[0].collation == column.definition->collation;
  });
}

std::optional<Comparison> comparison_of(const Expr* expr) {
  std::string_view op, flipped;
  switch (expr->kind) {
    case ExprKind::kEq:
      op = flipped = "=";
      break;
    case ExprKind::kIs:
      op = flipped = "IS";
      break;
    case ExprKind::kLt:
      op = "<", flipped = ">";
      break;
    case ExprKind::kLe:
      op = "<=", flipped = ">=";
      break;
    case ExprKind::kGt:
      op = ">", flipped = "<";
      break;
    case ExprKind::kGe:
      op = ">=", flipped = "<=";
      break;
    default:
      return std::nullopt;
  }
  if (is_constant(expr->right) && !is_constant(expr->left))
    return Comparison{expr->left, std::string(op), expr->right};
  if (is_constant(expr->left) && !is_constant(expr->right))
    return Comparison{expr->right, std::string(flipped), expr->left};
  return std::nullopt;
}

std::string quoted(std::string_view text) { return storage::to_sql_literal(storage::Value::text(text)); }

std::vector<const Expr*> split(const Expr* expr, ExprKind connective) {
  if (expr == nullptr) return {};
  if (expr->kind != connective) return {expr};
  std::vector<const Expr*> parts = split(expr->left, connective);
  for (const Expr* part : split(expr->right, connective)) parts.push_back(part);
  return parts;
}

void Rewriter::add(std::vector<Edit> edits, std::string what, std::string presumes, bool helps_within_plan) {
  if (rewrites_.size() >= kRewritesMax) return;
  const auto overlaps = [&](const Edit& edit) {
    return std::any_of(all_.begin(), all_.end(), [&](const Edit& other) {
      return edit.span.begin < other.span.end && other.span.begin < edit.span.end;
    });
  };
  std::string changed = apply(text_, edits);
  if (changed.empty() || changed == text_) return;
  if (std::none_of(edits.begin(), edits.end(), overlaps)) all_.insert(all_.end(), edits.begin(), edits.end());
  rewrites_.push_back({std::move(changed), std::move(what), std::move(presumes), helps_within_plan});
}

std::vector<Rewrite> Rewriter::take() {
  // All changes at once: an OR needs all its branches.
  std::string changed = rewrites_.size() > 1 ? apply(text_, all_) : std::string();
  const bool is_known = std::any_of(rewrites_.begin(), rewrites_.end(),
                                    [&](const Rewrite& rewrite) { return rewrite.sql == changed; });
  if (!changed.empty() && !is_known) {
    std::string what, presumes;
    for (const Rewrite& rewrite : rewrites_) {
      if (what.find(rewrite.what) == std::string::npos) what += (what.empty() ? "" : "; ") + rewrite.what;
      if (presumes.find(rewrite.presumes) == std::string::npos)
        presumes += (presumes.empty() ? "" : ", and ") + rewrite.presumes;
    }
    const bool helps_within_plan = std::any_of(
        rewrites_.begin(), rewrites_.end(), [](const Rewrite& rewrite) { return rewrite.helps_within_plan; });
    rewrites_.push_back({std::move(changed), std::move(what), std::move(presumes), helps_within_plan});
  }
  return std::move(rewrites_);
}

std::string Rewriter::operand(const Expr* expr) const {
  switch (expr->kind) {
    case ExprKind::kName:
    case ExprKind::kInteger:
    case ExprKind::kReal:
    case ExprKind::kString:
    case ExprKind::kBlob:
    case ExprKind::kNull:
    case ExprKind::kParameter:
    case ExprKind::kFunction:
    case ExprKind::kCast:
      return text_of(expr);
    default:
      return "(" + text_of(expr) + ")";
  }
}

sql::Span Rewriter::with_parentheses(sql::Span span) const {
  std::size_t begin = span.begin, end = span.end;
  while (begin > 0 && (text_[begin - 1] == ' ' || text_[begin - 1] == '\n')) --begin;
  while (end < text_.size() && (text_[end] == ' ' || text_[end] == '\n')) ++end;
  if (begin == 0 || end >= text_.size() || text_[begin - 1] != '(' || text_[end] != ')') return span;
  return {static_cast<std::uint32_t>(begin - 1), static_cast<std::uint32_t>(end + 1)};
}

std::optional<Rewriter::Column> Rewriter::find_in(const Scope& scope, const Expr* name) const {
  std::optional<Column> found;
  const auto look = [&](std::string_view table_name, std::string_view shown_name) {
    if (!name->qualifiers.empty() && !equal_words(name->qualifiers.back().text, shown_name)) return true;
    const storage::TablePtr table = catalog().find_table(table_name);
    if (!table) return name->qualifiers.empty();
    const int number = table->find_column(name->text);
    if (number < 0) return true;
    if (found) return false;
    found = Column{table, &table->columns[static_cast<std::size_t>(number)]};
    return true;
  };
  if (scope.target != nullptr) {
    const sql::Target& target = *scope.target;
    look(target.name.text, target.alias.empty() ? target.name.text : target.alias.text);
    return found;
  }
  for (const sql::FromItem& item : scope.items) {
    if (item.kind != sql::FromKind::kTable) continue;
    if (!look(item.name.text, item.alias.empty() ? item.name.text : item.alias.text)) return std::nullopt;
  }
  return found;
}

std::optional<Rewriter::Column> Rewriter::find_column(const Expr* name) const {
  if (name == nullptr || name->kind != ExprKind::kName) return std::nullopt;
  for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
    if (auto column = find_in(*scope, name)) return column;
  }
  return std::nullopt;
}

bool Rewriter::is_of_innermost(const Expr* name) const {
  return name != nullptr && name->kind == ExprKind::kName && !scopes_.empty() &&
         find_in(scopes_.back(), name);
}

bool Rewriter::is_never_null(const Expr* name) const {
  if (name == nullptr || name->kind != ExprKind::kName) return false;
  for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
    const auto column = find_in(*scope, name);
    if (!column) continue;
    const int number = column->table->find_column(column->definition->name);
    if (!column->definition->not_null && number != column->table->rowid_alias) return false;
    return std::none_of(scope->items.begin(), scope->items.end(),
                        [](const sql::FromItem& item) { return item.join.left || item.join.right; });
  }
  return false;
}

std::string Rewriter::value_of(const std::string& expression) const {
  const auto scratch = engine::Database::in_memory();
  auto statement = scratch->prepare("SELECT " + expression);
  if (!statement || statement->column_count() != 1 || statement->parameter_count() > 0) return {};
  const auto step = statement->step();
  if (!step || *step != engine::StepResult::kRow || statement->value(0).is_null()) return {};
  return storage::to_sql_literal(statement->value(0));
}

std::vector<Rewrite> propose_rewrites(std::string_view text, engine::Database& database) {
  storage::Arena arena;
  const auto parsed = sql::parse(text, arena);
  if (!parsed || parsed->statement == nullptr) return {};
  const sql::Statement& statement = *parsed->statement;
  Rewriter rewriter(text.substr(0, statement.span.end), database);
  Walker walker(rewriter);
  switch (statement.kind) {
    case sql::StatementKind::kSelect:
      walker.walk(sql::as<sql::SelectStatement>(statement).select, true);
      break;
    case sql::StatementKind::kUpdate: {
      const auto& update = sql::as<sql::Update>(statement);
      rewriter.enter(update.target);
      walker.condition(update.where);
      rewriter.leave();
      break;
    }
    case sql::StatementKind::kDelete: {
      const auto& del = sql::as<sql::Delete>(statement);
      rewriter.enter(del.target);
      walker.condition(del.where);
      rewriter.leave();
      break;
    }
    default:
      return {};
  }
  return rewriter.take();
}

}  // namespace leftmost::advice
