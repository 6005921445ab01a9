// engine/exec/select_stream.h - one SELECT core: rows of its loops (or groups), result columns, DISTINCT, ORDER BY, LIMIT.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/exec/key_map.h"
#include "engine/exec/limit.h"
#include "engine/exec/loop_nest.h"
#include "engine/exec/row_stream.h"
#include "engine/exec/sorter.h"

namespace leftmost::engine {

class SelectStream final : public RowStream {
 public:
  /// What of a core is wanted. kWithoutOrder: ORDER BY and LIMIT belong to the compound that the core is the last arm of.
  /// kOnlyWhetherRows: under EXISTS the result columns are not even planned; row() is empty.
  enum class Use : std::uint8_t { kWhole, kWithoutOrder, kOnlyWhetherRows };
  SelectStream(const planner::Select& select, Use use, StreamBuilder& builder);

  void open() override;
  bool next() override;
  void close() override;

 private:
  struct OrderKey {
    const Program* program;  // null: the result column
    std::size_t result_column;
    SortColumn column;
  };

  void build_from(StreamBuilder& builder);
  bool next_row();     // the next row that is distinct, result columns computed
  bool is_distinct();
  bool is_refused_by_key();
  bool fill_sorter();

  const planner::Select& select_;
  const planner::SelectPlan& plan_;
  Runtime& runtime_;
  std::unique_ptr<RowProducer> producer_;
  std::vector<std::shared_ptr<Materialized>> materialized_;
  std::vector<const Program*> columns_;
  std::vector<storage::Value> values_;
  std::vector<OrderKey> order_;
  LimitCounter limit_;
  Sorter sorter_;
  bool sorts_ = false;
  bool refuses_early_ = false;
  bool is_sorted_ = false;
  std::size_t sorted_at_ = 0;
  planner::DistinctMode distinct_ = planner::DistinctMode::kNone;
  std::vector<storage::KeyColumn> distinct_columns_;
  KeyMap distinct_seen_;
  std::string distinct_last_;
  bool has_distinct_last_ = false;
  storage::Arena results_;
  std::string key_;
  bool is_done_ = true;
};

}  // namespace leftmost::engine
