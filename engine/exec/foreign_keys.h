// engine/exec/foreign_keys.h - PRAGMA foreign_keys: what the rows that a statement writes do to the foreign
// keys of their table.
//
// Violations are counted, not looked for, as SQLite does it (https://www.sqlite.org/foreignkeys.html; the
// order of things was asked of 3.40.1):
//
//   a child row comes     its parent is looked up; there is none: one violation more
//   a child row goes      ... none: one less
//   a parent row goes     the child table is searched; one more for each row that names it
//   a parent row comes    ... one less for each
//   then the actions      CASCADE, SET NULL, SET DEFAULT, RESTRICT: programs like those of triggers
//
// What takes one away is passed over while the count is 0. The statement's count must be 0 at its end, that
// of DEFERRABLE INITIALLY DEFERRED keys (ViolationCounts) when the transaction commits. Searching a child
// table is a loop with a plan, and a line of EXPLAIN QUERY PLAN; looking up a parent is not.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "engine/bind/binder.h"
#include "engine/exec/compiled_statement.h"
#include "engine/exec/parent_key.h"
#include "engine/exec/trigger_program.h"

namespace leftmost::engine {

/// Which change of which rows.
struct RowChange {
  const planner::Relation& relation;
  sql::TriggerEvent event{};
  /// kUpdate: the columns that are assigned to, as BoundAssignment has them.
  std::span<const int> assigned = {};
  /// The table is being dropped: what its keys refer to may be missing.
  bool is_drop = false;
  /// An INSERT of one row that does nothing else: it could only make good what immediate keys of other tables
  /// lack, and there is nothing of the kind before it.
  bool writes_one_row = false;
};

class ForeignKeys {
 public:
  ~ForeignKeys();
  /// None of them if PRAGMA foreign_keys is off or no key is concerned. Errors: `no such table: main.p`,
  /// `foreign key mismatch - ...`.
  static Expected<std::unique_ptr<ForeignKeys>> find(const RowChange& change, CompileContext context);

  const storage::TableDef& table() const { return *table_; }
  /// Whether it looks at this value of OLD and NEW (TriggerRows, counted from 0).
  bool reads(std::size_t value) const { return used_[value]; }

  // Requires for both: `rows` are OLD and NEW. False: an error is in `outer`.
  /// Before the old row is taken away.
  bool row_goes(std::span<const storage::Value> rows, Connection& connection, Runtime& outer);
  /// Before the new row is put in, the old one having been taken away.
  bool row_comes(std::span<const storage::Value> rows, Connection& connection, Runtime& outer);
  /// To be fired when the change is made, before AFTER triggers.
  std::span<TriggerProgram* const> actions() const { return actions_; }

  /// UPDATE: SQLite takes the row and all its index entries out before it puts the new one in.
  bool takes_row_out() const { return takes_row_out_; }
  /// Whether a violation can stop the statement, and not only the transaction.
  bool may_abort() const { return may_abort_; }
  /// The lines of EXPLAIN QUERY PLAN, behind those that the statement has.
  void print(CompiledStatement& statement) const;

 private:
  struct Lookup;
  struct Search;

  ForeignKeys(const RowChange& change, TriggerPrograms& programs);
  bool look_up(const Lookup& lookup, bool is_new, std::span<const storage::Value> rows,
               Connection& connection);
  bool search(Search& search, int step, std::span<const storage::Value> rows, Connection& connection,
              Runtime& outer);
  void count(bool deferred, std::int64_t step, Connection& connection);
  bool has_open_violations(bool deferred, Connection& connection) const;
  Expected<void> find_lookups(const RowChange& change, CompileContext context);
  Expected<void> find_searches(const RowChange& change, CompileContext context);

  storage::TablePtr table_;
  TriggerPrograms& programs_;
  std::vector<bool> used_;
  bool takes_row_out_ = false;
  bool may_abort_ = false;
  std::vector<Lookup> lookups_;
  std::vector<std::unique_ptr<Search>> old_searches_, new_searches_;
  std::vector<TriggerProgram*> actions_;
};

/// ForeignKeys::find(), kept by the statement; null: none.
Expected<ForeignKeys*> find_foreign_keys(const RowChange& change, CompileContext context);

}  // namespace leftmost::engine
