// engine/exec/table_writer.h - one row of a table with all its index entries: checked, put in, changed, taken
// out.
//
// check() looks at every constraint in SQLite's order and touches nothing; store() then cannot fail. So a
// statement about a single row needs no way back.
//
//   generated columns are computed, NOT NULL by column, CHECK in order, rowid, the types of a STRICT table,
//   then unique indexes, newest first (those with REPLACE last) (https://www.sqlite.org/lang_conflict.html)
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/bind/relation_cache.h"
#include "engine/exec/item_row.h"
#include "engine/exec/stream_builder.h"
#include "storage/table_view.h"

namespace leftmost::engine {

/// All values of a row in table order; the rowid alias holds the rowid, VIRTUAL columns nothing:
/// ItemRow::set_stored_values() computes them where they are asked for. Bytes belong to whoever filled it.
struct RowImage {
  std::vector<storage::Value> values;
  std::int64_t rowid = 0;
  bool has_rowid = true;  ///< false: rows of a view in UPDATE ... FROM
};

/// Whether a column of a STRICT table, declared as `type`, may hold this value; its affinity has been
/// applied.
bool is_of_strict_type(std::string_view type, const storage::Value& value);

class TableWriter {
 public:
  /// Constraint actions of INSERT OR x, UPDATE OR x.
  using Action = storage::ConflictAction;

  /// What became of a checked row.
  enum class Verdict : std::uint8_t { kStore, kSkip, kFail, kUpsert };
  struct Check {
    Verdict verdict = Verdict::kStore;
    Action action = Action::kAbort;            ///< kFail: which one the failed constraint asks for
    Error error;                               ///< kFail
    bool is_datatype = false;                  ///< kFail: a value of the wrong type in a STRICT table
    std::vector<std::string> replaced;         ///< kStore: keys of rows that go first
    const storage::IndexDef* index = nullptr;  ///< kUpsert: whose conflict it was, null: the rowid's
    std::size_t upsert = 0;                    ///< kUpsert: number of the clause
    std::string conflicting_key;               ///< kUpsert: the row that is there
  };
  /// ON CONFLICT clauses that a conflict can be about, in the order written.
  struct UpsertTarget {
    const storage::IndexDef* index = nullptr;
    bool on_rowid = false;
    bool any() const { return index == nullptr && !on_rowid; }
  };

  /// `relation` and `expressions` outlive the writer.
  TableWriter(const planner::Relation& relation, const TableExpressions& expressions, StreamBuilder& builder);

  const storage::TableDef& table() const { return *relation_.def; }
  /// The DEFAULT of a column; null: NULL.
  const Program* default_of(std::size_t column) const {
    return defaults_.empty() ? nullptr : defaults_[column];
  }
  /// Rows that REPLACE takes away have triggers: `replacer` removes each as soon as it is found (false: the
  /// statement has failed), Check::replaced stays empty, and what the triggers put in the way of the row is
  /// an error.
  using Replacer = std::function<bool(const std::string& key)>;
  void set_replacer(Replacer replacer) { replacer_ = std::move(replacer); }
  /// Key of a row in the table's tree.
  std::string key_of(const RowImage& row) const;
  /// The row with this key, values still in the tree's pages; false if there is none.
  bool read(const storage::DatabaseState& state, std::string_view key, RowImage& row) const;

  /// NOT NULL, CHECK and uniqueness of a row to be stored. `old_key`: of the row that it takes the place of.
  /// STORED columns, and default values that NOT NULL ON CONFLICT REPLACE puts in, are written to `row`;
  /// their bytes stay until the next check.
  Check check(const storage::DatabaseState& state, RowImage& row, std::optional<std::string_view> old_key,
              Action action, std::span<const UpsertTarget> upserts = {});

  /// When SQLite tests the types of a STRICT table: before the first CHECK that it tests, else before the
  /// first index that it keeps up. Where there is neither it does so when it makes the record, and forgets
  /// STORED columns.
  struct TypeTests {
    bool before_checks = false;
    bool before_indexes = false;
  };
  /// What the statement tests and keeps up; at first all that there is.
  void set_type_tests(TypeTests tests) { tests_ = tests; }

