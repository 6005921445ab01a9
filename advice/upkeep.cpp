#include "advice/upkeep.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/sql/parser.h"
#include "storage/database_state.h"

namespace leftmost::advice {
namespace {

using engine::sql::StatementKind;

struct Write {
  StatementKind kind{};
  const engine::sql::Target* target = nullptr;
  std::vector<std::string_view> columns_set;  // of an UPDATE
  const engine::sql::Insert* insert = nullptr;
};

Write write_of(const engine::sql::Statement& statement) {
  Write write;
  write.kind = statement.kind;
  if (statement.kind == StatementKind::kInsert) {
    write.insert = static_cast<const engine::sql::Insert*>(&statement);
    write.target = &write.insert->target;
  } else if (statement.kind == StatementKind::kDelete) {
    write.target = &static_cast<const engine::sql::Delete&>(statement).target;
  } else if (statement.kind == StatementKind::kUpdate) {
    const auto& update = static_cast<const engine::sql::Update&>(statement);
    write.target = &update.target;
    for (const engine::sql::Assignment& assignment : update.assignments) {
      for (const engine::sql::Name& name : assignment.columns) write.columns_set.push_back(name.text);
    }
  }
  return write;
}

class Survey {
 public:
  Survey(const storage::Catalog& catalog, const storage::TableDef& table, const Write& write,
         std::string_view sql)
      : catalog_(catalog), table_(table), write_(write), sql_(sql) {}

  std::vector<Upkeep> run() {
    for (const storage::IndexPtr& index : catalog_.indexes_of(table_.id)) look_at(*index);
    if (write_.kind != StatementKind::kDelete) {
      look_at_checks();
      for (const storage::ForeignKeyDef& key : table_.foreign_keys) look_at_parent(key);
    }
    if (write_.insert != nullptr) look_at_upserts();
    return std::move(found_);
  }

 private:
  void add(std::string_view kind, std::string subject, std::string text) {
    found_.push_back({std::string(kind), std::move(subject), std::move(text)});
  }
  std::string name_of(int column) const {
    return column < 0 ? std::string("an expression") : table_.columns[static_cast<std::size_t>(column)].name;
  }
  std::string columns_of(const storage::IndexDef& index) const {
    std::string names;
    for (const storage::IndexColumn& column : index.key_columns)
      names += (names.empty() ? "" : ", ") +
               (column.column == storage::kExpressionColumn ? column.expression_sql : name_of(column.column));
    return names;
  }
  bool is_set(int column) const {
    return std::any_of(write_.columns_set.begin(), write_.columns_set.end(), [&](std::string_view name) {
      return storage::equals_ignoring_case(name, table_.columns[static_cast<std::size_t>(column)].name);
    });
  }
  /// Every entry of every index ends with the rowid.
  bool sets_rowid() const {
    if (table_.without_rowid) return false;
    if (table_.rowid_alias >= 0 && is_set(table_.rowid_alias)) return true;
    return std::any_of(write_.columns_set.begin(), write_.columns_set.end(), [&](std::string_view name) {
      const bool is_rowid = storage::equals_ignoring_case(name, "rowid") ||
                            storage::equals_ignoring_case(name, "_rowid_") ||
                            storage::equals_ignoring_case(name, "oid");
      return is_rowid && table_.find_column(name) < 0;
    });
  }
  /// An UPDATE leaves an index alone that holds none of the columns it sets; of expressions and conditions
  /// that is not asked.
  bool is_touched(const storage::IndexDef& index) const {
    if (write_.kind != StatementKind::kUpdate || index.where_sql || sets_rowid()) return true;
    const auto touches = [&](const storage::IndexColumn& column) {
      return column.column == storage::kExpressionColumn || (column.column >= 0 && is_set(column.column));
    };
    return std::any_of(index.key_columns.begin(), index.key_columns.end(), touches) ||
           std::any_of(index.tail_columns.begin(), index.tail_columns.end(), touches);
  }

  void look_at(const storage::IndexDef& index) {
    if (!is_touched(index)) return;
    const std::string some =
        index.where_sql ? fmt::format(" if it meets {}", *index.where_sql) : std::string();
    if (!index.is_table_itself) {
      const std::string_view does = write_.kind == StatementKind::kDelete   ? "loses its entry in"
                                    : write_.kind == StatementKind::kUpdate ? "gets another entry in"
                                                                            : "gets an entry in";
      add("index", index.name,
          fmt::format("each row {} {} ({}){}", does, index.name, columns_of(index), some));
    }
    if (index.unique && write_.kind != StatementKind::kDelete)
      add("unique", index.name,
          fmt::format("{} is searched for each row: no two may agree in {}{}", index.name, columns_of(index),
                      some));
  }
  void look_at_checks() {
    if (table_.checks.empty()) return;
    add("check", table_.name,
        table_.checks.size() == 1
            ? fmt::format("each row is tested by CHECK ({})", table_.checks.front().sql)
            : fmt::format("each row is tested by {} CHECK conditions", table_.checks.size()));
  }
  void look_at_parent(const storage::ForeignKeyDef& key) {
    std::string names;
    for (const int column : key.columns) names += (names.empty() ? "" : ", ") + name_of(column);
    if (write_.kind == StatementKind::kUpdate &&
        std::none_of(key.columns.begin(), key.columns.end(), [&](int column) { return is_set(column); }))
      return;
    add("foreign-key", key.parent_table,
        fmt::format("with PRAGMA foreign_keys on, {} is searched for each row's {}", key.parent_table,
                    names));
  }
  void look_at_upserts() {
    for (const engine::sql::Upsert& upsert : write_.insert->upserts) {
      const std::string_view does = upsert.do_nothing ? "is left out" : "becomes an UPDATE of that one";
      if (upsert.target.empty()) {
        add("upsert", table_.name,
            fmt::format("ON CONFLICT: a row that meets one with an equal key {}", does));
        continue;
      }
      std::string names;
      for (const engine::sql::OrderTerm& term : upsert.target) {
        if (term.expr == nullptr || term.expr->span.end > sql_.size()) continue;
        const engine::sql::Span span = term.expr->span;
        names += (names.empty() ? "" : ", ") + std::string(sql_.substr(span.begin, span.end - span.begin));
      }
      add("upsert", table_.name,
          fmt::format("ON CONFLICT ({}): a row that meets one with equal {} {}", names, names, does));
    }
  }

  const storage::Catalog& catalog_;
  const storage::TableDef& table_;
  const Write& write_;
  std::string_view sql_;
  std::vector<Upkeep> found_;
};

}  // namespace

std::vector<Upkeep> upkeep_of(const engine::Database& database, std::string_view sql) {
  storage::Arena arena;
  const auto parsed = engine::sql::parse(sql, arena);
  if (!parsed || parsed->statement == nullptr) return {};
  const Write write = write_of(*parsed->statement);
  if (write.target == nullptr) return {};
  const storage::Catalog& catalog = database.state().catalog;
  const storage::TablePtr table = catalog.find_table(write.target->name.text);
  if (table == nullptr) return {};
  return Survey(catalog, *table, write, sql).run();
}

}  // namespace leftmost::advice
