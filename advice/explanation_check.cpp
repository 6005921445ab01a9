#include "advice/explanation_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "engine/sql/lexer.h"
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

class Check {
 public:
  Check(const Explanation& explanation, const storage::Catalog& catalog)
      : explanation_(explanation), catalog_(catalog) {}

  std::vector<std::string> run() {
    find_tokens();
    for (const TableUse& table : explanation_.tables) check_table(table);
    check_access();
    check_plan_lines();
    for (const StatementReason& reason : explanation_.reasons) {
      check_code(reason.code, reason.subject);
      check_text(reason.text, reason.code);
      check_span(reason.span, reason.code);
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
  /// Ends in `...`, where a list or an expression was too long.
  static bool is_cut_short(const std::string& text) {
    return text.size() > 3 && text.compare(text.size() - 3, 3, "...") == 0;
  }
  void check_text(const std::string& text, const std::string& where) {
    if (text.empty()) broken("{}: there is a code and no sentence", where);
    if (!text.empty() &&
        ((text.back() == '.' && !is_cut_short(text)) || text.back() == ' ' || text.front() == ' '))
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
    for (const UnindexedCondition& condition : table.unindexed) {
      check_span(condition.span, "the unindexed " + condition.column);
      check_text(condition.text, "the unindexed " + condition.column);
    }
    for (const TestedCondition& condition : table.tested) {
      check_span(condition.span, condition.term);
      check_text(condition.text, condition.term);
      if (!condition.code.empty()) check_code(condition.code, condition.term);
      if (condition.term.empty()) broken("a condition tested on {} has no text", table.name);
    }
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
    bool has_ended = false, has_code = false;
    for (const ColumnUse& column : index.columns) {
      const std::string where = name + "." + column.column;
      if (is_seek(column.role)) {
        ++seeks;
        if (has_ended) broken("{} is searched behind a column that is not", where);
        if (!column.code.empty()) broken("{} is searched and has the code {}", where, column.code);
      } else {
        has_ended = true;
        has_code = has_code || !column.code.empty();
        if (is_filter(column.role) && !has_code)
          broken("{} is checked ({}), and no column says why", where, column.text);
      }
      if (!column.code.empty()) {
        check_code(column.code, where);
        check_text(column.text, where);
      }
      if (is_filter(column.role) && column.term.empty()) broken("{} checks no condition", where);
      check_span(column.span, where);
      if (!column.span.empty() &&
          explanation_.sql.substr(column.span.begin, column.span.end - column.span.begin) != column.term)
        broken("{}: the span is not that of {}", where, column.term);
    }
    if (seeks != index.seek_columns)
      broken("{} counts {} searched columns and tells {}", name, index.seek_columns, seeks);
    if (index.verdict == IndexVerdict::kUnusable && seeks > 0) broken("{} is unusable and searched", name);
    if (index.verdict == IndexVerdict::kUnusable && index.code.empty())
      broken("{} is unusable, and no code says why", name);
    if (!index.code.empty()) check_code(index.code, name);
  }

  /// As lines of the plan call it: mostly by its alias, but count(*) of a whole table by its name.
  static std::vector<std::string> names_of(const TableUse& table) {
    if (table.alias.empty()) return {table.name};
    return {table.alias, table.name};
  }
  /// A subquery may be written once and asked again, or be planned once for all its fields and once for those
  /// that a search needs: then a reference has more lines than uses, or more uses than lines, and one that
  /// fits is enough.
  bool is_there_twice(const std::string& item) const {
    const auto lines =
        std::count_if(explanation_.plan.begin(), explanation_.plan.end(),
                      [&](const planner::PlanLine& line) { return item_of_line(line.detail) == item; });
    const auto uses = std::count_if(
        explanation_.tables.begin(), explanation_.tables.end(),
        [&](const TableUse& table) { return (table.alias.empty() ? table.name : table.alias) == item; });
    return lines > 1 || uses > 1;
  }
  bool is_in_a_line(const TableUse& table) const {
    const std::vector<std::string> names = names_of(table);
    return std::any_of(explanation_.plan.begin(), explanation_.plan.end(),
                       [&](const planner::PlanLine& line) {
                         const std::string item = item_of_line(line.detail);
                         return !item.empty() && std::find(names.begin(), names.end(), item) != names.end();
                       });
  }
  /// `x IN (SELECT ...)` looks its values up in an index, or by rowid, and the line does not name the
  /// reference.
  bool is_looked_up_by_in(const TableUse& table) const {
    const std::string line = table.index.empty()
                                 ? fmt::format("USING ROWID SEARCH ON TABLE {} FOR IN-OPERATOR", table.name)
                                 : fmt::format("USING INDEX {} FOR IN-OPERATOR", table.index);
    return std::any_of(explanation_.plan.begin(), explanation_.plan.end(),
                       [&](const planner::PlanLine& each) { return each.detail == line; });
  }

  /// Each line that reads something in one way, and each table told so.
  void check_access() {
    std::set<std::string> lines, told;
    bool has_multi_index_or = false;
    for (const planner::PlanLine& line : explanation_.plan) {
      has_multi_index_or = has_multi_index_or || line.detail == "MULTI-INDEX OR";
      const std::string item = item_of_line(line.detail);
      if (!item.empty() && item.front() != '(' && !is_under(line, "INDEX ") && !is_under(line, "RIGHT-JOIN "))
        lines.insert(fmt::format("{} by {}", item, way_of_line(line.detail)));
    }
    for (const TableUse& table : explanation_.tables) {
      if (table.access == "omitted") continue;
      if (table.access == "multi-index-or") {
        if (!has_multi_index_or)
          broken("{} is told as multi-index-or, and no line of the plan is", table.name);
        continue;
      }
      // No line: of a subquery that never runs.
      bool has_line =
          !is_in_a_line(table) || is_looked_up_by_in(table) || is_there_twice(names_of(table).front());
      for (const std::string& name : names_of(table)) {
        const std::string use = fmt::format("{} by {}", name, way_of_access(table));
        told.insert(use);
        has_line = has_line || lines.count(use) > 0;
      }
      if (!has_line) broken("told is {} by {}, and no line of the plan is so", table.name, table.access);
    }
    for (const std::string& line : lines) {
      if (told.count(line) == 0 && !is_there_twice(line.substr(0, line.find(" by "))))
        broken("the plan reads {}, and no table is told so", line);
    }
  }
  bool is_under(const planner::PlanLine& line, std::string_view word) const {
    return std::any_of(explanation_.plan.begin(), explanation_.plan.end(),
                       [&](const planner::PlanLine& parent) {
                         return parent.id == line.parent && parent.detail.substr(0, word.size()) == word;
                       });
  }
  /// What an access is called in a line: a min() or max() is a SEARCH, with or without constraints.
  static std::string way_of_access(const TableUse& table) {
    if (table.access == "min-max") return "SEARCH";
    if (table.access == "scan" || table.access == "subquery-scan" || table.access == "co-routine" ||
        table.access == "materialized")
      return "SCAN";
    if (table.access == "index-scan") return "SCAN INDEX";
    if (table.access == "rowid-search") return "SEARCH INTEGER PRIMARY KEY";
    if (table.access == "primary-key-search") return "SEARCH PRIMARY KEY";
    if (table.access == "automatic-index") return "SEARCH AUTOMATIC";
    if (table.access == "table-function") return "SCAN VIRTUAL TABLE";
    if (table.access == "search") return "SEARCH INDEX";
    if (table.access == "skip-scan") return "SEARCH ANY";
    return table.access;
  }
  std::string way_of_line(const std::string& detail) const {
    const bool is_search = detail.rfind("SEARCH ", 0) == 0;
    const std::size_t using_index = detail.find(" USING ");
    const std::string item = item_of_line(detail);
    const bool is_min_max =
        std::any_of(explanation_.tables.begin(), explanation_.tables.end(), [&](const TableUse& table) {
          return table.access == "min-max" && (table.alias.empty() ? table.name : table.alias) == item;
        });
    if (is_search && (is_min_max || using_index == std::string::npos)) return "SEARCH";
    if (detail.find(" VIRTUAL TABLE ") != std::string::npos) return "SCAN VIRTUAL TABLE";
    if (using_index == std::string::npos) return "SCAN";
    const std::string by = detail.substr(using_index + 7);
    std::string way = is_search ? "SEARCH " : "SCAN ";
    if (by.rfind("AUTOMATIC ", 0) == 0) return way + "AUTOMATIC";
    if (by.rfind("INTEGER PRIMARY KEY", 0) == 0) return way + "INTEGER PRIMARY KEY";
    if (by.rfind("PRIMARY KEY", 0) == 0)
      return way + (by.find("(ANY(") == std::string::npos ? "PRIMARY KEY" : "ANY");
    return way + (by.find("(ANY(") == std::string::npos ? "INDEX" : "ANY");
  }

  /// Each line that reads a table by an index or by rowid, and each index told as used: the same, with as
  /// many equalities and as many columns in a range.
  void check_plan_lines() {
    std::set<std::string> lines, told;
    for (const planner::PlanLine& line : explanation_.plan) {
      const std::string key = reading_of(line.detail);
      if (!key.empty() && !is_under(line, "RIGHT-JOIN ")) lines.insert(key);  // not a second pass
    }
    for (const TableUse& table : explanation_.tables) {
      for (const IndexUse& index : table.indexes) {
        if (index.verdict != IndexVerdict::kUsed) continue;
        const storage::IndexPtr known = catalog_.find_index(index.name);
        const bool is_table = known != nullptr && known->is_table_itself;
        SearchedColumns searched;
        for (const ColumnUse& column : index.columns) {
          if (!is_seek(column.role)) continue;
          ++(column.role == ColumnRole::kSeekRange ? searched.in_range : searched.equal);
        }
        const std::string how = fmt::format("{}: {} equal, {} in a range",
                                            index.name.empty() ? "INTEGER PRIMARY KEY"
                                            : is_table         ? "PRIMARY KEY"
                                                               : index.name,
                                            searched.equal, searched.in_range);
        bool has_line =
            !is_in_a_line(table) || is_looked_up_by_in(table) || is_there_twice(names_of(table).front());
        for (const std::string& name : names_of(table)) {
          told.insert(fmt::format("{} by {}", name, how));
          has_line = has_line || lines.count(fmt::format("{} by {}", name, how)) > 0;
        }
        // The primary key of a WITHOUT ROWID table is the table: without a search its line may name no index.
        const bool may_be_unnamed = is_table && index.seek_columns == 0;
        if (!has_line && !may_be_unnamed)
          broken("told is {} by {}, and no line of the plan is so", table.name, how);
      }
    }
    for (const std::string& line : lines) {
      if (told.count(line) == 0 && !is_there_twice(line.substr(0, line.find(" by "))))
        broken("the plan reads {}, and no index is told so", line);
    }
  }
  /// `t` of `SEARCH t USING ...`; empty of a line that reads no table.
  static std::string item_of_line(const std::string& detail) {
    const bool is_search = detail.rfind("SEARCH ", 0) == 0;
    if (!is_search && detail.rfind("SCAN ", 0) != 0) return {};
    if (detail.find(" CONSTANT ROW") != std::string::npos) return {};
    std::string item = detail.substr(is_search ? 7 : 5);
    for (const std::string_view after : {" USING ", " VIRTUAL TABLE ", " LEFT-JOIN"}) {
      if (const std::size_t end = item.find(after); end != std::string::npos) item.erase(end);
    }
    return item;
  }
  static std::string reading_of(const std::string& detail) {
    const std::string item = item_of_line(detail);
    const std::size_t index = detail.find(" USING ");
    if (item.empty() || index == std::string::npos) return {};
    std::string by = detail.substr(index + 7);
    if (by.rfind("AUTOMATIC", 0) == 0) return {};
    for (const std::string_view word : {"COVERING ", "INDEX "}) {
      if (by.rfind(word, 0) == 0) by.erase(0, word.size());
    }
    if (const std::size_t terms = by.find(" ("); terms != std::string::npos) by.erase(terms);
    if (const std::size_t join = by.find(" LEFT-JOIN"); join != std::string::npos) by.erase(join);
    const SearchedColumns searched = searched_columns(detail);
    return fmt::format("{} by {}: {} equal, {} in a range", item, by, searched.equal, searched.in_range);
  }

  /// A span is a whole number of tokens of the statement.
  void check_span(planner::Span span, const std::string& where) {
    if (span.empty()) return;
    if (span.end > explanation_.sql.size()) return broken("{} has a span behind the statement", where);
    if (starts_.count(span.begin) == 0 || ends_.count(span.end) == 0)
      broken("{}: `{}` cuts a token", where, explanation_.sql.substr(span.begin, span.end - span.begin));
  }
  void find_tokens() {
    std::size_t at = 0;
    while (const auto token = engine::sql::next_token(explanation_.sql, at)) {
      at = token->span.end;
      if (token->token_class == engine::sql::TokenClass::kSpace ||
          token->token_class == engine::sql::TokenClass::kComment)
        continue;
      starts_.insert(token->span.begin);
      ends_.insert(token->span.end);
    }
  }

  const Explanation& explanation_;
  const storage::Catalog& catalog_;
  std::set<std::size_t> starts_, ends_;  // of tokens
  std::vector<std::string> broken_;
};

}  // namespace

SearchedColumns searched_columns(const std::string& plan_line) {
  SearchedColumns searched;
  const std::size_t using_index = plan_line.find(" USING ");
  const std::size_t open = using_index == std::string::npos ? using_index : plan_line.find(" (", using_index);
  const std::size_t close = plan_line.rfind(')');
  if (open == std::string::npos || close == std::string::npos || close < open) return searched;
  std::string_view rest(plan_line);
  rest = rest.substr(open + 2, close - open - 2);
  while (!rest.empty()) {
    const std::size_t end = rest.find(" AND ");
    const std::string_view constraint = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 5);
    if (constraint.substr(0, 1) == "(") {  // (a,b)>(?,?)
      const std::string_view names = constraint.substr(0, constraint.find(')'));
      const auto commas = static_cast<int>(std::count(names.begin(), names.end(), ','));
      searched.in_range = std::max(searched.in_range, commas + 1);
    } else if (constraint.size() >= 2 && (constraint.substr(constraint.size() - 2) == ">?" ||
                                          constraint.substr(constraint.size() - 2) == "<?")) {
      searched.in_range = std::max(searched.in_range, 1);
    } else {
      ++searched.equal;  // a=?, ANY(a)
    }
  }
  return searched;
}

std::vector<std::string> broken_rules(const Explanation& explanation, const storage::Catalog& catalog) {
  return Check(explanation, catalog).run();
}

}  // namespace leftmost::advice
