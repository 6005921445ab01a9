#include "engine/exec/rename_in_sql.h"

#include <algorithm>
#include <vector>

#include "engine/sql/lexer.h"
#include "engine/sql/parser.h"
#include "storage/collation.h"

namespace leftmost::engine {
namespace {

using sql::ExprKind;
using storage::equals_ignoring_case;

/// The last token in a span: the column in `t.a`.
sql::Span last_token(std::string_view text, sql::Span span) {
  sql::Span last = span;
  std::size_t at = span.begin;
  while (at < span.end) {
    const auto token = sql::next_token(text, at);
    if (!token) break;
    if (token->token_class != sql::TokenClass::kSpace && token->token_class != sql::TokenClass::kComment)
      last = token->span;
    at = token->span.end;
  }
  return last;
}

/// Goes through everything that a SELECT or expression is made of.
class Walker {
 public:
  virtual ~Walker() = default;

  void walk(const sql::Expr* expr) {
    if (expr == nullptr) return;
    on_expr(*expr);
    walk(expr->left);
    walk(expr->right);
    for (const sql::Expr* part : expr->list) walk(part);
    if (expr->call != nullptr) walk(expr->call->filter);
    walk(expr->select);
  }

  void walk(const sql::Select* select) {
    for (; select != nullptr; select = select->prior) {
      if (select->with != nullptr) {
        for (const sql::CommonTable& table : select->with->tables) {
          on_common_table(table);
          walk(table.select);
        }
      }
      for (const auto& row : select->rows) {
        for (const sql::Expr* value : row) walk(value);
      }
      for (const sql::ResultColumn& column : select->columns) {
        on_result_column(column);
        walk(column.expr);
      }
      for (const sql::FromItem& item : select->from) {
        on_from(item);
        for (const sql::Expr* argument : item.arguments) walk(argument);
        walk(item.select);
        walk(item.on);
      }
      walk(select->where);
      for (const sql::Expr* term : select->group_by) walk(term);
      walk(select->having);
      for (const sql::OrderTerm& term : select->order_by) walk(term.expr);
      walk(select->limit);
      walk(select->offset);
    }
  }

 protected:
  virtual void on_expr(const sql::Expr& expr) = 0;
  virtual void on_from(const sql::FromItem&) {}
  virtual void on_common_table(const sql::CommonTable&) {}
  virtual void on_result_column(const sql::ResultColumn&) {}
};

/// Finds the tokens that have to be exchanged.
class Finder : public Walker {
 public:
  Finder(std::string_view text, const Renaming& renaming, const RelationCache& relations)
      : text_(text), renaming_(renaming), relations_(relations) {}

  void find(const sql::Statement& statement) {
    if (statement.kind == sql::StatementKind::kCreateTable)
      return find_in_table(sql::as<sql::CreateTable>(statement));
    if (statement.kind == sql::StatementKind::kCreateIndex)
      return find_in_index(sql::as<sql::CreateIndex>(statement));
    if (statement.kind == sql::StatementKind::kCreateView) {
      in_view_ = true;
      walk(sql::as<sql::CreateView>(statement).select);
    }
  }

  /// The meaning of the name in this view is not certain.
  bool is_unclear() const {
    return in_view_ && mentions_table_ && !spans_.empty() &&
           (renames_column() ? column_unclear_ : table_unclear_);
  }

  std::string apply() {
    // A view that does not read the table has nothing to rename.
    if (in_view_ && !mentions_table_) return std::string(text_);
    std::sort(spans_.begin(), spans_.end(), [](sql::Span a, sql::Span b) { return a.begin < b.begin; });
    std::string quoted = "\"";
    for (const char c : renaming_.new_name) quoted += c == '"' ? "\"\"" : std::string(1, c);
    quoted += '"';
    std::string result;
    std::size_t at = 0;
    for (const sql::Span span : spans_) {
      if (span.begin < at) continue;
      result += text_.substr(at, span.begin - at);
      const char first = text_[span.begin];
      const bool was_quoted = first == '"' || first == '\'' || first == '[' || first == '`';
      result += renaming_.quoted || was_quoted ? quoted : renaming_.new_name;
      at = span.end;
      // "a""b" would be one name.
      if (result.back() == '"' && at < text_.size() && text_[at] == '"') result += ' ';
    }
    return result + std::string(text_.substr(at));
  }

 private:
  bool renames_column() const { return !renaming_.column.empty(); }
  bool is_table(std::string_view name) const { return equals_ignoring_case(name, renaming_.table->name); }
  bool is_column(std::string_view name) const {
    return renames_column() && equals_ignoring_case(name, renaming_.column);
  }

