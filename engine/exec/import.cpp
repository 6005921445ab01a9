#include "engine/exec/import.h"

#include <algorithm>

#include "engine/exec/change_action.h"
#include "engine/exec/create_index.h"
#include "engine/exec/index_build.h"
#include "engine/exec/statistics_table.h"
#include "engine/exec/table_definition.h"
#include "engine/sql/parser.h"
#include "storage/table_view.h"

namespace leftmost::engine {

using storage::SchemaName;
using storage::Value;

class Importer::Impl {
 public:
  explicit Impl(Database& database) : connection_(database.connection()) {}

  Expected<void> add_definition(const SchemaRow& row) {
    if (row.type == "index" && !row.sql) return {};  // made with its table
    if (!row.sql) return fail(ErrorCode::kCorrupt, "malformed database schema (" + row.name + ")");
    // The statement's own memory: texts and trees live as long as the importer works on this row.
    CompiledStatement statement;
    statement.text = *row.sql;
    auto parsed = sql::parse(statement.text, statement.arena);
    if (!parsed || parsed->statement == nullptr) {
      return fail(ErrorCode::kCorrupt, "malformed database schema (" + row.name + ")");
    }
    statement.relations = connection_.relations();
    const sql::Statement& syntax = *parsed->statement;
    if (row.type == "table" && syntax.kind == sql::StatementKind::kCreateTable) {
      return add_table(row, sql::as<sql::CreateTable>(syntax), statement);
    }
    if (row.type == "table" && syntax.kind == sql::StatementKind::kCreateVirtualTable) {
      return add_unsupported(row, "virtual table", "virtual tables");
    }
    if (row.type == "index" && syntax.kind == sql::StatementKind::kCreateIndex) {
      return add_index(row, sql::as<sql::CreateIndex>(syntax), statement);
    }
    if (row.type == "view" && syntax.kind == sql::StatementKind::kCreateView) {
      return add_view(row, sql::as<sql::CreateView>(syntax));
    }
    if (row.type == "trigger" && syntax.kind == sql::StatementKind::kCreateTrigger) {
      return add_trigger(row, sql::as<sql::CreateTrigger>(syntax));
    }
    return fail(ErrorCode::kCorrupt, "malformed database schema (" + row.name + ")");
  }

  void begin_rows(const storage::TableDef& table) {
    table_ = connection_.data().catalog.table(table.id);
    loader_.emplace(storage::table_shape(*table_));
    stored_.assign(storage::table_shape(*table_).columns, Value::null());
    primary_key_ =
        table_->without_rowid ? storage::primary_key_columns(*table_) : std::vector<storage::KeyColumn>();
  }

  Expected<void> add_row(std::int64_t rowid, std::span<const Value> values) {
    storage::stored_values(*table_, values, stored_);
    const std::string key = table_->without_rowid ? storage::primary_key(*table_, primary_key_, values)
                                                  : std::string(storage::RowidKey(rowid).view());
    if (!loader_->append(key, stored_)) {
      return fail(ErrorCode::kCorrupt, "rows of table " + table_->name + " are out of order");
    }
    return {};
  }

  void end_rows() {
    connection_.data().set_tree(table_->id, loader_->finish());
    loader_.reset();
    table_.reset();
  }

  Expected<void> finish(std::int64_t user_version) {
    connection_.schema_changed();
    for (const storage::TablePtr& table : connection_.data().catalog.tables(SchemaName::kMain)) {
      for (const storage::IndexPtr& index : connection_.data().catalog.indexes_of(table->id)) {
        if (auto built = build_index(connection_, index->id); !built) {
          Error error = built.error();
          if (error.code == ErrorCode::kConstraint) error.code = ErrorCode::kCorrupt;
          return Unexpected(std::move(error));
        }
      }
    }
    connection_.set_user_version(user_version);
    load_statistics(connection_, SchemaName::kMain);
    return {};
  }

  std::vector<storage::TablePtr> tables;
  std::vector<storage::UnsupportedDef> unsupported;

