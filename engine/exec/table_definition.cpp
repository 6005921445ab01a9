#include "engine/exec/table_definition.h"

#include <algorithm>

#include "engine/bind/binder.h"
#include "engine/exec/change_action.h"

namespace leftmost::engine {
namespace {

using storage::Collation;
using storage::ColumnDef;
using storage::ConflictAction;
using storage::IndexDef;
using storage::TableDef;

constexpr std::size_t kColumnsMax = 2000;
constexpr std::string_view kGeneratedKey = "generated columns cannot be part of the PRIMARY KEY";

std::string action_text(sql::ForeignKeyAction action) {
  switch (action) {
    case sql::ForeignKeyAction::kSetNull:
      return "SET NULL";
    case sql::ForeignKeyAction::kSetDefault:
      return "SET DEFAULT";
    case sql::ForeignKeyAction::kCascade:
      return "CASCADE";
    case sql::ForeignKeyAction::kRestrict:
      return "RESTRICT";
    case sql::ForeignKeyAction::kNoAction:
      break;
  }
  return {};
}

// One term of a key constraint.
struct KeyTerm {
  int column = 0;
  Collation collation = Collation::kBinary;
  bool descending = false;
};

class TableBuilder {
 public:
  TableBuilder(const sql::CreateTable& create, storage::SchemaName schema, std::string_view text,
               const FunctionRegistry& functions, storage::Arena& arena)
      : create_(create), text_(text), functions_(functions), arena_(arena) {
    made_.table.schema = schema;
    made_.table.name = create.name.text;
    made_.table.sql = create.stored_text;
    made_.table.without_rowid = create.without_rowid;
    made_.table.strict = create.strict;
  }

  Expected<TableDefinition> build() {
    TableDef& table = made_.table;
    if (create_.columns.size() > kColumnsMax)
      return fail(ErrorCode::kError, "too many columns on " + table.name);
    for (const sql::ColumnDefinition& column : create_.columns) {
      if (table.find_column(column.name.text) >= 0) {
        return fail(ErrorCode::kError, "duplicate column name: " + std::string(column.name.text));
      }
      auto defined = define_column(column);
      if (!defined) return Unexpected(defined.error());
      table.columns.push_back(std::move(*defined));
      const int number = static_cast<int>(table.columns.size()) - 1;
      for (const sql::ColumnConstraint& constraint : column.constraints) {
        if (auto added = add_column_constraint(constraint, number); !added) return Unexpected(added.error());
      }
    }
    for (const sql::TableConstraint& constraint : create_.constraints) {
      if (auto added = add_table_constraint(constraint); !added) return Unexpected(added.error());
    }
    if (auto checked = check_strict(); !checked) return Unexpected(checked.error());
    if (table.without_rowid) {
      if (table.autoincrement)
        return fail(ErrorCode::kError, "AUTOINCREMENT not allowed on WITHOUT ROWID tables");
      if (!has_primary_key_) return fail(ErrorCode::kError, "PRIMARY KEY missing on table " + table.name);
    }
    if (!late_key_.empty()) {
      if (auto added = add_index(late_key_, late_conflict_, storage::IndexOrigin::kPrimaryKey); !added)
        return Unexpected(added.error());
    }
    if (auto checked = check_expressions(); !checked) return Unexpected(checked.error());
    finish_indexes();
    return std::move(made_);
  }

 private:
  Expected<void> add_column_constraint(const sql::ColumnConstraint& constraint, int column) {
    TableDef& table = made_.table;
    const ColumnDef& def = table.columns[static_cast<std::size_t>(column)];
    switch (constraint.kind) {
      case sql::ColumnConstraintKind::kPrimaryKey: {
        const KeyTerm term{column, def.collation, constraint.descending};
        return add_primary_key({term}, constraint.conflict, constraint.autoincrement, !constraint.descending);
      }
      case sql::ColumnConstraintKind::kUnique:
        return add_index({KeyTerm{column, def.collation, false}}, constraint.conflict,
                         storage::IndexOrigin::kUnique);
      case sql::ColumnConstraintKind::kCheck:
        table.checks.push_back({std::string(constraint.name.text), std::string(constraint.text)});
        checks_.push_back(constraint.expr);
        return {};
      case sql::ColumnConstraintKind::kDefault:
        defaults_.emplace_back(constraint.expr, column);
        return {};
      case sql::ColumnConstraintKind::kReferences: {
        const sql::References& references = *constraint.references;
        if (references.columns.size() > 1) {
          return fail(ErrorCode::kError, "foreign key on " + def.name +
                                             " should reference only one column of table " +
                                             std::string(references.table.text));
        }
        add_foreign_key(references, {column});
        return {};
      }
      case sql::ColumnConstraintKind::kCollate:
        // Keys of this column that were written before COLLATE take it as well.
        for (IndexDef& index : made_.indexes) {
          for (storage::IndexColumn& key : index.key_columns) {
            if (key.column == column) key.collation = def.collation;
          }
        }
        for (storage::PrimaryKeyColumn& key : table.primary_key) {
          if (key.column == column) key.collation = def.collation;
        }
        return {};
      case sql::ColumnConstraintKind::kGenerated:
        generated_.push_back(constraint.expr);
        return {};
      case sql::ColumnConstraintKind::kNull:
      case sql::ColumnConstraintKind::kNotNull:
        break;
    }
    return {};
  }

