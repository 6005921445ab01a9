// engine/exec/rename_in_sql.h - the stored CREATE statements after a table or column got another name.
//
//   CREATE VIEW v AS SELECT t.a FROM t        t -> "s"        CREATE VIEW v AS SELECT "s".a FROM "s"
//
// Only the tokens that mean the table or column are exchanged, all other bytes stay, as SQLite does it
// (https://www.sqlite.org/lang_altertable.html). In tables and indexes there is one table that names can be
// about. In a view there may be many, and aliases, subqueries and common table expressions besides: there the
// binder says what each name means (ResolvedName).
#pragma once

#include <span>
#include <string>

#include "engine/bind/binder.h"
#include "engine/sql/syntax.h"
#include "storage/definitions.h"

namespace leftmost::engine {

/// What gets another name: a table, or (column not empty) one of its columns.
struct Renaming {
  storage::TablePtr table;  ///< as it is before
  std::string column;
  std::string new_name;
  bool quoted = false;  ///< the new name is written in quotes wherever it stands
};

/// The text of a CREATE TABLE (of this table or any other), CREATE INDEX (on this table) or CREATE VIEW after
/// the renaming; the same text where nothing changes. `names`: what a view's names mean, before the renaming.
/// Errors: kCorrupt - the text cannot be parsed.
Expected<std::string> rename_in_sql(const std::string& sql, const Renaming& renaming,
                                    std::span<const ResolvedName> names);

/// The same of a CREATE TRIGGER. `is_own`: it is on the renamed table.
Expected<std::string> rename_in_trigger(const std::string& sql, const Renaming& renaming, bool is_own,
                                        std::span<const ResolvedName> names);

}  // namespace leftmost::engine
