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
    if (expr->call != nullptr && expr->call->over != nullptr) walk(*expr->call->over);
    walk(expr->select);
  }

  void walk(const sql::Window& window) {
    for (const sql::Expr* term : window.partition_by) walk(term);
    for (const sql::OrderTerm& term : window.order_by) walk(term.expr);
  }

  void walk(const sql::Select* select) {
    for (; select != nullptr; select = select->prior) {
      if (select->with != nullptr) {
        for (const sql::CommonTable& table : select->with->tables) {
          walk(table.select);
        }
      }
      for (const auto& row : select->rows) {
        for (const sql::Expr* value : row) walk(value);
      }
      for (const sql::ResultColumn& column : select->columns) {
        on_result_column(*select, column);
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
      for (const sql::Window& window : select->windows) walk(window);
      walk(select->limit);
      walk(select->offset);
    }
  }

 protected:
  virtual void on_expr(const sql::Expr& expr) = 0;
  virtual void on_from(const sql::FromItem&) {}
  virtual void on_result_column(const sql::Select&, const sql::ResultColumn&) {}
};

/// Finds the tokens that have to be exchanged.
class Finder : public Walker {
 public:
  Finder(std::string_view text, const Renaming& renaming, std::span<const ResolvedName> names)
      : text_(text), renaming_(renaming), names_(names) {}

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

  void find_in_trigger(const sql::CreateTrigger& create, bool is_own) {
    in_view_ = true;
    if (is_own && !renames_column()) spans_.push_back(create.table.span);
    if (is_own) find_in_names(create.update_of);
    walk(create.when);
    for (const sql::Statement* statement : create.body) find_in_step(*statement);
  }

  std::string apply() {
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
  void find_in_names(std::span<const sql::Name> names) {
    for (const sql::Name& name : names) {
      if (is_column(name.text)) spans_.push_back(name.span);
    }
  }

  void find_in_assignments(std::span<const sql::Assignment> assignments, bool is_target) {
    for (const sql::Assignment& assignment : assignments) {
      if (is_target) find_in_names(assignment.columns);
      walk(assignment.value);
    }
  }

  // Targets go by their name alone, whatever the schema.
  bool find_in_target(const sql::Target& target) {
    if (!is_table(target.name.text)) return false;
    if (!renames_column()) spans_.push_back(target.name.span);
    return true;
  }

  void find_in_step(const sql::Statement& statement) {
    switch (statement.kind) {
      case sql::StatementKind::kSelect:
        return walk(sql::as<sql::SelectStatement>(statement).select);
      case sql::StatementKind::kInsert: {
        const auto& insert = sql::as<sql::Insert>(statement);
        const bool is_target = find_in_target(insert.target);
        if (is_target) find_in_names(insert.columns);
        walk(insert.source);
        for (const sql::Upsert& upsert : insert.upserts) {
          for (const sql::OrderTerm& term : upsert.target) walk(term.expr);
          walk(upsert.target_where);
          find_in_assignments(upsert.assignments, is_target);
          walk(upsert.where);
        }
        return;
      }
      case sql::StatementKind::kUpdate: {
        const auto& update = sql::as<sql::Update>(statement);
        find_in_assignments(update.assignments, find_in_target(update.target));
        for (const sql::FromItem& item : update.from) {
          if (!renames_column() && is_table(item.name.text)) spans_.push_back(item.name.span);
          walk(item.select);
          walk(item.on);
        }
        return walk(update.where);
      }
      case sql::StatementKind::kDelete: {
        const auto& del = sql::as<sql::Delete>(statement);
        find_in_target(del.target);
        return walk(del.where);
      }
      default:
        return;
    }
  }

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
        const bool has_columns = constraint.kind == sql::ColumnConstraintKind::kCheck ||
                                 constraint.kind == sql::ColumnConstraintKind::kGenerated;
        if (is_own && has_columns) walk(constraint.expr);
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
    if (expr.kind != ExprKind::kName) return;
    const bool has_table = !expr.qualifiers.empty();
    if (renames_column()) {
      if (!is_column(expr.text)) return;
      const bool is_meant =
          in_view_ ? names_column(expr.span.begin) : !has_table || is_table(expr.qualifiers.back().text);
      if (is_meant) spans_.push_back(last_token(text_, expr.span));
    } else if (has_table && is_table(expr.qualifiers.back().text) &&
               (!in_view_ || names_table_of(expr.span.begin))) {
      spans_.push_back(expr.qualifiers.back().span);
    }
  }

  // The table of `x IN table` stays, as in SQLite: the view is then found broken, and the renaming refused.
  void on_from(const sql::FromItem& item) override {
    if (!renames_column() && is_table_in_from(item)) spans_.push_back(item.name.span);
  }

  void on_result_column(const sql::Select& select, const sql::ResultColumn& column) override {
    if (column.kind != sql::ResultColumnKind::kTableStar || renames_column() || !is_table(column.name.text))
      return;
    for (const sql::FromItem& item : select.from) {
      if (item.alias.empty() && is_table_in_from(item)) {
        spans_.push_back(column.name.span);
        return;
      }
    }
  }

  /// Whether the name that begins there was resolved to the column.
  bool names_column(std::size_t offset) const {
    return std::any_of(names_.begin(), names_.end(), [&](const ResolvedName& name) {
      if (name.offset != offset || name.table != renaming_.table->id || !name.column || *name.column < 0)
        return false;
      return equals_ignoring_case(renaming_.table->columns[static_cast<std::size_t>(*name.column)].name,
                                  renaming_.column);
    });
  }
  /// Whether it was resolved to a column of the table, by the table's own name.
  bool names_table_of(std::size_t offset) const {
    return std::any_of(names_.begin(), names_.end(), [&](const ResolvedName& name) {
      return name.offset == offset && name.table == renaming_.table->id && name.column && !name.through_alias;
    });
  }
  bool is_table_in_from(const sql::FromItem& item) const {
    return std::any_of(names_.begin(), names_.end(), [&](const ResolvedName& name) {
      return !name.column && name.offset == item.name.span.begin && name.table == renaming_.table->id;
    });
  }

  std::string_view text_;
  const Renaming& renaming_;
  std::span<const ResolvedName> names_;
  std::vector<sql::Span> spans_;
  bool in_view_ = false;
};

}  // namespace

Expected<std::string> rename_in_sql(const std::string& sql, const Renaming& renaming,
                                    std::span<const ResolvedName> names) {
  storage::Arena arena;
  const auto parsed = sql::parse(sql, arena);
  if (!parsed || parsed->statement == nullptr)
    return fail(ErrorCode::kCorrupt, "malformed database schema: " + sql);
  Finder finder(sql, renaming, names);
  finder.find(*parsed->statement);
  return finder.apply();
}

Expected<std::string> rename_in_trigger(const std::string& sql, const Renaming& renaming, bool is_own,
                                        std::span<const ResolvedName> names) {
  storage::Arena arena;
  const auto parsed = sql::parse(sql, arena);
  if (!parsed || parsed->statement == nullptr ||
      parsed->statement->kind != sql::StatementKind::kCreateTrigger)
    return fail(ErrorCode::kCorrupt, "malformed database schema: " + sql);
  Finder finder(sql, renaming, names);
  finder.find_in_trigger(sql::as<sql::CreateTrigger>(*parsed->statement), is_own);
  return finder.apply();
}

}  // namespace leftmost::engine
