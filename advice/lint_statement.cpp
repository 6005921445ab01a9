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

// Fewer rows than this are looked up, or sorted, in no time.
constexpr std::uint64_t kRowsToNotice = 20;
// A table of so few rows, if somebody has counted them, is read as quickly as it is searched.
constexpr std::uint64_t kSmallTable = 100;

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

bool is_small(const Item& item) {
  return item.relation != nullptr && item.relation->statistics.has_stat1 &&
         storage::log_est_to_count(item.relation->statistics.rows) < kSmallTable;
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
    for (const planner::GeneralReason& reason : plan_.reasons.general) read_general(reason);
    drop_what_is_said_already();
    read_full_reads();
    read_used_indexes();
    return std::move(result_);
  }

 private:
  struct Table {
    const TableReason* reason = nullptr;
    Reading reading;
    bool searched = false;
    std::uint64_t rows = 0;      ///< estimated, for one row of the loops around it
    std::uint64_t rows_all = 0;  ///< for all of them
  };

  void read_table(const TableReason& reason) {
    Table table{&reason, find_reading(plan_, reason.item), false, 0, 0};
    // A loop of a multi-index OR, or of a join's second pass, stands elsewhere: nothing is known about how it
    // reads.
    if (table.reading.loop == nullptr && table.reading.select == nullptr) return;
    const Loop* loop = table.reading.loop;
    table.searched = loop != nullptr && is_searched(*loop);
    if (table.searched) {
      table.rows = storage::log_est_to_count(loop->rows_estimated);
      table.rows_all = storage::log_est_to_count(rows_up_to(*loop, table.reading.select));
    }
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

  /// Conditions that nearly every row meets: a LIMIT is reached soon, if nothing is sorted before.
  static bool is_ended_by_limit(const Blocked& one, const Table& table) {
    if (one.code != "is-not-null" && one.code != "not-equal" && one.code != "not-in") return false;
    const planner::SelectPlan* select = table.reading.select;
    return select != nullptr && select->select->limit != nullptr && select->select->group_by.empty() &&
           select->order != planner::OrderMode::kSort && select->order != planner::OrderMode::kSortRightPart;
  }

  void report(const Blocked& one, const Table& table) {
    const Loop& loop = *table.reading.loop;
    if (is_ended_by_limit(one, table) || (!table.searched && is_small(*table.reason->item))) return;
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
    // What sums up a table has to read it.
    const planner::Select& select = *table.reading.select->select;
    if (select.is_aggregate || select.limit != nullptr || is_small(*table.reason->item)) return;
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
      if (is_small(*loop.item)) return;
      FullRead read{table_of(*loop.item), loop.item->span, planner::loop_text(loop), false};
      for (const StatementFinding& finding : result_.findings) {
        read.has_finding = read.has_finding || (finding.is_scan && is_about_reading(finding.code) &&
                                                finding.tables.front() == read.table);
      }
      result_.full_reads.push_back(std::move(read));
    };
    for (const planner::SelectPlan& select : plan_.selects) {
      for (const Loop& loop : select.loops) look(loop, select.loops.size() == 1);
    }
    for (const Loop& loop : plan_.change_loops) look(loop, true);
  }

  /// Not about order, covering or choices: whoever mends it, mends that the table is read in full.
  static bool is_about_reading(std::string_view code) {
    const planner::ReasonCode* known = planner::find_reason_code(code);
    return known != nullptr && !known->is_fine && known->group != planner::ReasonGroup::kOrder &&
           known->group != planner::ReasonGroup::kCovering &&
           known->group != planner::ReasonGroup::kStatistics;
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
    if (reason.code.substr(0, 10) == "skip-scan-") return add_to_scan_finding(index, reason.text);
    if (says_nothing(reason, about)) return;

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

  /// Why a free column was not hopped over belongs to the finding that it is free.
  void add_to_scan_finding(const std::string& index, const std::string& text) {
    for (StatementFinding& finding : result_.findings) {
      const bool is_about_it = finding.is_scan && !index.empty() && finding.index == index;
      if (is_about_it && finding.text.find(text) == std::string::npos) finding.text += "; " + text;
    }
  }

  /// True, but nothing that anybody could or should do something about.
  bool says_nothing(const planner::GeneralReason& reason, const Table* about) const {
    const Loop* loop = about != nullptr ? about->reading.loop : nullptr;
    // The best there is.
    if (reason.code == "rowid-beats-index" || reason.code == "unique-index-ends-search" ||
        reason.code == "full-scan-picks-narrowest-index") {
      return true;
    }
    if (about != nullptr && !about->searched && is_small(*about->reason->item)) return true;
    if (reason.code == "not-covering" && loop != nullptr && loop->one_row) return true;
    // A few look-ups, or a few rows to sort, if somebody has counted.
    const planner::ReasonCode* code = planner::find_reason_code(reason.code);
    if (loop != nullptr && about->searched && about->rows_all < kRowsToNotice && code != nullptr) {
      const bool is_counted = loop->index != nullptr && loop->index->statistics.has_stat1;
      if (code->group == planner::ReasonGroup::kCovering) return true;
      if (is_counted &&
          (code->group == planner::ReasonGroup::kOrder || reason.code == "filter-index-costs-a-sort"))
        return true;
    }
    if (about == nullptr && code != nullptr && code->group == planner::ReasonGroup::kOrder &&
        sorts_few_rows(reason.span)) {
      return true;
    }
    if (reason.code == "order-by-expression" && is_order_of_groups(reason.span)) return true;
    if (reason.code == "left-join-null-test" && is_null_test(reason.span)) return true;
    // The condition finds the rows of a table inside this loop: it is not left out.
    const bool is_about_choice =
        reason.code == "one-index-per-table" || reason.code == "stats-missing-wrong-index";
    return is_about_choice && about != nullptr && is_used_inside(reason.span, *about);
  }

  /// Rows that the loops around it and it come to.
  static storage::LogEst rows_up_to(const Loop& loop, const planner::SelectPlan* select) {
    storage::LogEst rows = 0;
    if (select != nullptr) {
      for (const Loop& other : select->loops) {
        if (&other == &loop) break;
        rows = static_cast<storage::LogEst>(rows + other.rows_estimated);
      }
    }
    return static_cast<storage::LogEst>(rows + loop.rows_estimated);
  }

  /// The SELECT with this ORDER BY, GROUP BY or column comes to few rows, and its tables have been counted.
  bool sorts_few_rows(Span span) const {
    for (const planner::SelectPlan& select : plan_.selects) {
      if (select.loops.empty() || !is_part_of(span, *select.select)) continue;
      const bool is_counted = std::all_of(select.loops.begin(), select.loops.end(), [](const Loop& loop) {
        return loop.item->relation != nullptr && loop.item->relation->statistics.has_stat1;
      });
      return is_counted &&
             storage::log_est_to_count(rows_up_to(select.loops.back(), &select)) < kRowsToNotice;
    }
    return false;
  }

  static bool is_part_of(Span span, const planner::Select& select) {
    const auto begins_there = [&](const Expr* expr) {
      return expr != nullptr && !expr->span.empty() && expr->span.begin == span.begin;
    };
    return std::any_of(select.order_by.begin(), select.order_by.end(),
                       [&](const planner::OrderTerm& term) { return begins_there(term.expr); }) ||
           std::any_of(select.group_by.begin(), select.group_by.end(),
                       [&](const planner::OrderTerm& term) { return begins_there(term.expr); });
  }

  /// Sums and counts are known last, whatever indexes there are.
  bool is_order_of_groups(Span span) const {
    for (const planner::SelectPlan& select : plan_.selects) {
      if (select.select->group_by.empty()) continue;
      for (const planner::OrderTerm& term : select.select->order_by) {
        if (same(term.expr->span, span)) return true;
      }
    }
    return false;
  }

  /// `LEFT JOIN b ... WHERE b.key IS NULL`: the rows without a partner are what is asked for.
  bool is_null_test(Span span) const {
    for (const planner::SelectPlan& select : plan_.selects) {
      for (const Loop& loop : select.loops) {
        for (const planner::Filter& filter : loop.filters) {
          const Expr* condition = planner::skip_markers(filter.condition);
          if (same(filter.condition->span, span) && condition->kind == planner::ExprKind::kIsNull &&
              planner::skip_markers(condition->left)->kind == planner::ExprKind::kColumn) {
            return true;
          }
        }
      }
    }
    return false;
  }

  /// A USING has no place in the text: it joins, wherever there is another table.
  static bool is_used_inside(Span span, const Table& table) {
    if (table.reading.select == nullptr) return false;
    const auto& loops = table.reading.select->loops;
    if (span.empty()) return loops.size() > 1;
    bool is_inside = false;
    for (const Loop& loop : loops) {
      const auto is_it = [&](const planner::SeekColumn& seek) {
        return seek.term != nullptr && same(seek.term->span, span);
      };
      if (is_inside && std::any_of(loop.equalities.begin(), loop.equalities.end(), is_it)) return true;
      is_inside = is_inside || &loop == table.reading.loop;
    }
    return false;
  }

  static bool same(Span a, Span b) { return !a.empty() && a.begin == b.begin && a.end == b.end; }

  /// That a table is read in full is said by the condition that would have narrowed it, or by what wants it
  /// sorted.
  void drop_what_is_said_already() {
    const auto is_mere_scan = [](const StatementFinding& finding) {
      const planner::ReasonCode* code = planner::find_reason_code(finding.code);
      return finding.code == "index-scan-not-search" || (code != nullptr && code->is_fine);
    };
    auto& findings = result_.findings;
    const auto is_said = [&](const StatementFinding& one) {
      return is_mere_scan(one) &&
             std::any_of(findings.begin(), findings.end(), [&](const StatementFinding& other) {
               return !is_mere_scan(other) && other.tables == one.tables;
             });
    };
    std::vector<StatementFinding> kept;
    for (const StatementFinding& one : findings) {
      // The same of another index.
      const bool is_again = std::any_of(kept.begin(), kept.end(), [&](const StatementFinding& other) {
        return other.code == one.code && other.tables == one.tables && same(other.span, one.span);
      });
      if (!is_again && !is_said(one)) kept.push_back(one);
    }
    findings = std::move(kept);
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
