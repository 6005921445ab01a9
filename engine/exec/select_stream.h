// engine/exec/select_stream.h - one SELECT core: rows of its loops (or groups), result columns, DISTINCT, ORDER BY, LIMIT.
//
// Where the loops bring the first terms of ORDER BY in order already, only rows that agree on these are sorted together,
// block by block: the first rows come out early, and a LIMIT ends the loops with the block that fills it.
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
  void limit_rows(std::optional<std::uint64_t> rows_max) override { rows_max_ = rows_max; }

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
  bool begins_block();  // the current row differs from the one before in a term that the loops bring in order
  bool add_to_sorter();
  std::optional<std::uint64_t> rows_still_wanted() const;

  const planner::Select& select_;
  const planner::SelectPlan& plan_;
  Runtime& runtime_;
  std::unique_ptr<RowProducer> producer_;
  LoopNest* ordered_loops_ = nullptr;  // producer_, where a row that the sort refuses ends the innermost search
  std::vector<std::shared_ptr<Materialized>> materialized_;
  storage::LookasideVector<const Program*> columns_;
  storage::LookasideVector<storage::Value> values_;
  storage::LookasideVector<OrderKey> order_;
  LimitCounter limit_;
  Sorter sorter_;
  bool sorts_ = false;
  bool refuses_early_ = false;
  bool is_sorted_ = false;        // sorter_ holds a block to hand out
  bool is_last_block_ = false;
  std::size_t sorted_at_ = 0;
  std::size_t block_terms_ = 0;   // leading terms of ORDER BY that the loops bring in order
  std::string block_key_;         // of them, in the block that is being filled
  bool has_block_key_ = false;
  bool has_next_block_ = false;   // the first row of the next block is in next_sorter_
  Sorter next_sorter_;
  std::optional<std::uint64_t> rows_max_;
  std::optional<std::uint64_t> rows_wanted_;  // by LIMIT and OFFSET as the SELECT opens: the counter goes down
  std::uint64_t rows_sorted_ = 0;
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
