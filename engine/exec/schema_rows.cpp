#include "engine/exec/schema_rows.h"

#include <array>

#include "engine/bind/relation_cache.h"
#include "engine/exec/loop_cursor.h"
#include "engine/exec/stream_builder.h"

namespace leftmost::engine {
namespace {

using storage::Value;

Value text(std::string_view text) { return Value::text(text); }

class SchemaScan final : public LoopCursor {
 public:
  SchemaScan(const planner::Loop& loop, StreamBuilder& builder)
      : runtime_(builder.runtime()),
        row_(runtime_.row(loop.item->id)),
        work_(runtime_.work_of(loop.item->id)),
        schema_(loop.item->relation->def->schema),
        reverse_(loop.reverse) {
    // A search by rowid is this scan with the terms of the search as filters.
    for (const planner::SeekColumn& seek : loop.equalities) add_filter(seek.term, builder);
    add_filter(loop.lower.term, builder);
    add_filter(loop.upper.term, builder);
  }

  void open() override {
    rows_.clear();
    fill_schema_rows(runtime_.state().catalog, schema_, rows_);
    at_ = 0;
  }
  bool next() override {
    while (at_ < rows_.size() && runtime_.step()) {
      const std::size_t index = reverse_ ? rows_.size() - 1 - at_ : at_;
      ++work_.rows_visited;
      if (at_ > 0) ++work_.fullscan_steps;
      ++at_;
      row_.set_values(rows_.row(index), Value::integer(static_cast<std::int64_t>(index) + 1));
      bool keep = true;
      for (const Program* filter : filters_) keep = keep && test(*filter, runtime_.eval());
      if (keep) return true;
    }
    return false;
  }
  void close() override {}

 private:
  void add_filter(const planner::Expr* term, StreamBuilder& builder) {
    if (term != nullptr) filters_.push_back(builder.compile(*term));
  }

  Runtime& runtime_;
  ItemRow& row_;
  ItemWork& work_;
  storage::SchemaName schema_;
  bool reverse_;
  std::vector<const Program*> filters_;
  RowBuffer rows_{5};
  std::size_t at_ = 0;
};

}  // namespace

bool is_schema_table(const storage::TableDef& table) {
  return table.id == kMainSchemaTable || table.id == kTempSchemaTable;
}

void fill_schema_rows(const storage::Catalog& catalog, storage::SchemaName schema, RowBuffer& rows) {
  std::int64_t root_page = 2;
  for (const storage::ObjectPtr& object : catalog.objects(schema)) {
    std::array<Value, 5> row;
    if (const auto* table = std::get_if<storage::TablePtr>(&object)) {
      row = {text("table"), text((*table)->name), text((*table)->name), Value::integer(root_page++),
             text((*table)->sql)};
    } else if (const auto* index = std::get_if<storage::IndexPtr>(&object)) {
      const storage::TablePtr table_def = catalog.table((*index)->table_id);
      if ((*index)->is_table_itself) continue;
      row = {text("index"), text((*index)->name), table_def ? text(table_def->name) : Value::null(),
             Value::integer(root_page++), (*index)->sql ? text(*(*index)->sql) : Value::null()};
    } else if (const auto* view = std::get_if<storage::ViewPtr>(&object)) {
      row = {text("view"), text((*view)->name), text((*view)->name), Value::integer(0), text((*view)->sql)};
    } else if (const auto* trigger = std::get_if<storage::TriggerPtr>(&object)) {
      row = {text("trigger"), text((*trigger)->name), text((*trigger)->table_name), Value::integer(0),
             text((*trigger)->sql)};
    } else if (const auto* other = std::get_if<storage::UnsupportedPtr>(&object)) {
      const std::string_view kind = (*other)->kind == "virtual table" ? "table" : (*other)->kind;
      row = {text(kind), text((*other)->name), text((*other)->table_name), Value::integer(0),
             text((*other)->sql)};
    }
    rows.add(row);
  }
}

std::unique_ptr<LoopCursor> make_schema_scan(const planner::Loop& loop, StreamBuilder& builder) {
  return std::make_unique<SchemaScan>(loop, builder);
}

}  // namespace leftmost::engine
