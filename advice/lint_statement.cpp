#include "advice/lint_statement.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "advice/reading.h"
#include "planner/eqp_text.h"
#include "planner/expr_tools.h"
#include "planner/reason_codes.h"

namespace leftmost::advice {
namespace {

using planner::AccessPath;
using planner::ColumnReason;
using planner::Expr;
using planner::IndexReason;
using planner::IndexVerdict;
using planner::Item;
using planner::Loop;
using planner::Span;
using planner::TableReason;

bool is_searched(const Loop& loop) {
  switch (loop.access) {
    case AccessPath::kRowidSearch:
    case AccessPath::kIndexSearch:
      // The first entry from one end of an index is found as quickly as any.
      return !loop.equalities.empty() || loop.lower.present() || loop.upper.present() ||
             loop.index != nullptr;
    case AccessPath::kMultiIndexOr:
      return true;
    default:
      return false;
  }
}

bool is_statistics_code(std::string_view code) {
  const planner::ReasonCode* known = planner::find_reason_code(code);
  return known != nullptr && known->group == planner::ReasonGroup::kStatistics;
}

std::string name_of(const Item& item) { return std::string(item.alias.empty() ? item.name : item.alias); }

std::string table_of(const Item& item) {
  return item.relation != nullptr ? item.relation->def->name : std::string(item.name);
}

/// A condition that an index does not take, and how near the index comes to taking it.
struct Blocked {
  const Expr* term = nullptr;
  std::string_view code;
  const IndexReason* index = nullptr;
  const ColumnReason* cause = nullptr;  ///< the column that stops the search
  std::size_t position = 0;             ///< of the condition's column in the index
};

class Reader {
 public:
  explicit Reader(const planner::Plan& plan) : plan_(plan) {}

  StatementFindings read() {
    for (const TableReason& table : plan_.reasons.tables) {
      if (table.item != nullptr && table.item->kind == planner::ItemKind::kTable) read_table(table);
    }
    read_full_reads();
    for (const planner::GeneralReason& reason : plan_.reasons.general) read_general(reason);
    read_used_indexes();
    return std::move(result_);
  }

 private:
  struct Table {
    const TableReason* reason = nullptr;
    Reading reading;
    bool searched = false;
    std::uint64_t rows = 0;
  };

  void read_table(const TableReason& reason) {
    Table table{&reason, find_reading(plan_, reason.item), false, 0};
    // A loop of a multi-index OR, or of a join's second pass, stands elsewhere: nothing is known about how it
    // reads.
    if (table.reading.loop == nullptr && table.reading.select == nullptr) return;
    const Loop* loop = table.reading.loop;
    table.searched = loop != nullptr && is_searched(*loop);
    if (table.searched) table.rows = storage::log_est_to_count(loop->rows_estimated);
    tables_.push_back(table);
    if (loop == nullptr || (loop->one_row && table.searched)) return;

    std::vector<Blocked> blocked;
    for (const IndexReason& index : reason.indexes) {
      if (table.searched && index.verdict != IndexVerdict::kUsed) continue;
      collect(index, *loop, table, blocked);
    }
    // One condition, one finding: the index that comes closest.
    std::stable_sort(blocked.begin(), blocked.end(),
                     [](const Blocked& a, const Blocked& b) { return a.position < b.position; });
    std::vector<const Blocked*> reported;
    for (const Blocked& one : blocked) {
      const bool is_known = std::any_of(reported.begin(), reported.end(), [&](const Blocked* other) {
        return other->term == one.term ||
               (!one.term->span.empty() && other->term->span.begin == one.term->span.begin &&
                other->term->span.end == one.term->span.end);
      });
      if (is_known) continue;
      reported.push_back(&one);
      report(one, table);
    }
    if (reported.empty() && !table.searched) report_unconstrained(table);
  }

  void collect(const IndexReason& index, const Loop& loop, const Table& table,
               std::vector<Blocked>& blocked) const {
    for (std::size_t i = 0; i < index.columns.size(); ++i) {
      const ColumnReason& column = index.columns[i];
      if (column.term == nullptr || column.code.empty() || is_statistics_code(column.code)) continue;
      if (!table.searched && is_of_inner_loop(*column.term, loop, table)) continue;
      // `column-blocked-mid-index` and the like are said of later columns too: the first one is where it
      // began.
      const auto cause = std::find_if(index.columns.begin(), index.columns.end(),
                                      [&](const ColumnReason& c) { return !c.code.empty(); });
      blocked.push_back({column.term, column.code, &index, &*cause, i});
    }
  }

  /// The condition joins this table to one that is read inside its loop, and is of use there.
  static bool is_of_inner_loop(const Expr& term, const Loop& loop, const Table& table) {
    if (table.reading.select == nullptr) return false;
    bool is_inner = false;
    for (const Loop& other : table.reading.select->loops) {
      if (is_inner && planner::mentions_item(&term, other.item->id)) return true;
      is_inner = is_inner || &other == &loop;
    }
    return false;
  }

