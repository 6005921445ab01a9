// oracle/fuzz/generator.h - random statements over a random schema.
//
// Every statement has one answer: no random(), no 'now'. What SQL leaves open (the order among equals, which
// rows a LIMIT takes, sums of reals) is compared where the plans agree, for then both engines visit the same
// rows in the same order.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "oracle/fuzz/piece.h"
#include "oracle/fuzz/random.h"
#include "oracle/fuzz/schema.h"

namespace leftmost::oracle::fuzz {

class Generator {
 public:
  /// Both must live as long as this.
  Generator(Random& random, Schema& schema) : random_(random), schema_(schema) {}

  /// A query of any kind.
  Step query();
  /// INSERT, UPDATE, DELETE of any kind.
  Step write();
  /// BEGIN, COMMIT, ROLLBACK, SAVEPOINT, RELEASE.
  Step transaction();
  /// CREATE TRIGGER, or DROP TRIGGER when there are enough.
  Step trigger();
  /// DDL, REINDEX, ANALYZE, PRAGMA. Changes the schema that the next statements are about.
  Step definition();

 private:
  /// Columns that an expression may name, written as it may write them: `a`, `x1.a`.
  using Scope = std::vector<std::string>;
  struct Source {
    Piece sql;
    std::string alias;
    std::vector<std::string> columns;
    std::vector<IndexedExpression> expressions;
  };

  // expression.cpp
  Piece value(const Scope& scope, int depth);
  Piece condition(const Scope& scope, int depth);
  Piece term(const Scope& scope, int depth);
  Piece column(const Scope& scope);
  Piece literal();

  // template.cpp
  Piece from_template(std::string_view text, const Scope& scope, int depth);
  Piece function_call(const Scope& scope, int depth);
  Piece aggregate(const Scope& scope, int depth);

  // window.cpp
  Piece windowed_value(const Scope& scope, bool of_groups);
  Piece window_order(const Scope& scope, bool of_groups, std::size_t terms_max);
  Piece window_frame(bool may_have_range_offset);
  Piece window_definition(const Scope& scope, bool of_groups, const std::string& base);
  /// `of_groups`: aggregates may stand in it. `names`: windows that the SELECT defines.
  Piece window_call(const Scope& scope, bool of_groups, const std::vector<std::string>& names);
  /// WINDOW; what it defines is added to `names`.
  Piece window_clause(const Scope& scope, bool of_groups, std::vector<std::string>& names);

  // select.cpp
  Source source(int depth, const Scope& before);
  Source json_source(const Scope& before);
  Piece from_clause(Scope& scope, std::size_t source_count, int depth, const Scope& outer);
  Piece core(std::size_t column_count, const Scope& outer, int depth, bool windowed = false);
  Step windowed_query();
  Piece order_by(const Scope& scope, std::size_t column_count, Piece* first = nullptr);
  Piece limit();
  Piece simple_select(std::size_t column_count, const Scope& outer, int depth);
  Piece compound(std::size_t column_count, int depth);
  Step with_query();

  // shape.cpp
  Step shaped_query();
  Source table_source();
  static Scope scope_of(const Source& source);
  Piece filter(const Source& source, const Scope& scope);
  Piece joined(std::vector<Source>& sources, std::size_t count);
  Step long_join();
  Step newest_of_group();
  Step lone_aggregate();
  Step keyset_page();
  Step or_of_ands();
  Step derived_table();
  Step long_compound();
  Step tree_walk();
  Step chained_ctes();
  Step correlated_change();

  // write.cpp
  Step insert();
  Step update();
  Step erase();
  Piece returning(const Table& table);
  Piece upsert(const Table& table);
  std::string assigned_column(const Table& table);

  // trigger.cpp
  Piece trigger_step(const Scope& rows);
  /// What may have changed when a write to the table is over.
  std::vector<std::string> checks_of(const Table& table) const;

  // definition.cpp
  Table& pick_mutable_table();
  void add_table(Table table);
  Step alter_table();
  Step create();
  Step drop();
  Step pragma();

  std::string new_alias() { return "x" + std::to_string(++alias_count_); }

  Random& random_;
  Schema& schema_;
  std::size_t alias_count_ = 0;
  std::size_t trigger_count_ = 0;
  bool triggers_are_recursive_ = false;
  std::size_t name_count_ = 0;  // of tables, columns, indexes made by definition()
};

}  // namespace leftmost::oracle::fuzz
