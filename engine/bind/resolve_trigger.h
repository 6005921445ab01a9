// engine/bind/resolve_trigger.h - the names in the body of a trigger, without binding its statements.
#pragma once

#include "engine/bind/binder.h"

namespace leftmost::engine {

/// Resolves what SQLite resolves of a trigger when ALTER TABLE tests the schema: expressions, FROM clauses
/// and targets, but neither the columns of INSERT and SET nor how many values there are. Requires:
/// context.trigger. Errors: those of names, with SQLite's texts.
Expected<void> resolve_trigger(const sql::CreateTrigger& trigger, const BindContext& context);

}  // namespace leftmost::engine