  /// STORED columns are written to `row`, as check() does it: BEFORE triggers see them. False after an error.
  bool compute_generated(RowImage& row);

  // Requires: check() said kStore, and the rows it named were erased. False if an expression of an index
  // fails; the row and its entries are then as they were.
  bool insert(storage::DatabaseState& state, const RowImage& row);
  bool update(storage::DatabaseState& state, std::string_view old_key, const RowImage& row);
  /// Removes the row with this key and its entries; false if there is none.
  bool erase(storage::DatabaseState& state, std::string_view key);
  /// Removes all rows. How many there were.
  std::uint64_t clear(storage::DatabaseState& state);

  /// The entry of index number `index` for `row`; false if the row is not in that (partial) index or after an
  /// error.
  bool make_entry(std::size_t index, const RowImage& row, storage::IndexEntry& entry);
  std::size_t index_count() const { return indexes_.size(); }
  const storage::IndexDef& index(std::size_t number) const { return *indexes_[number].def; }

 private:
  struct Index {
    const storage::IndexDef* def;
    const storage::IndexLayout* layout;
    std::span<const storage::KeyColumn> columns;  // of the tree's keys
    std::vector<const Program*> expressions;  // per key column, null for plain ones; empty if all are plain
    const Program* where = nullptr;
    bool is_table = false;
  };

  struct Entry {
    storage::IndexEntry entry;
    bool is_in_index = false;
  };

  /// A generated column; only STORED ones have a program here.
  struct Generated {
    std::size_t column = 0;
    const Program* program = nullptr;
  };

  bool make_entries(const RowImage& row, std::vector<Entry>& entries);
  void put_self(const RowImage& row);
  bool is_in_index(const Index& index, const RowImage& row);
  storage::Value entry_value(const Index& index, std::size_t position, const RowImage& row);
  Error unique_error(const storage::IndexDef* index) const;
  storage::Value value_of(std::size_t column, const RowImage& row);
  bool check_types(const RowImage& row, bool with_generated, Check& check);
  bool check_not_null(RowImage& row, Action action, Check& check);
  bool check_not_null(std::size_t column, Action wanted, RowImage& row, Check& check);
  bool check_expressions(const RowImage& row, Action action, Check& check);
  bool check_rowid(const storage::DatabaseState& state, const RowImage& row,
                   std::optional<std::string_view> old_key, Action action,
                   std::span<const UpsertTarget> upserts, Check& check);
  bool check_constraints(const storage::DatabaseState& state, RowImage& row,
                         std::optional<std::string_view> old_key, Action action,
                         std::span<const UpsertTarget> upserts, Check& check);
  bool check_again(const storage::DatabaseState& state, const RowImage& row,
                   std::optional<std::string_view> old_key, Action action, Check& check);
  bool check_index(const storage::DatabaseState& state, const Index& index, const RowImage& row,
                   std::optional<std::string_view> old_key, Action action,
                   std::span<const UpsertTarget> upserts, Check& check);
  bool resolve(const storage::IndexDef* index, std::string conflicting_key, Action action, Action declared,
               std::span<const UpsertTarget> upserts, Check& check);

  const planner::Relation& relation_;
  Runtime& runtime_;
  storage::LookasideVector<Index> indexes_;  // in checking order
  TypeTests tests_;
  std::vector<Generated> generated_;  // in the order in which they are computed
  std::vector<const Program*> checks_;
  std::vector<const Program*> defaults_;  // per column; empty if there is none
  std::vector<storage::KeyColumn> primary_key_;
  storage::LookasideVector<storage::Value> stored_;
  std::vector<storage::Value> entry_values_;
  std::vector<Entry> old_entries_, new_entries_;
  storage::Arena made_bytes_;  // of values that check() puts in
  Replacer replacer_;
  bool has_replaced_ = false;  // the row at hand made the replacer remove rows
};

}  // namespace leftmost::engine
