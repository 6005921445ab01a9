// advice/parameters.h - values for the parameters of a statement, as people write them.
#pragma once

#include <string_view>

#include "engine/database.h"
#include "storage/error.h"
#include "storage/value.h"

namespace leftmost::advice {

/// What a SQL expression without tables says: 1, 'x', x'00', NULL, date('now'). Errors: those of the
/// expression.
Expected<storage::OwnedValue> value_of_sql(std::string_view expression);

/// Number of the parameter with this name (with its prefix; `?` and `?3` as ?1, ?3); 0 if the statement has
/// none such.
int parameter_number(const engine::Statement& statement, std::string_view name);

}  // namespace leftmost::advice