 private:
  Expected<void> add_unsupported(const SchemaRow& row, std::string kind, std::string reason) {
    storage::UnsupportedDef object;
    object.name = row.name;
    object.kind = std::move(kind);
    object.table_name = row.table_name;
    object.reason = std::move(reason);
    object.sql = row.sql.value_or("");
    unsupported.push_back(object);
    auto added = connection_.data().catalog.add_unsupported(std::move(object));
    if (!added) return Unexpected(added.error());
    return {};
  }

  // What was refused: not supported becomes an unsupported object; the rest too, named with its message.
  Expected<void> refuse(const SchemaRow& row, const Error& error) {
    constexpr std::string_view kPrefix = "not supported: ";
    std::string reason = error.message;
    if (reason.starts_with(kPrefix)) reason.erase(0, kPrefix.size());
    return add_unsupported(row, row.type, std::move(reason));
  }

  Expected<void> add_table(const SchemaRow& row, const sql::CreateTable& create,
                           CompiledStatement& statement) {
    auto defined =
        define_table(create, SchemaName::kMain, statement.text, connection_.functions(), statement.arena);
    if (!defined) return refuse(row, defined.error());
    defined->table.name = row.name;
    defined->table.sql = *row.sql;
    auto table = connection_.data().create_table(std::move(defined->table));
    if (!table) return Unexpected(table.error());
    for (storage::IndexDef& index : defined->indexes) {
      index.table_id = (*table)->id;
      auto created = connection_.data().create_index(std::move(index));
      if (!created) return Unexpected(created.error());
    }
    tables.push_back(*table);
    connection_.schema_changed();
    return {};
  }

  Expected<void> add_index(const SchemaRow& row, const sql::CreateIndex& create,
                           CompiledStatement& statement) {
    const storage::TablePtr table = connection_.data().catalog.find_table(row.table_name, SchemaName::kMain);
    if (!table) return add_unsupported(row, "index", "its table is not supported");
    auto index = define_index(create, *table, CompileContext{connection_, statement});
    if (!index) return refuse(row, index.error());
    index->name = row.name;
    index->sql = *row.sql;
    auto created = connection_.data().create_index(std::move(*index));
    if (!created) return Unexpected(created.error());
    connection_.schema_changed();
    return {};
  }

  Expected<void> add_view(const SchemaRow& row, const sql::CreateView& create) {
    storage::ViewDef view;
    view.name = row.name;
    for (const sql::Name& column : create.columns) view.column_names.emplace_back(column.text);
    view.sql = *row.sql;
    auto added = connection_.data().catalog.add_view(std::move(view));
    if (!added) return Unexpected(added.error());
    connection_.schema_changed();
    return {};
  }

  Expected<void> add_trigger(const SchemaRow& row, const sql::CreateTrigger& create) {
    storage::TriggerDef trigger;
    trigger.name = row.name;
    trigger.table_name = create.table.text;
    trigger.sql = *row.sql;
    auto added = connection_.data().catalog.add_trigger(std::move(trigger));
    if (!added) return Unexpected(added.error());
    connection_.schema_changed();
    return {};
  }

  Connection& connection_;
  storage::TablePtr table_;
  std::optional<storage::BulkLoader> loader_;
  std::vector<Value> stored_;
  std::vector<storage::KeyColumn> primary_key_;
};

Importer::Importer(Database& database) : impl_(std::make_unique<Impl>(database)) {}
Importer::~Importer() = default;
Expected<void> Importer::add_definition(const SchemaRow& row) { return impl_->add_definition(row); }
const std::vector<storage::TablePtr>& Importer::tables() const { return impl_->tables; }
const std::vector<storage::UnsupportedDef>& Importer::unsupported() const { return impl_->unsupported; }
void Importer::begin_rows(const storage::TableDef& table) { impl_->begin_rows(table); }
Expected<void> Importer::add_row(std::int64_t rowid, std::span<const Value> values) {
  return impl_->add_row(rowid, values);
}
void Importer::end_rows() { impl_->end_rows(); }
Expected<void> Importer::finish(std::int64_t user_version) { return impl_->finish(user_version); }

}  // namespace leftmost::engine