  Expected<void> add_table_constraint(const sql::TableConstraint& constraint) {
    TableDef& table = made_.table;
    switch (constraint.kind) {
      case sql::TableConstraintKind::kCheck:
        table.checks.push_back({std::string(constraint.name.text), std::string(constraint.text)});
        checks_.push_back(constraint.check);
        return {};
      case sql::TableConstraintKind::kForeignKey: {
        const sql::References& references = *constraint.references;
        if (!references.columns.empty() && references.columns.size() != constraint.columns.size()) {
          return fail(ErrorCode::kError,
                      "number of columns in foreign key does not match the number of columns in the "
                      "referenced table");
        }
        std::vector<int> columns;
        for (const sql::Name& name : constraint.columns) {
          const int column = table.find_column(name.text);
          if (column < 0) {
            return fail(ErrorCode::kError,
                        "unknown column \"" + std::string(name.text) + "\" in foreign key definition");
          }
          columns.push_back(column);
        }
        add_foreign_key(references, std::move(columns));
        return {};
      }
      case sql::TableConstraintKind::kPrimaryKey:
      case sql::TableConstraintKind::kUnique:
        break;
    }
    std::vector<KeyTerm> terms;
    for (const sql::OrderTerm& written : constraint.key) {
      auto term = key_term(written);
      if (!term) return Unexpected(term.error());
      terms.push_back(*term);
    }
    if (constraint.kind == sql::TableConstraintKind::kPrimaryKey) {
      return add_primary_key(std::move(terms), constraint.conflict, constraint.autoincrement, true);
    }
    return add_index(terms, constraint.conflict, storage::IndexOrigin::kUnique);
  }

  Expected<KeyTerm> key_term(const sql::OrderTerm& written) {
    KeyTerm term;
    const sql::Expr* expr = written.expr;
    std::optional<Collation> collation;
    if (expr->kind == sql::ExprKind::kCollate) {
      collation = storage::find_collation(expr->text);
      if (!collation)
        return fail(ErrorCode::kError, "no such collation sequence: " + std::string(expr->text));
      expr = expr->left;
    }
    const bool is_name = (expr->kind == sql::ExprKind::kName && expr->qualifiers.empty()) ||
                         expr->kind == sql::ExprKind::kString;
    if (!is_name) {
      return fail(ErrorCode::kError, "expressions prohibited in PRIMARY KEY and UNIQUE constraints");
    }
    if (written.nulls != sql::NullsOrder::kDefault) {
      return fail(ErrorCode::kError, written.nulls == sql::NullsOrder::kFirst
                                         ? "unsupported use of NULLS FIRST"
                                         : "unsupported use of NULLS LAST");
    }
    term.column = made_.table.find_column(expr->text);
    if (term.column < 0) {
      return fail(ErrorCode::kError, "no such column: " + std::string(expr->text), expr->span.begin);
    }
    term.collation = collation.value_or(made_.table.columns[static_cast<std::size_t>(term.column)].collation);
    term.descending = written.descending;
    return term;
  }

  Expected<void> add_primary_key(std::vector<KeyTerm> terms, sql::ConflictAction conflict, bool autoincrement,
                                 bool may_be_rowid) {
    TableDef& table = made_.table;
    if (has_primary_key_) {
      return fail(ErrorCode::kError, "table \"" + table.name + "\" has more than one primary key");
    }
    has_primary_key_ = true;
    table.primary_key_conflict = conflict_action(conflict);
    for (const KeyTerm& term : terms) {
      if (table.columns[static_cast<std::size_t>(term.column)].generated != storage::GeneratedKind::kNone) {
        return fail(ErrorCode::kError, std::string(kGeneratedKey));
      }
    }
    for (const KeyTerm& term : terms)
      table.columns[static_cast<std::size_t>(term.column)].in_primary_key = true;
    const ColumnDef& first = table.columns[static_cast<std::size_t>(terms[0].column)];
    const bool is_integer =
        terms.size() == 1 && storage::equals_ignoring_case(first.declared_type, "INTEGER");
    if (is_integer && may_be_rowid && !create_.without_rowid) {
      table.rowid_alias = terms[0].column;
      table.autoincrement = autoincrement;
      table.primary_key.push_back({terms[0].column, terms[0].collation, terms[0].descending});
      return {};
    }
    if (autoincrement) {
      if (is_integer && create_.without_rowid) {
        table.autoincrement = true;
      } else {
        return fail(ErrorCode::kError, "AUTOINCREMENT is only allowed on an INTEGER PRIMARY KEY");
      }
    }
    for (const KeyTerm& term : terms) {
      bool is_double = false;
      for (const storage::PrimaryKeyColumn& key : table.primary_key) {
        is_double = is_double || (key.column == term.column && key.collation == term.collation);
      }
      if (is_double && create_.without_rowid) continue;
      table.primary_key.push_back({term.column, term.collation, term.descending});
    }
    if (is_integer && may_be_rowid) {
      late_key_ = terms;
      late_conflict_ = conflict;
      return {};
    }
    return add_index(terms, conflict, storage::IndexOrigin::kPrimaryKey);
  }

