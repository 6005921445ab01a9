// advice/near_names.h - errors about names that are not there, with the one that was probably meant as hint.
#pragma once

#include <string_view>

#include "storage/catalog.h"
#include "storage/error.h"

namespace leftmost::advice {

/// `no such table: x`
Error no_such_table(const storage::Catalog& catalog, std::string_view name);
/// `no such index: x`
Error no_such_index(const storage::Catalog& catalog, std::string_view name);
/// `no such table or index: x`
Error no_such_tree(const storage::Catalog& catalog, std::string_view name);
/// Adds the hint to SQLite's words `no such table: x` and `no such column: x` about a definition that names
/// `table`.
void add_hint(const storage::Catalog& catalog, std::string_view table, Error& error);

}  // namespace leftmost::advice
