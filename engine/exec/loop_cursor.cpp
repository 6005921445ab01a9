#include "engine/exec/loop_cursor.h"

#include "engine/exec/schema_rows.h"
#include "engine/exec/stream_builder.h"

namespace leftmost::engine {

std::unique_ptr<LoopCursor> make_loop_cursor(const planner::Loop& loop, StreamBuilder& builder) {
  using planner::AccessPath;
  const planner::Item& item = *loop.item;
  if (item.kind == planner::ItemKind::kTable) {
    builder.runtime().set_relation(item.id, *item.relation, builder.arena());
  }
  if (loop.access == AccessPath::kAutomaticIndex && item.kind != planner::ItemKind::kRow) {
    return make_automatic_index(loop, builder);
  }
  if (item.kind == planner::ItemKind::kFunction && loop.access != AccessPath::kMultiIndexOr) {
    return make_function_scan(loop, builder);
  }
  if (item.kind != planner::ItemKind::kTable && item.kind != planner::ItemKind::kFunction) return make_subquery_scan(loop, builder);
  // Searching sqlite_schema by rowid is a scan with its filters: it is made from the catalog anyway.
  if (is_schema_table(*item.relation->def)) return make_schema_scan(loop, builder);
  switch (loop.access) {
    case AccessPath::kTableScan:
      return make_table_scan(loop, builder);
    case AccessPath::kRowidSearch:
      return make_rowid_search(loop, builder);
    case AccessPath::kIndexScan:
    case AccessPath::kIndexSearch:
      return make_index_cursor(loop, builder);
    case AccessPath::kMultiIndexOr:
      return make_multi_index_or(loop, builder);
    case AccessPath::kAutomaticIndex:
    case AccessPath::kTableFunction:
      break;
  }
  return make_automatic_index(loop, builder);
}

}  // namespace leftmost::engine
