// engine/exec/trigger_names.h - what the body of a trigger may not say, looked for when it is created.
#pragma once

#include "engine/sql/syntax.h"
#include "storage/definitions.h"
#include "storage/error.h"

namespace leftmost::engine {

/// Errors: `trigger cannot use variables`; `trigger x cannot reference objects in database y`, unless it is
/// in temp.
Expected<void> check_trigger_names(const sql::CreateTrigger& create, storage::SchemaName schema);

}  // namespace leftmost::engine
