// shell/schema_list.h - what sqlite_schema lists, read from our catalog, for the commands that show it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/catalog.h"

namespace leftmost::shell {

struct SchemaObject {
  std::string type;   ///< `table`, `index`, `view`, `trigger`
  std::string name;
  std::string table;  ///< the table that it is, or hangs on
  std::string sql;    ///< empty for the indexes that constraints make
  bool is_temporary = false;
  bool is_held = true;  ///< false: our engine lists it and cannot read it
};

/// In schema order: main's, then temp's.
std::vector<SchemaObject> schema_objects(const storage::Catalog& catalog);

/// `sqlite_...`, as LIKE 'sqlite_%' understands it.
bool is_internal_name(std::string_view name);

/// A CREATE statement with its semicolon, as .schema and .dump print it: a comment at its end is closed first, and a
/// quoted table's becomes CREATE TABLE IF NOT EXISTS.
std::string definition_line(std::string_view sql);

}  // namespace leftmost::shell
