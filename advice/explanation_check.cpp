#include "advice/explanation_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "planner/explain.h"
#include "planner/reason_codes.h"

namespace leftmost::advice {
namespace {

using planner::ColumnRole;
using planner::IndexVerdict;

bool is_seek(ColumnRole role) {
  return role == ColumnRole::kSeekEq || role == ColumnRole::kSeekIn || role == ColumnRole::kSeekRange ||
         role == ColumnRole::kSeekSkip;
}
bool is_filter(ColumnRole role) {
  return role == ColumnRole::kFilterInIndex || role == ColumnRole::kFilterOnRow;
}

/// The name of a column in a constraint of a plan line: `a` of `a>?`, `ANY(a)`.
std::string constrained_column(std::string_view constraint) {
  if (constraint.substr(0, 4) == "ANY(") constraint.remove_prefix(4);
  return std::string(constraint.substr(0, constraint.find_last_of("=<>)")));
}

class Check {
 public:
  Check(const Explanation& explanation, const storage::Catalog& catalog)
      : explanation_(explanation), catalog_(catalog) {}

  std::vector<std::string> run() {
    for (const TableUse& table : explanation_.tables) check_table(table);
    check_plan_lines();
    for (const StatementReason& reason : explanation_.reasons) {
      check_code(reason.code, reason.subject);
      check_text(reason.text, reason.code);
      if (!reason.span.empty() && reason.span.end > explanation_.sql.size())
        broken("{} of {} has a span behind the statement", reason.code, reason.subject);
    }
    return std::move(broken_);
  }

 private:
  template <typename... Values>
  void broken(fmt::format_string<Values...> text, Values&&... values) {
    broken_.push_back(fmt::format(text, std::forward<Values>(values)...));
  }

  void check_code(const std::string& code, const std::string& where) {
    if (planner::find_reason_code(code) == nullptr) broken("{}: there is no code {}", where, code);
  }
  void check_text(const std::string& text, const std::string& where) {
    if (text.empty()) broken("{}: there is a code and no sentence", where);
    if (!text.empty() && (text.back() == '.' || text.back() == ' ' || text.front() == ' '))
      broken("{}: `{}` begins or ends oddly", where, text);
  }

  void check_table(const TableUse& table) {
    std::map<std::string, int> told;
    bool is_index_told = table.index.empty();
    int used = 0;
    for (std::size_t i = 0; i < table.indexes.size(); ++i) {
      const IndexUse& index = table.indexes[i];
      const bool is_next_arm = i > 0 && index.arm > 0 && table.indexes[i - 1].name == index.name;
      if (!is_next_arm && ++told[index.name] > 1) broken("{} of {} is told twice", index.name, table.name);
      is_index_told = is_index_told || (index.name == table.index && index.verdict == IndexVerdict::kUsed);
      if (index.verdict == IndexVerdict::kUsed && index.arm == 0) ++used;
      check_index(table, index);
    }
    if (!is_index_told)
      broken("{} is read by {}, which is not among the indexes used", table.name, table.index);
    if (used > 1) broken("{} uses {} indexes at once", table.name, used);
    const storage::TablePtr known = catalog_.find_table(table.name);
    if (known == nullptr || table.access == "subquery-scan" || table.access == "co-routine" ||
        table.access == "materialized")
      return;
    for (const storage::IndexPtr& index : catalog_.indexes_of(known->id)) {
      if (told.count(index->name) == 0) broken("{} of {} is not told", index->name, table.name);
    }
  }

  void check_index(const TableUse& table, const IndexUse& index) {
    const std::string name = index.name.empty() ? table.name + ".rowid" : index.name;
    int seeks = 0;
    bool has_ended = false, has_code = false, is_later_filter = false;
    for (const ColumnUse& column : index.columns) {
      const std::string where = name + "." + column.column;
      if (is_seek(column.role)) {
        ++seeks;
        if (has_ended) broken("{} is searched behind a column that is not", where);
        if (!column.code.empty()) broken("{} is searched and has the code {}", where, column.code);
      } else {
        has_ended = true;
        has_code = has_code || !column.code.empty();
        if (is_filter(column.role)) is_later_filter = true;
        if (is_filter(column.role) && !has_code)
          broken("{} is checked ({}), and no column says why", where, column.text);
      }
      if (!column.code.empty()) {
        check_code(column.code, where);
        check_text(column.text, where);
      }
      if (is_filter(column.role) && column.term.empty()) broken("{} checks no condition", where);
      if (!column.span.empty() &&
          explanation_.sql.substr(column.span.begin, column.span.end - column.span.begin) != column.term)
        broken("{}: the span is not that of {}", where, column.term);
    }
    static_cast<void>(is_later_filter);
    if (seeks != index.seek_columns)
      broken("{} counts {} searched columns and tells {}", name, index.seek_columns, seeks);
    if (index.verdict == IndexVerdict::kUnusable && seeks > 0) broken("{} is unusable and searched", name);
    if (index.verdict == IndexVerdict::kUnusable && index.code.empty())
      broken("{} is unusable, and no code says why", name);
    if (!index.code.empty()) check_code(index.code, name);
  }