  void report(const Blocked& one, const Table& table) {
    const Loop& loop = *table.reading.loop;
    StatementFinding finding;
    finding.code = one.code;
    finding.span = one.term->span;
    finding.tables = {table_of(*table.reason->item)};
    finding.is_scan = !table.searched;
    finding.rows_visited = table.rows;
    if (one.index->index != nullptr) finding.index = one.index->index->def->name;
    finding.text =
        fmt::format("{}; {} of {}: {}", planner::loop_text(loop), one.cause->column,
                    finding.index.empty() ? name_of(*table.reason->item) : finding.index, one.cause->text);
    add(std::move(finding));
  }

  /// A table of its own in FROM with no condition at all.
  void report_unconstrained(const Table& table) {
    const Loop& loop = *table.reading.loop;
    const bool has_code = std::any_of(table.reason->indexes.begin(), table.reason->indexes.end(),
                                      [](const IndexReason& index) { return index.code == "no-constraint"; });
    if (!has_code || !loop.filters.empty() || table.reading.select == nullptr) return;
    if (table.reading.select->loops.size() > 1 || loop.access != AccessPath::kTableScan) return;
    StatementFinding finding;
    finding.code = "no-constraint";
    finding.span = table.reason->item->span;
    finding.tables = {table_of(*table.reason->item)};
    finding.is_scan = true;
    finding.text = fmt::format("{}: no condition narrows it", planner::loop_text(loop));
    add(std::move(finding));
  }

  /// Scans and automatic indexes where the statement has a condition, or another table to join.
  void read_full_reads() {
    const auto look = [&](const Loop& loop, bool is_alone) {
      if (loop.item == nullptr || loop.item->kind != planner::ItemKind::kTable || is_searched(loop)) return;
      if (is_alone && loop.filters.empty() && loop.access != AccessPath::kAutomaticIndex) return;
      FullRead read{table_of(*loop.item), loop.item->span, planner::loop_text(loop), false};
      for (const StatementFinding& finding : result_.findings) {
        read.has_finding = read.has_finding || (finding.is_scan && finding.code != "no-constraint" &&
                                                finding.tables.front() == read.table);
      }
      result_.full_reads.push_back(std::move(read));
    };
    for (const planner::SelectPlan& select : plan_.selects) {
      for (const Loop& loop : select.loops) look(loop, select.loops.size() == 1);
    }
    for (const Loop& loop : plan_.change_loops) look(loop, true);
  }

  void read_general(const planner::GeneralReason& reason) {
    if (reason.code.empty()) return;
    const Table* about = nullptr;
    std::string index;
    for (const Table& table : tables_) {
      if (reason.subject == name_of(*table.reason->item)) about = &table;
      for (const IndexReason& of_table : table.reason->indexes) {
        if (of_table.index == nullptr || of_table.index->def->name != reason.subject) continue;
        if (about == nullptr || of_table.verdict == IndexVerdict::kUsed) about = &table;
        index = reason.subject;
      }
    }
    const Loop* loop = about != nullptr ? about->reading.loop : nullptr;
    if (reason.code == "not-covering" && loop != nullptr && loop->one_row) return;
    // Hopping over a column matters where everything is read for want of it.
    if (reason.code.substr(0, 10) == "skip-scan-" && !has_scan_finding(index)) return;

    StatementFinding finding;
    finding.code = reason.code;
    finding.span = reason.span;
    finding.index = index;
    if (about != nullptr) {
      finding.tables = {table_of(*about->reason->item)};
      finding.is_scan = !about->searched;
      finding.rows_visited = about->rows;
      if (finding.span.empty()) finding.span = about->reason->item->span;
    } else {
      for (const Table& table : tables_) finding.tables.push_back(table_of(*table.reason->item));
    }
    finding.text =
        loop != nullptr ? fmt::format("{}; {}", planner::loop_text(*loop), reason.text) : reason.text;
    add(std::move(finding));
  }

  bool has_scan_finding(const std::string& index) const {
    return std::any_of(result_.findings.begin(), result_.findings.end(),
                       [&](const StatementFinding& finding) {
                         return finding.is_scan && !index.empty() && finding.index == index;
                       });
  }

  void add(StatementFinding finding) {
    const bool is_known =
        std::any_of(result_.findings.begin(), result_.findings.end(), [&](const StatementFinding& other) {
          return other.code == finding.code && other.index == finding.index &&
                 other.tables == finding.tables && other.span.begin == finding.span.begin &&
                 other.span.end == finding.span.end;
        });
    if (!is_known) result_.findings.push_back(std::move(finding));
  }

  void use(const planner::RelationIndex* index) {
    if (index != nullptr) result_.indexes.push_back(index->def->name);
  }

  void use(const Loop& loop) {
    use(loop.index);
    for (const planner::OrArm& arm : loop.or_arms) {
      if (arm.loop != nullptr) use(*arm.loop);
    }
  }

  void read_used_indexes() {
    for (const planner::SelectPlan& select : plan_.selects) {
      for (const Loop& loop : select.loops) use(loop);
      use(select.count_index);
    }
    for (const Loop& loop : plan_.change_loops) use(loop);
    for (const auto& loop : plan_.detached_loops) use(*loop);
    for (const planner::Step& step : plan_.steps) {
      use(step.index);
      if (step.loop != nullptr) use(*step.loop);
    }
  }

  const planner::Plan& plan_;
  std::vector<Table> tables_;
  StatementFindings result_;
};

}  // namespace

StatementFindings findings_of(const planner::Plan& plan) { return Reader(plan).read(); }

}  // namespace leftmost::advice
