// engine/bind/view_table.h - a view as INSTEAD OF triggers see it: a table with the view's columns and a
// rowid.
#pragma once

#include "engine/bind/binder.h"
#include "engine/bind/relation_cache.h"

namespace leftmost::engine {

/// Columns have the names, declared types, affinities and collations of the view's result. Made once per
/// schema version (RelationCache::add_view_table()); the id is in no catalog. Errors: those of binding the
/// view.
Expected<storage::TablePtr> view_table(const storage::ViewPtr& view, const BindContext& context);
/// Whether a table is the view_table() of a view.
bool is_view_table(const storage::TableDef& table);

}  // namespace leftmost::engine
