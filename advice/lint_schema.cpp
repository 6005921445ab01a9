#include "advice/lint_schema.h"

#include <fmt/format.h>

#include <algorithm>

#include "advice/index_upkeep.h"
#include "advice/runs.h"
#include "storage/catalog.h"

namespace leftmost::advice {
namespace {

bool same_column(const storage::IndexColumn& a, const storage::IndexColumn& b) {
  return a.column == b.column && a.expression_sql == b.expression_sql && a.collation == b.collation &&
         a.descending == b.descending;
}

/// Everything that `index` can be searched for, `longer` can be searched for as well.
bool is_prefix(const storage::IndexDef& index, const storage::IndexDef& longer) {
  if (longer.is_table_itself || index.key_columns.size() > longer.key_columns.size()) return false;
  if (index.where_sql != longer.where_sql) return false;
  return std::equal(index.key_columns.begin(), index.key_columns.end(), longer.key_columns.begin(),
                    same_column);
}

Finding finding_about(const char* code, const storage::TableDef& table, const std::string& index,
                      std::string text) {
  Finding finding;
  finding.code = code;
  finding.table = table.name;
  finding.index = index;
  finding.text = std::move(text);
  if (!index.empty()) finding.help = fmt::format("DROP INDEX {};", sql_name(index));
  return finding;
}

/// Only the shorter of two; of two equal ones only the later.
const storage::IndexDef* longer_one(const storage::IndexDef& index,
                                    const std::vector<storage::IndexPtr>& all) {
  for (const storage::IndexPtr& other : all) {
    if (other->id == index.id || !is_prefix(index, *other)) continue;
    const bool is_equal = other->key_columns.size() == index.key_columns.size();
    if (!is_equal || !is_droppable(*other) || other->schema_order < index.schema_order) return other.get();
  }
  return nullptr;
}

void look_at_table(const storage::TableDef& table, const std::vector<storage::IndexPtr>& indexes,
                   const std::set<std::string>& used, std::vector<Finding>& findings) {
  for (const storage::IndexPtr& index : indexes) {
    if (!is_droppable(*index)) continue;
    const storage::IndexDef* longer = longer_one(*index, indexes);
    // Where nobody uses the longer one, it is that one that can go.
    if (longer != nullptr && (used.count(longer->name) != 0 || !is_droppable(*longer))) {
      findings.push_back(finding_about(
          "redundant-prefix-index", table, index->name,
          longer->key_columns.size() == index->key_columns.size()
              ? fmt::format("{} has the same columns as {}", index->name, longer->name)
              : fmt::format(
                    "the columns of {} are the first columns of {}: whatever it finds, that one finds",
                    index->name, longer->name)));
    } else if (used.count(index->name) == 0 && !serves_foreign_key(table, *index)) {
      findings.push_back(finding_about("unused-index", table, index->name,
                                       fmt::format("no statement uses {} of {}", index->name, table.name)));
    }
  }
}

std::set<std::string> tables_with_statistics(oracle::Session& session) {
  std::set<std::string> tables;
  auto rows = session.twin()->run("SELECT DISTINCT lower(tbl) FROM sqlite_stat1");
  if (!rows) return tables;  // there is no such table
  for (const storage::Row& row : rows->rows) {
    if (row.front().view().is_text()) tables.insert(std::string(row.front().view().as_bytes()));
  }
  return tables;
}

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

}  // namespace

std::vector<Finding> findings_about_schema(oracle::Session& session, const std::set<std::string>& used) {
  std::vector<Finding> findings;
  const storage::Catalog& catalog = session.database().catalog();
  const std::set<std::string> analysed = tables_with_statistics(session);
  std::vector<std::string> unknown;
  for (const storage::TablePtr& table : catalog.tables(storage::SchemaName::kMain)) {
    const std::vector<storage::IndexPtr> indexes = catalog.indexes_of(table->id);
    look_at_table(*table, indexes, used, findings);
    const bool has_index = std::any_of(indexes.begin(), indexes.end(), [](const storage::IndexPtr& index) {
      return !index->is_table_itself;
    });
    if (has_index && analysed.count(lower(table->name)) == 0) unknown.push_back(table->name);
  }
  if (unknown.empty()) return findings;
  Finding finding;
  finding.code = "statistics-missing";
  finding.help = "ANALYZE;";
  if (analysed.empty()) {
    finding.text = "there are no statistics: the planner guesses that every table has a million rows";
  } else {
    std::string names;
    for (const std::string& name : unknown) names += (names.empty() ? "" : ", ") + name;
    finding.text = fmt::format("there are no statistics of {}", names);
    if (unknown.size() == 1) finding.table = unknown.front();
  }
  findings.push_back(std::move(finding));
  return findings;
}

}  // namespace leftmost::advice
