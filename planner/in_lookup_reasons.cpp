#include "planner/in_lookup_reasons.h"

#include <algorithm>

namespace leftmost::planner {

void tell_lookup_by_in(PlanReasons& reasons, const Item& item, const RelationIndex* index,
                       std::size_t columns, bool drives_search, std::size_t general_before) {
  reasons.general.resize(std::min(general_before, reasons.general.size()));
  const auto table = std::find_if(reasons.tables.rbegin(), reasons.tables.rend(),
                                  [&](const TableReason& each) { return each.item == &item; });
  if (table == reasons.tables.rend()) return;
  for (IndexReason& other : table->indexes) {
    if (other.verdict == IndexVerdict::kUsed) other.verdict = IndexVerdict::kCostlier;
  }
  auto used = std::find_if(table->indexes.begin(), table->indexes.end(),
                           [&](const IndexReason& each) { return each.index == index; });
  if (used == table->indexes.end()) {
    if (drives_search) return;  // the table itself is read
    used = table->indexes.emplace(table->indexes.begin());
    used->columns.emplace_back().column = "rowid";
  }
  used->verdict = IndexVerdict::kUsed;
  used->code = {};
  used->seek_columns = drives_search ? 0 : static_cast<int>(columns);
  for (std::size_t i = 0; i < used->columns.size(); ++i) {
    ColumnReason& column = used->columns[i];
    const bool is_compared = i < columns;
    column.code = {};
    column.role = !is_compared ? ColumnRole::kIdle : drives_search ? ColumnRole::kCover : ColumnRole::kSeekEq;
    column.text = !is_compared    ? ""
                  : drives_search ? "its values are read in order, each to be searched for"
                                  : "each value that IN compares is looked up";
  }
}

}  // namespace leftmost::planner