  // A UNIQUE or PRIMARY KEY constraint makes an index, unless an equal one is there.
  Expected<void> add_index(const std::vector<KeyTerm>& terms, sql::ConflictAction written,
                           storage::IndexOrigin origin) {
    const ConflictAction conflict = conflict_action(written);
    for (IndexDef& other : made_.indexes) {
      if (other.key_columns.size() != terms.size()) continue;
      bool is_equal = true;
      for (std::size_t i = 0; i < terms.size(); ++i) {
        is_equal = is_equal && other.key_columns[i].column == terms[i].column &&
                   other.key_columns[i].collation == terms[i].collation;
      }
      if (!is_equal) continue;
      if (other.conflict != conflict) {
        if (other.conflict != ConflictAction::kDefault && conflict != ConflictAction::kDefault) {
          return fail(ErrorCode::kError, "conflicting ON CONFLICT clauses specified");
        }
        if (other.conflict == ConflictAction::kDefault) other.conflict = conflict;
      }
      if (origin == storage::IndexOrigin::kPrimaryKey) other.origin = origin;
      return {};
    }
    IndexDef& index = made_.indexes.emplace_back();
    index.schema = made_.table.schema;
    index.name = "sqlite_autoindex_" + made_.table.name + '_' + std::to_string(made_.indexes.size());
    index.unique = true;
    index.conflict = conflict;
    index.origin = origin;
    for (const KeyTerm& term : terms) {
      storage::IndexColumn column;
      column.column = term.column;
      column.collation = term.collation;
      column.descending = term.descending;
      index.key_columns.push_back(std::move(column));
    }
    return {};
  }

  void add_foreign_key(const sql::References& references, std::vector<int> columns) {
    storage::ForeignKeyDef key;
    key.columns = std::move(columns);
    key.parent_table = references.table.text;
    for (const sql::Name& name : references.columns) key.parent_columns.emplace_back(name.text);
    key.on_update = action_text(references.on_update);
    key.on_delete = action_text(references.on_delete);
    key.deferred = references.deferrable && references.initially_deferred;
    made_.table.foreign_keys.push_back(std::move(key));
  }

  // The six types are kept in capitals.
  Expected<void> check_strict() {
    if (!create_.strict) return {};
    for (ColumnDef& column : made_.table.columns) {
      const std::string& type = column.declared_type;
      const std::string name = made_.table.name + '.' + column.name;
      if (type.empty()) return fail(ErrorCode::kError, "missing datatype for " + name);
      constexpr std::string_view kTypes[] = {"ANY", "BLOB", "INT", "INTEGER", "REAL", "TEXT"};
      if (std::find(std::begin(kTypes), std::end(kTypes), type) == std::end(kTypes)) {
        return fail(ErrorCode::kError, "unknown datatype for " + name + ": \"" + type + '"');
      }
      if (type == "ANY") column.affinity = storage::Affinity::kBlob;
    }
    return {};
  }

  Expected<void> check_expressions() {
    BindContext context;
    context.functions = &functions_;
    context.arena = &arena_;
    context.sql = text_;
    for (const auto& [expr, column] : defaults_) {
      // A word is a string by now, unless it stood in parentheses.
      const bool is_truth = expr->quote == sql::Quote::kNone && (storage::equals_ignoring_case(expr->text, "true") ||
                                                                 storage::equals_ignoring_case(expr->text, "false"));
      const bool is_column = expr->kind == sql::ExprKind::kName && !is_truth;
      auto bound = bind_table_expression(*expr, made_.table, TableExpressionUse::kDefault, context);
      if (bound && !is_column) continue;
      if (is_column || bound.error().message.find("not constant") != std::string::npos) {
        return fail(ErrorCode::kError, "default value of column [" +
                                           made_.table.columns[static_cast<std::size_t>(column)].name +
                                           "] is not constant");
      }
      return Unexpected(bound.error());
    }
    for (const sql::Expr* check : checks_) {
      auto bound = bind_table_expression(*check, made_.table, TableExpressionUse::kCheck, context);
      if (!bound) return Unexpected(bound.error());
    }
    return check_generated(context);
  }

