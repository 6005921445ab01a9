// oracle/fuzz/schema.h - random tables, indexes, views, rows and statistics.
//
// Few names and few values, so that joins find partners, unique columns collide and every second index fits a
// query; among the values are those where types meet: 2^53 and its neighbours, -0.0, numbers as text, empty
// text and blobs, NULL.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "oracle/fuzz/piece.h"
#include "oracle/fuzz/random.h"

namespace leftmost::oracle::fuzz {

/// One statement of a case, and what kind it is counted as.
struct Step {
  std::string kind;
  Piece sql;
  std::vector<std::string>
      checks;  ///< queries whose rows must be the same afterwards: the table that it writes
};

/// `before` column `between` second `after`, as an index has it.
struct IndexedExpression {
  std::string before, column, between, second, after;
};

struct Table {
  std::string name;
  std::vector<std::string> columns;
  bool has_rowid = true;
  bool is_view = false;
  std::vector<std::string> generated;  ///< some of the columns
  /// Of a STRICT table: the type of each column; without it most rows would be refused.
  std::map<std::string, std::string> types;
  std::vector<std::vector<std::string>> unique;  ///< column lists that an UPSERT may name
  std::vector<std::string> indexes;
  std::vector<IndexedExpression> expressions;  ///< that indexes are on

  /// The columns that INSERT and UPDATE may name.
  std::vector<std::string> written() const;
  bool is_strict() const { return !types.empty(); }
};

struct Schema {
  std::vector<Table> tables;  ///< views last
  std::vector<Step> steps;    ///< what makes them

  /// Not a view.
  const Table& pick_table(Random& random) const;
};

std::string random_literal(Random& random);
/// Mostly of a type that the column takes.
std::string random_literal(Random& random, const Table& table, const std::string& column);

/// 1 to 4 tables, with indexes, rows, perhaps a view, perhaps statistics of ANALYZE or written by hand.
Schema random_schema(Random& random);

}  // namespace leftmost::oracle::fuzz
