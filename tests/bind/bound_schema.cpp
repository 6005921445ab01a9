#include "tests/bind/bound_schema.h"

#include "engine/sql/parser.h"
#include "storage/collation.h"
#include "tests/catch.h"

namespace leftmost::testing {

namespace {

namespace sql = engine::sql;

storage::TableDef table_of(const sql::CreateTable& statement) {
  storage::TableDef table;
  table.schema = statement.temporary ? storage::SchemaName::kTemp : storage::SchemaName::kMain;
  table.name = statement.name.text;
  table.without_rowid = statement.without_rowid;
  for (const sql::ColumnDefinition& definition : statement.columns) {
    storage::ColumnDef column;
    column.name = definition.name.text;
    column.declared_type = definition.type;
    const storage::TypeDescription type = storage::describe_type(definition.type);
    column.affinity = type.affinity;
    column.width = type.width;
    for (const sql::ColumnConstraint& constraint : definition.constraints) {
      if (constraint.kind == sql::ColumnConstraintKind::kNotNull) column.not_null = true;
      if (constraint.kind == sql::ColumnConstraintKind::kCollate) {
        column.collation = *storage::find_collation(constraint.collation);
      }
      if (constraint.kind == sql::ColumnConstraintKind::kPrimaryKey) {
        column.in_primary_key = true;
        table.primary_key.push_back({static_cast<int>(table.columns.size()), column.collation, false});
        if (storage::equals_ignoring_case(definition.type, "INTEGER")) {
          table.rowid_alias = static_cast<int>(table.columns.size());
        }
        column.not_null = column.not_null || table.without_rowid;
      }
    }
    table.columns.push_back(std::move(column));
  }
  return table;
}

void add_index(storage::Catalog& catalog, const storage::TableDef& table, std::string name,
               std::vector<int> columns, bool unique) {
  storage::IndexDef index;
  index.schema = table.schema;
  index.name = std::move(name);
  index.table_id = table.id;
  index.unique = unique;
  for (const int column : columns) {
    storage::IndexColumn key;
    key.column = column;
    key.collation = table.columns[static_cast<std::size_t>(column)].collation;
    index.key_columns.push_back(key);
  }
  storage::add_tail_columns(index, table);
  REQUIRE(catalog.add_index(std::move(index)));
}

}  // namespace

BoundSchema::BoundSchema(std::string_view script) {
  REQUIRE(sqlite3_open(":memory:", &twin_) == SQLITE_OK);
  storage::Catalog catalog;
  storage::Statistics statistics;
  texts_.push_back(std::make_unique<std::string>(script));
  std::string_view rest = *texts_.back();
  REQUIRE(sqlite3_exec(twin_, texts_.back()->c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  while (true) {
    const auto parsed = sql::parse(rest, arena_);
    REQUIRE(parsed);
    if (parsed->statement == nullptr) break;
    const sql::Statement& statement = *parsed->statement;
    if (statement.kind == sql::StatementKind::kCreateTable) {
      const auto& create = sql::as<sql::CreateTable>(statement);
      const auto table = catalog.add_table(table_of(create));
      REQUIRE(table);
      statistics.add_table(**table);
      int number = 1;
      for (std::size_t i = 0; i < create.columns.size(); ++i) {
        for (const sql::ColumnConstraint& constraint : create.columns[i].constraints) {
          if (constraint.kind != sql::ColumnConstraintKind::kUnique) continue;
          add_index(catalog, **table, "sqlite_autoindex_" + (*table)->name + "_" + std::to_string(number++),
                    {static_cast<int>(i)}, true);
        }
      }
    } else if (statement.kind == sql::StatementKind::kCreateIndex) {
      const auto& create = sql::as<sql::CreateIndex>(statement);
      const storage::TablePtr table = catalog.find_table(create.table.text);
      REQUIRE(table);
      std::vector<int> columns;
      for (const sql::OrderTerm& term : create.columns)
        columns.push_back(table->find_column(term.expr->text));
      add_index(catalog, *table, std::string(create.name.text), columns, create.unique);
    } else {
      REQUIRE(statement.kind == sql::StatementKind::kCreateView);
      const auto& create = sql::as<sql::CreateView>(statement);
      storage::ViewDef view;
      view.name = create.name.text;
      view.sql = create.stored_text;
      for (const sql::Name& name : create.columns) view.column_names.emplace_back(name.text);
      REQUIRE(catalog.add_view(std::move(view)));
    }
    rest.remove_prefix(parsed->bytes_consumed);
  }
  relations_ = std::make_unique<engine::RelationCache>(catalog, statistics, &functions_);
}

BoundSchema::~BoundSchema() { sqlite3_close(twin_); }

Verdict BoundSchema::sqlite(std::string_view text) {
  Verdict verdict;
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(twin_, text.data(), static_cast<int>(text.size()), &statement, nullptr);
  if (code != SQLITE_OK) {
    verdict.error = sqlite3_errmsg(twin_);
    verdict.offset = sqlite3_error_offset(twin_);
  }
  for (int i = 0; i < sqlite3_column_count(statement); ++i) {
    verdict.names.emplace_back(sqlite3_column_name(statement, i));
    const char* type = sqlite3_column_decltype(statement, i);
    verdict.declared_types.emplace_back(type == nullptr ? "" : type);
  }
  sqlite3_finalize(statement);
  return verdict;
}

Verdict BoundSchema::ours(std::string_view text) {
  Verdict verdict;
  texts_.push_back(std::make_unique<std::string>(text));
  const auto parsed = sql::parse(*texts_.back(), arena_);
  const auto refuse = [&](const Error& error) {
    verdict.error = error.message;
    verdict.offset = error.sql_offset ? static_cast<int>(*error.sql_offset) : -1;
    verdict.not_supported = error.code == ErrorCode::kNotSupported;
  };
  if (!parsed) {
    refuse(parsed.error());
    return verdict;
  }
  const auto show = [&](const auto& columns) {
    for (const planner::ResultColumn& column : columns) {
      verdict.names.emplace_back(column.name);
      verdict.declared_types.emplace_back(column.declared_type);
    }
  };
  const engine::BindContext context{relations_.get(), &functions_, &arena_, *texts_.back()};
  const sql::Statement& statement = *parsed->statement;
  switch (statement.kind) {
    case sql::StatementKind::kSelect: {
      const auto bound = engine::bind_select(*sql::as<sql::SelectStatement>(statement).select, context);
      bound ? show((*bound)->columns) : refuse(bound.error());
      break;
    }
    case sql::StatementKind::kInsert: {
      const auto bound = engine::bind_insert(sql::as<sql::Insert>(statement), context);
      bound ? show(bound->returning.columns) : refuse(bound.error());
      break;
    }
    case sql::StatementKind::kUpdate: {
      const auto bound = engine::bind_update(sql::as<sql::Update>(statement), context);
      bound ? show(bound->returning.columns) : refuse(bound.error());
      break;
    }
    default: {
      REQUIRE(statement.kind == sql::StatementKind::kDelete);
      const auto bound = engine::bind_delete(sql::as<sql::Delete>(statement), context);
      bound ? show(bound->returning.columns) : refuse(bound.error());
    }
  }
  return verdict;
}

planner::Select* BoundSchema::select(std::string_view text) {
  texts_.push_back(std::make_unique<std::string>(text));
  const auto parsed = sql::parse(*texts_.back(), arena_);
  REQUIRE(parsed);
  const engine::BindContext context{relations_.get(), &functions_, &arena_, *texts_.back()};
  const auto bound = engine::bind_select(*sql::as<sql::SelectStatement>(*parsed->statement).select, context);
  REQUIRE(bound);
  return *bound;
}

}  // namespace leftmost::testing