  // SQLite looks at all of them; what it said last is what it says.
  Expected<void> check_generated(const BindContext& context) {
    Expected<void> checked;
    for (const sql::Expr* expr : generated_) {
      auto bound = bind_table_expression(*expr, made_.table, TableExpressionUse::kGenerated, context);
      if (!bound) checked = Unexpected(bound.error());
    }
    if (generated_.size() == made_.table.columns.size()) {
      return fail(ErrorCode::kError, "must have at least one non-generated column");
    }
    return checked;
  }

  void finish_indexes() {
    TableDef& table = made_.table;
    for (IndexDef& index : made_.indexes) {
      if (table.without_rowid && index.origin == storage::IndexOrigin::kPrimaryKey) {
        index.is_table_itself = true;
        std::vector<storage::IndexColumn> kept;
        for (const storage::PrimaryKeyColumn& key : table.primary_key) {
          storage::IndexColumn column;
          column.column = key.column;
          column.collation = key.collation;
          column.descending = key.descending;
          kept.push_back(std::move(column));
        }
        index.key_columns = std::move(kept);
      }
    }
    for (IndexDef& index : made_.indexes) index.unique_not_null = storage::is_unique_not_null(index, table);
    if (table.without_rowid || table.strict) {
      for (const storage::PrimaryKeyColumn& key : table.primary_key) {
        if (key.column != table.rowid_alias)
          table.columns[static_cast<std::size_t>(key.column)].not_null = true;
      }
    }
    for (IndexDef& index : made_.indexes) storage::add_tail_columns(index, table);
  }

  const sql::CreateTable& create_;
  std::string_view text_;
  const FunctionRegistry& functions_;
  storage::Arena& arena_;
  TableDefinition made_;
  bool has_primary_key_ = false;
  /// INTEGER PRIMARY KEY of a WITHOUT ROWID table: no rowid alias after all, which SQLite finds out when all
  /// constraints have been read. So its index is the newest one.
  std::vector<KeyTerm> late_key_;
  sql::ConflictAction late_conflict_{};
  std::vector<const sql::Expr*> checks_;
  std::vector<std::pair<const sql::Expr*, int>> defaults_;
  std::vector<const sql::Expr*> generated_;
};

}  // namespace

Expected<ColumnDef> define_column(const sql::ColumnDefinition& column) {
  ColumnDef def;
  def.name = column.name.text;
  def.declared_type = column.type;
  const storage::TypeDescription type = storage::describe_type(column.type);
  def.affinity = type.affinity;
  def.width = type.width;
  bool is_key = false;
  for (const sql::ColumnConstraint& constraint : column.constraints) {
    switch (constraint.kind) {
      case sql::ColumnConstraintKind::kPrimaryKey:
        is_key = true;
        break;
      case sql::ColumnConstraintKind::kNotNull:
        def.not_null = true;
        def.not_null_conflict = conflict_action(constraint.conflict);
        break;
      case sql::ColumnConstraintKind::kDefault:
        if (def.generated != storage::GeneratedKind::kNone) {
          return fail(ErrorCode::kError, "cannot use DEFAULT on a generated column");
        }
        def.default_sql = std::string(constraint.text);
        break;
      case sql::ColumnConstraintKind::kCollate: {
        const auto collation = storage::find_collation(constraint.collation);
        if (!collation) {
          return fail(ErrorCode::kError, "no such collation sequence: " + std::string(constraint.collation));
        }
        def.collation = *collation;
        break;
      }
      case sql::ColumnConstraintKind::kGenerated:
        if (def.default_sql || def.generated != storage::GeneratedKind::kNone) {
          return fail(ErrorCode::kError, "error in generated column \"" + def.name + '"');
        }
        if (is_key) return fail(ErrorCode::kError, std::string(kGeneratedKey));
        def.generated =
            constraint.stored ? storage::GeneratedKind::kStored : storage::GeneratedKind::kVirtual;
        def.generated_sql = constraint.text;
        break;
      default:
        break;
    }
  }
  return def;
}

Expected<TableDefinition> define_table(const sql::CreateTable& create, storage::SchemaName schema,
                                       std::string_view text, const FunctionRegistry& functions,
                                       storage::Arena& arena) {
  return TableBuilder(create, schema, text, functions, arena).build();
}

}  // namespace leftmost::engine
