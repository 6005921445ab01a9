// oracle/loading.h - reads a whole SQLite database through a twin into an engine of ours.
//
// Definitions are the SQL texts of sqlite_schema in their order (which decides between indexes of equal
// cost), rows come in key order, sqlite_stat1 comes along. What our engine cannot hold (a virtual table, a
// view with window functions, ...) is left out and named; a table that such a thing hangs on can be read but
// not written here.
#pragma once

#include <string>
#include <vector>

#include "engine/database.h"
#include "oracle/twin.h"
#include "storage/error.h"

namespace leftmost::oracle {

/// One thing of a file that our engine does not hold.
struct Unheld {
  std::string kind;  ///< `view`, `virtual table`, `table`, `index`
  std::string name;
  std::string table;   ///< what it hangs on, its own name if nothing
  std::string reason;  ///< `not supported: ...`
};

/// Requires: `to` is empty. Reads in one transaction of the twin's (unless it is in one already), so that the
/// data are of one moment. Errors: SQLite's while reading (kBusy, kCorrupt, kIoError ...); `not supported:
/// ...` for a database in UTF-16, whose texts sort otherwise.
Expected<std::vector<Unheld>> load_database(Twin& from, engine::Database& to);

}  // namespace leftmost::oracle
