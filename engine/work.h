// engine/work.h - what running a statement cost, in logical steps: what SQLite's loops would step onto.
// Batches, prefetching and counting shortcuts of ours never change these numbers.
//
// full-scan steps, sorts and rows of automatic indexes are counted as sqlite3_stmt_status() counts them, so
// that they can be compared (https://www.sqlite.org/c3ref/c_stmtstatus_counter.html): a full-scan step is a
// step from one row to the next in a loop that no condition narrows.
#pragma once

#include <cstdint>
#include <vector>

namespace leftmost::engine {

/// What the loop over one table reference did: all arms of a multi-index OR, both passes of a RIGHT JOIN, and
/// the reading that an automatic index is made of.
struct ItemWork {
  std::uint64_t runs = 0;           ///< how often the loop began
  std::uint64_t rows_visited = 0;   ///< rows and index entries stepped onto, once each even with a look-up
  std::uint64_t index_entries = 0;  ///< of these, index entries
  std::uint64_t table_lookups = 0;  ///< table rows fetched through an index entry
  std::uint64_t rows_passed = 0;    ///< rows that met every condition that is tested at this loop
  std::uint64_t seeks = 0;          ///< descents from a root
  std::uint64_t pages_read = 0;
  std::uint64_t fullscan_steps = 0;        ///< as SQLITE_STMTSTATUS_FULLSCAN_STEP counts
  std::uint64_t automatic_index_rows = 0;  ///< as SQLITE_STMTSTATUS_AUTOINDEX counts
};

struct Work {
  // Sums over `items`, and what belongs to no table reference: the trees that a change writes to, and all
  // that its triggers do.
  std::uint64_t rows_visited = 0;
  std::uint64_t index_entries = 0;
  std::uint64_t table_lookups = 0;
  std::uint64_t seeks = 0;
  std::uint64_t pages_read = 0;
  std::uint64_t fullscan_steps = 0;
  std::uint64_t automatic_index_rows = 0;

  std::uint64_t rows_returned = 0;
  std::uint64_t sorts = 0;  ///< as SQLITE_STMTSTATUS_SORT counts
  std::uint64_t temporary_rows =
      0;  ///< rows kept aside: sorted, grouped, seen by DISTINCT, of stored subqueries and lists
  std::uint64_t sorted_rows = 0;    ///< of these, rows put in order by a sort
  std::uint64_t repeated_rows = 0;  ///< rows that DISTINCT found in its temporary b-tree already
  std::vector<ItemWork> items;      ///< by planner::ItemId
};

}  // namespace leftmost::engine
