#include "engine/bind/view_table.h"

#include "planner/comparison.h"

namespace leftmost::engine {
namespace {

// Above the ids of all tables that there are, below those of the schema tables.
constexpr storage::ObjectId kFirstViewTable = 0xC000'0000;

}  // namespace

bool is_view_table(const storage::TableDef& table) {
  return table.id >= kFirstViewTable && table.id < kMainSchemaTable;
}

Expected<storage::TablePtr> view_table(const storage::ViewPtr& view, const BindContext& context) {
  if (storage::TablePtr made = context.relations->view_table(*view)) return made;
  sql::FromItem item;
  item.schema.text = view->schema == storage::SchemaName::kMain ? "main" : "temp";
  item.name.text = view->name;
  sql::ResultColumn star;
  star.kind = sql::ResultColumnKind::kStar;
  sql::Select all;
  all.columns = std::span(&star, 1);
  all.from = std::span(&item, 1);
  storage::Arena arena;
  BindContext inner = context;
  inner.arena = &arena;
  inner.trigger = nullptr;
  inner.resolved_names = nullptr;
  const auto bound = bind_select(all, inner);
  if (!bound) return Unexpected(bound.error());
  storage::TableDef table;
  table.id = kFirstViewTable + view->id;
  table.schema = view->schema;
  table.name = view->name;
  for (const planner::ResultColumn& column : (*bound)->columns) {
    storage::ColumnDef& def = table.columns.emplace_back();
    def.name = column.name;
    def.declared_type = column.declared_type;
    def.affinity = planner::affinity_of(column.expr).value_or(storage::Affinity::kBlob);
    def.collation = planner::collation_of(column.expr).value_or(storage::Collation::kBinary);
  }
  auto made = std::make_shared<const storage::TableDef>(std::move(table));
  context.relations->add_view_table(*view, made);
  return made;
}

}  // namespace leftmost::engine