  void find_in_table(const sql::CreateTable& create) {
    const bool is_own = is_table(create.name.text);
    if (is_own && !renames_column()) spans_.push_back(create.name.span);
    for (const sql::ColumnDefinition& column : create.columns) {
      if (is_own && is_column(column.name.text)) spans_.push_back(column.name.span);
      for (const sql::ColumnConstraint& constraint : column.constraints) {
        if (constraint.references != nullptr) find_in_references(*constraint.references);
        if (is_own && constraint.kind == sql::ColumnConstraintKind::kCheck) walk(constraint.expr);
      }
    }
    for (const sql::TableConstraint& constraint : create.constraints) {
      if (constraint.references != nullptr) find_in_references(*constraint.references);
      if (!is_own) continue;
      for (const sql::OrderTerm& term : constraint.key) find_in_key(term.expr);
      for (const sql::Name& column : constraint.columns) {
        if (is_column(column.text)) spans_.push_back(column.span);
      }
      walk(constraint.check);
    }
  }

  void find_in_references(const sql::References& references) {
    if (!is_table(references.table.text)) return;
    if (!renames_column()) spans_.push_back(references.table.span);
    for (const sql::Name& column : references.columns) {
      if (is_column(column.text)) spans_.push_back(column.span);
    }
  }

  void find_in_index(const sql::CreateIndex& create) {
    if (!renames_column()) spans_.push_back(create.table.span);
    for (const sql::OrderTerm& term : create.columns) find_in_key(term.expr);
    walk(create.where);
  }

  // 'a' in quotes is a column where a key is declared.
  void find_in_key(const sql::Expr* expr) {
    const sql::Expr* inner = expr;
    while (inner != nullptr && inner->kind == ExprKind::kCollate) inner = inner->left;
    if (inner != nullptr && inner->kind == ExprKind::kString && is_column(inner->text))
      spans_.push_back(inner->span);
    walk(expr);
  }

  void on_expr(const sql::Expr& expr) override {
    if (expr.kind == ExprKind::kName) {
      if (renames_column()) {
        const bool can_be = in_view_ || expr.qualifiers.empty() || is_table(expr.qualifiers.back().text);
        if (is_column(expr.text) && can_be) spans_.push_back(last_token(text_, expr.span));
        // "a" may be a string in a place that does not see the table.
        if (is_column(expr.text) && expr.quote == sql::Quote::kDouble && expr.qualifiers.empty())
          column_unclear_ = true;
      } else if (!expr.qualifiers.empty() && is_table(expr.qualifiers.back().text)) {
        spans_.push_back(expr.qualifiers.back().span);
      }
    }
    // SQLite does not rename the table of `x IN table`: it then finds the view broken and refuses, and so do
    // we.
    if (expr.kind == ExprKind::kInTable && expr.call == nullptr) {
      const std::string_view schema =
          expr.qualifiers.empty() ? std::string_view() : expr.qualifiers.back().text;
      if (names_table(schema, expr.text)) mentions_table_ = true;
    }
  }

  void on_from(const sql::FromItem& item) override {
    if (is_table(item.alias.text)) table_unclear_ = true;
    for (const sql::Name& column : item.using_columns) {
      if (is_column(column.text)) spans_.push_back(column.span);
    }
    if (item.kind != sql::FromKind::kTable) {
      column_unclear_ = true;
      return;
    }
    if (names_table(item.schema.text, item.name.text)) {
      mentions_table_ = true;
      if (!renames_column()) spans_.push_back(item.name.span);
      return;
    }
    const auto other = relations_.find(item.schema.text, item.name.text);
    const bool is_plain = other && other->table && other->table->find_column(renaming_.column) < 0;
    if (!is_plain) column_unclear_ = true;
  }

  void on_common_table(const sql::CommonTable& table) override {
    if (is_table(table.name.text)) table_unclear_ = true;
    column_unclear_ = true;
  }

  void on_result_column(const sql::ResultColumn& column) override {
    if (column.kind == sql::ResultColumnKind::kExpr && is_column(column.name.text)) column_unclear_ = true;
    if (column.kind == sql::ResultColumnKind::kTableStar && !renames_column() && is_table(column.name.text)) {
      spans_.push_back(column.name.span);
    }
  }

  bool names_table(std::string_view schema, std::string_view name) const {
    const auto found = relations_.find(schema, name);
    return found && found->table && found->table->id == renaming_.table->id;
  }

  std::string_view text_;
  const Renaming& renaming_;
  const RelationCache& relations_;
  std::vector<sql::Span> spans_;
  bool in_view_ = false;
  bool mentions_table_ = false;
  bool table_unclear_ = false;
  bool column_unclear_ = false;
};

}  // namespace

Expected<std::string> rename_in_sql(const std::string& sql, const Renaming& renaming,
                                    const RelationCache& relations) {
  storage::Arena arena;
  const auto parsed = sql::parse(sql, arena);
  if (!parsed || parsed->statement == nullptr)
    return fail(ErrorCode::kCorrupt, "malformed database schema: " + sql);
  Finder finder(sql, renaming, relations);
  finder.find(*parsed->statement);
  if (finder.is_unclear()) {
    const std::string what = renaming.column.empty() ? renaming.table->name : renaming.column;
    return not_supported("renaming " + what +
                         " in a view with that name in several roles: " + sql.substr(0, 80));
  }
  return finder.apply();
}

}  // namespace leftmost::engine