  /// Each line that reads a table by an index or by rowid, and each index told as used: the same, with as
  /// many columns.
  void check_plan_lines() {
    std::multiset<std::string> lines, told;
    for (const planner::PlanLine& line : explanation_.plan) {
      const std::string key = reading_of(line.detail);
      if (!key.empty()) lines.insert(key);
    }
    for (const TableUse& table : explanation_.tables) {
      for (const IndexUse& index : table.indexes) {
        if (index.verdict != IndexVerdict::kUsed) continue;
        const storage::IndexPtr known = catalog_.find_index(index.name);
        // The primary key of a WITHOUT ROWID table is the table: without a search its line names no index.
        const bool is_table = known != nullptr && known->is_table_itself;
        if (is_table && index.seek_columns == 0) continue;
        const std::string& item = table.alias.empty() ? table.name : table.alias;
        told.insert(fmt::format("{} by {}: {}", item,
                                index.name.empty() ? "INTEGER PRIMARY KEY"
                                : is_table         ? "PRIMARY KEY"
                                                   : index.name,
                                index.seek_columns));
      }
    }
    for (const std::string& line : lines) {
      if (told.count(line) == 0) broken("the plan reads {}, and no index is told so", line);
    }
    for (const std::string& use : told) {
      if (lines.count(use) == 0) broken("told is {}, and no line of the plan is so", use);
    }
  }
  static std::string reading_of(const std::string& detail) {
    const bool is_search = detail.rfind("SEARCH ", 0) == 0;
    if (!is_search && detail.rfind("SCAN ", 0) != 0) return {};
    const std::size_t begin = is_search ? 7 : 5;
    const std::size_t index = detail.find(" USING ");
    if (index == std::string::npos) return {};
    std::string by = detail.substr(index + 7);
    if (by.rfind("AUTOMATIC", 0) == 0) return {};
    for (const std::string_view word : {"COVERING ", "INDEX "}) {
      if (by.rfind(word, 0) == 0) by.erase(0, word.size());
    }
    const std::size_t terms = by.rfind(" (");
    if (terms != std::string::npos)
      by.erase(by.rfind(" ((") == std::string::npos ? by.find(" (") : by.find(" ("));
    if (const std::size_t join = by.find(" LEFT-JOIN"); join != std::string::npos) by.erase(join);
    return fmt::format("{} by {}: {}", detail.substr(begin, index - begin), by, searched_columns(detail));
  }

  const Explanation& explanation_;
  const storage::Catalog& catalog_;
  std::vector<std::string> broken_;
};

}  // namespace

int searched_columns(const std::string& plan_line) {
  const std::size_t using_index = plan_line.find(" USING ");
  const std::size_t open = using_index == std::string::npos ? using_index : plan_line.find(" (", using_index);
  const std::size_t close = plan_line.rfind(')');
  if (open == std::string::npos || close == std::string::npos || close < open) return 0;
  std::set<std::string> columns;
  int expressions = 0;
  std::string_view rest(plan_line);
  rest = rest.substr(open + 2, close - open - 2);
  while (!rest.empty()) {
    const std::size_t end = rest.find(" AND ");
    std::string_view constraint = rest.substr(0, end);
    if (constraint.front() == '(') {  // (a,b)>(?,?)
      std::string_view names = constraint.substr(1, constraint.find(')') - 1);
      while (!names.empty()) {
        const std::size_t comma = names.find(',');
        columns.emplace(names.substr(0, comma));
        names = comma == std::string_view::npos ? std::string_view() : names.substr(comma + 1);
      }
    } else if (constraint.substr(0, 6) == "<expr>") {
      // Two bounds are one column; several equalities are several.
      if (constraint.substr(6, 1) != "<")
        ++expressions;
      else if (columns.count("<expr>>") == 0)
        ++expressions;
      if (constraint.substr(6, 1) == ">") columns.emplace("<expr>>");
    } else {
      columns.insert(constrained_column(constraint));
    }
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 5);
  }
  const int marks = static_cast<int>(columns.count("<expr>>"));
  return static_cast<int>(columns.size()) - marks + expressions;
}

std::vector<std::string> broken_rules(const Explanation& explanation, const storage::Catalog& catalog) {
  return Check(explanation, catalog).run();
}

}  // namespace leftmost::advice
