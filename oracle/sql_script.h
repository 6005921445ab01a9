// oracle/sql_script.h - cuts a .sql file into statements, as a shell would read it.
//
// SQLite itself says where a statement ends (sqlite3_complete), so that a trigger's inner semicolons do not count.
// Lines that start with a dot where a statement could start are commands of a shell: they are left out and counted.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace leftmost::oracle {

struct ScriptStatement {
  std::string_view sql;  ///< points into the script; with its semicolon if it has one
  std::size_t line = 0;  ///< of its first token, from 1
};

struct Script {
  std::vector<ScriptStatement> statements;
  std::size_t dot_commands = 0;
};

/// Never fails: text that is no SQL becomes statements that an engine refuses. White space and comments alone are no
/// statement. The script must outlive the result.
Script read_sql_script(std::string_view text);

}  // namespace leftmost::oracle
