#include "advice/lint.h"

#include <fmt/format.h>

#include <algorithm>

#include "advice/explanation.h"
#include "advice/hidden_work.h"
#include "advice/lint_schema.h"
#include "advice/lint_skew.h"
#include "advice/lint_statement.h"
#include "advice/parameters.h"
#include "advice/runs.h"
#include "advice/suggest.h"

namespace leftmost::advice {
namespace {

using engine::StatementKind;

bool starts_with(std::string_view text, std::string_view beginning) {
  return text.substr(0, beginning.size()) == beginning;
}

bool is_query_or_change(StatementKind kind) {
  return kind == StatementKind::kSelect || kind == StatementKind::kInsert || kind == StatementKind::kUpdate ||
         kind == StatementKind::kDelete;
}

/// Statements about all rows: the copy has none, and its statistics are the file's.
bool is_left_out(std::string_view normal) {
  return starts_with(normal, "ANALYZE") || starts_with(normal, "REINDEX") || starts_with(normal, "VACUUM");
}

class Linter {
 public:
  Linter(PlanningCopy& copy, Workload& workload, const LintOptions& options)
      : copy_(copy), workload_(workload), options_(options) {}

  Expected<LintReport> run() {
    report_.files = workload_.files().size();
    for (const WorkloadRemark& remark : workload_.remarks()) {
      Finding finding;
      finding.code = "bad-comment";
      finding.text = remark.text;
      place(workload_.files()[remark.file], remark.range, finding);
      settle(std::move(finding), nullptr);
    }
    for (WorkloadStatement& statement : workload_.statements()) {
      if (options_.on_progress && !options_.on_progress(report_.statements)) {
        report_.was_stopped = true;
        break;
      }
      ++report_.statements;
      look_at(statement);
    }
    if (!report_.was_stopped) {
      if (options_.about_workload) look_at_schema();
      look_at_allowances();
      if (options_.snapshot != nullptr) count_gone();
    }
    std::stable_sort(report_.findings.begin(), report_.findings.end(),
                     [this](const Finding& a, const Finding& b) {
                       if (a.file != b.file) return file_number(a.file) < file_number(b.file);
                       if (a.begin.line != b.begin.line) return a.begin.line < b.begin.line;
                       return a.begin.column < b.begin.column;
                     });
    return std::move(report_);
  }

 private:
  // Files in the order in which they were given, the database last.
  std::size_t file_number(const std::string& name) const {
    std::size_t number = 0;
    while (number < workload_.files().size() && workload_.files()[number].name() != name) ++number;
    return number;
  }

  static void place(const WorkloadFile& file, TextRange range, Finding& finding) {
    finding.file = file.name();
    finding.begin = file.place(range.begin);
    finding.end = file.place(range.end);
  }

  /// The severity that the options give to a code; none: it is not reported.
  std::optional<Severity> severity_of(std::string_view code) const {
    if (const auto level = options_.levels.find(code); level != options_.levels.end()) return level->second;
    const LintCode* known = find_lint_code(code);
    if (known == nullptr) return Severity::kError;
    const auto level = options_.levels.find(std::string_view(&known->group, 1));
    return level != options_.levels.end() ? level->second : known->severity;
  }

  static bool allows(std::vector<Allowance>& allowances, std::string_view code) {
    const LintCode* known = find_lint_code(code);
    bool found = false;
    for (Allowance& allowance : allowances) {
      const bool is_group =
          allowance.code.size() == 1 && known != nullptr && allowance.code.front() == known->group;
      if (allowance.code != code && !is_group) continue;
      allowance.is_used = true;
      found = true;
    }
    return found;
  }

  void settle(Finding finding, WorkloadStatement* statement) {
    const auto severity = severity_of(finding.code);
    if (!severity) return;
    finding.severity = *severity;
    if (statement != nullptr) {
      finding.statement = statement->normal;
      const bool here = allows(statement->allowances, finding.code);
      if (allows(workload_.files()[statement->file].allowances, finding.code) || here) {
        ++report_.suppressed;
        return;
      }
    }
    report_.findings.push_back(std::move(finding));
  }

  void add(WorkloadStatement& statement, std::string_view code, TextRange in_statement, std::string text) {
    Finding finding;
    finding.code = code;
    finding.text = std::move(text);
    place(workload_.files()[statement.file],
          {statement.range.begin + in_statement.begin, statement.range.begin + in_statement.end}, finding);
    settle(std::move(finding), &statement);
  }

  TextRange whole(const WorkloadStatement& statement) const {
    return {0, statement.range.end - statement.range.begin};
  }

  void look_at(WorkloadStatement& statement) {
    if (is_left_out(statement.normal)) return;
    const std::string_view sql = workload_.sql(statement);
    oracle::Session& session = copy_.session();
    oracle::PreparedNext prepared = session.prepare_next(sql);
    if (prepared.error) return refuse(statement, *prepared.error, prepared.agreement);
    if (!prepared.statement) return;
    const StatementKind kind = prepared.statement->ours().kind();
    if (kind == StatementKind::kDefinition || kind == StatementKind::kPragma) {
      if (auto done = session.execute(sql); !done) refuse(statement, done.error(), {});
      return;
    }
    if (!is_query_or_change(kind) || prepared.statement->ours().plan() == nullptr) return;

    oracle::SessionStatement& both = *prepared.statement;
    std::vector<storage::OwnedValue> bindings(static_cast<std::size_t>(both.ours().parameter_count()));
    bind(statement, both, bindings);
    const oracle::Agreement agreement = both.compare_plans();
    if (!agreement.agrees()) disagree(statement, agreement.to_text());

    StatementFindings found = findings_of(*both.ours().plan());
    for (StatementReason& reason : hidden_work(session.database(), sql)) {
      StatementFinding& finding = found.findings.emplace_back();
      finding.code = std::move(reason.code);
      finding.span = reason.span;
      finding.tables = {reason.subject};
      finding.is_scan = true;
      // Its own text counts rows, which the copy does not have.
      finding.text = fmt::format(
          "with PRAGMA foreign_keys on, {} is read in full for each row: no index of it starts with its "
          "foreign key",
          reason.subject);
    }
    for (StatementFinding& skew : find_skew(*both.ours().plan(), sql, copy_))
      found.findings.push_back(std::move(skew));
    used_indexes_.insert(found.indexes.begin(), found.indexes.end());
    keep_worthy(found);
    const std::vector<Suggestion> suggestions = suggest(both, found, bindings);
    for (StatementFinding& one : found.findings) {
      if (!is_beyond_help(one, suggestions)) report(statement, one, suggestions);
    }
    for (const FullRead& read : found.full_reads) report_missing(statement, read, suggestions);
    remember_plan(statement, both.ours().plan_lines());
  }

  void refuse(WorkloadStatement& statement, const Error& error, const oracle::Agreement& agreement) {
    // The file of statements brings the definitions along that the database has already.
    if (starts_with(statement.normal, "CREATE ") && error.message.find("already exists") != std::string::npos)
      return;
    TextRange range = whole(statement);
    if (error.sql_offset) range = {std::min(*error.sql_offset, range.end), range.end};
    const bool sqlite_runs_it = agreement.error_compared && !agreement.failure_agrees;
    if (error.code == ErrorCode::kNotSupported || sqlite_runs_it) {
      add(statement, "not-supported", range, error.message);
      if (sqlite_runs_it) disagree(statement, agreement.to_text());
      return;
    }
    report_.has_sql_error = true;
    add(statement, "sql-error", range,
        error.hint.empty() ? error.message : error.message + "; " + error.hint);
  }

  void disagree(const WorkloadStatement& statement, const std::string& text) {
    const WorkloadFile& file = workload_.files()[statement.file];
    report_.disagreements.push_back(
        fmt::format("{}:{}: {}", file.name(), file.place(statement.range.begin).line, text));
  }

  void bind(WorkloadStatement& statement, oracle::SessionStatement& both,
            std::vector<storage::OwnedValue>& bindings) {
    for (const ParameterText& parameter : statement.parameters) {
      const int number = parameter_number(both.ours(), parameter.name);
      if (number == 0) {
        add(statement, "bad-comment", whole(statement),
            fmt::format("the statement has no parameter {}", parameter.name));
        continue;
      }
      auto value = value_of_sql(parameter.value);
      if (!value) {
        add(statement, "bad-comment", whole(statement),
            fmt::format("the value of {}: {}", parameter.name, value.error().message));
        continue;
      }
      if (both.bind(number, value->view()))
        bindings[static_cast<std::size_t>(number) - 1] = std::move(*value);
    }
  }

  bool is_worth(const std::vector<std::string>& tables, bool is_scan, std::uint64_t rows_visited) {
    const std::uint64_t limit = std::max(options_.table_rows_min, options_.scan_rows_min);
    if (limit == 0 || tables.empty()) return true;
    return std::any_of(tables.begin(), tables.end(), [&](const std::string& table) {
      const std::uint64_t rows = copy_.rows_of(table, limit).value_or(limit);
      if (rows < options_.table_rows_min) return false;
      const std::uint64_t visited = is_scan || rows_visited == 0 ? rows : std::min(rows, rows_visited);
      return visited >= options_.scan_rows_min;
    });
  }

  void keep_worthy(StatementFindings& found) {
    auto& findings = found.findings;
    findings.erase(std::remove_if(findings.begin(), findings.end(),
                                  [&](const StatementFinding& one) {
                                    return !is_worth(one.tables, one.is_scan, one.rows_visited);
                                  }),
                   findings.end());
    auto& reads = found.full_reads;
    reads.erase(std::remove_if(reads.begin(), reads.end(),
                               [&](const FullRead& read) { return !is_worth({read.table}, true, 0); }),
                reads.end());
  }

  std::vector<Suggestion> suggest(oracle::SessionStatement& both, const StatementFindings& found,
                                  const std::vector<storage::OwnedValue>& bindings) {
    const bool is_worth_it =
        !found.full_reads.empty() ||
        std::any_of(found.findings.begin(), found.findings.end(), [&](const StatementFinding& one) {
          const auto severity = severity_of(one.code);
          return severity && *severity != Severity::kNote;
        });
    if (!options_.try_indexes || !is_worth_it) return {};
    StatementInQuestion question;
    question.sql = both.sql();
    question.statement = &both.ours();
    question.bindings = bindings;
    return suggest_indexes(copy_.session(), question);
  }

  static bool is_on(const Suggestion& suggestion, const std::string& table) {
    return suggestion.sql.find(" ON " + sql_name(table) + "(") != std::string::npos;
  }

  /// Whether the suggestion is about what the finding is about, not about something else of the same
  /// statement.
  static bool helps(const Suggestion& suggestion, const StatementFinding& one) {
    if (std::none_of(one.tables.begin(), one.tables.end(),
                     [&](const auto& table) { return is_on(suggestion, table); })) {
      return false;
    }
    const LintCode* code = find_lint_code(one.code);
    if (code == nullptr || code->severity == Severity::kNote) return false;
    if (one.code == "offset-walks-rows" || one.code.compare(0, 10, "skip-scan-") == 0) return false;
    if (code->group == 'C') return count(suggestion.after, "COVERING") > count(suggestion.before, "COVERING");
    if (code->group == 'O')
      return count(suggestion.after, "TEMP B-TREE") < count(suggestion.before, "TEMP B-TREE");
    return true;
  }

  static std::size_t count(std::string_view text, std::string_view part) {
    std::size_t number = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
      ++number;
    return number;
  }

  /// Look-ups, or an index read in full, that no index would spare.
  bool is_beyond_help(const StatementFinding& one, const std::vector<Suggestion>& suggestions) const {
    if (!options_.try_indexes || (one.code != "not-covering" && one.code != "index-scan-not-search"))
      return false;
    return std::none_of(suggestions.begin(), suggestions.end(),
                        [&](const Suggestion& suggestion) { return helps(suggestion, one); });
  }

  void report(WorkloadStatement& statement, const StatementFinding& one,
              const std::vector<Suggestion>& suggestions) {
    Finding finding;
    finding.code = one.code;
    finding.text = one.text;
    finding.index = one.index;
    if (one.tables.size() == 1) finding.table = one.tables.front();
    for (const Suggestion& suggestion : suggestions) {
      if (finding.help.empty() && helps(suggestion, one)) finding.help = suggestion.sql;
    }
    // A view's conditions have no place in the statement.
    TextRange range{one.span.begin, one.span.end};
    if (one.span.empty() || range.end > whole(statement).end) range = whole(statement);
    place(workload_.files()[statement.file],
          {statement.range.begin + range.begin, statement.range.begin + range.end}, finding);
    settle(std::move(finding), &statement);
  }

  void report_missing(WorkloadStatement& statement, const FullRead& read,
                      const std::vector<Suggestion>& suggestions) {
    if (read.has_finding) return;
    for (const Suggestion& suggestion : suggestions) {
      const auto full_reads = [](const std::string& plan) {
        return count(plan, "SCAN ") + count(plan, " AUTOMATIC ");
      };
      if (!is_on(suggestion, read.table) || full_reads(suggestion.after) >= full_reads(suggestion.before))
        continue;
      Finding finding;
      finding.code = "index-missing";
      finding.table = read.table;
      finding.help = suggestion.sql;
      finding.text = fmt::format("{}; with an index: {}", read.how, suggestion.after);
      TextRange range{read.span.begin, read.span.end};
      if (read.span.empty() || range.end > whole(statement).end) range = whole(statement);
      place(workload_.files()[statement.file],
            {statement.range.begin + range.begin, statement.range.begin + range.end}, finding);
      return settle(std::move(finding), &statement);
    }
  }

  void remember_plan(WorkloadStatement& statement, const std::vector<planner::PlanLine>& plan) {
    std::vector<std::string> lines = snapshot_lines(plan);
    if (lines.empty()) return;
    if (options_.snapshot != nullptr && report_.plans.plans.count(statement.normal) == 0) {
      compare_with_snapshot(statement, lines);
    }
    report_.plans.plans.emplace(statement.normal, std::move(lines));
  }

  void compare_with_snapshot(WorkloadStatement& statement, const std::vector<std::string>& lines) {
    const auto before = options_.snapshot->plans.find(statement.normal);
    if (before == options_.snapshot->plans.end()) {
      ++report_.plans_new;
      return;
    }
    const std::vector<std::string> worse = what_got_worse(before->second, lines);
    if (worse.empty() && before->second != lines) {
      ++report_.plans_changed;
      add(statement, "plan-changed", whole(statement),
          fmt::format("now {}, before {}", in_one_line(lines), in_one_line(before->second)));
    }
    for (const std::string& what : worse) add(statement, "plan-worse", whole(statement), what);
  }

  static std::string in_one_line(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) {
      if (!text.empty()) text += " / ";
      text += line.substr(std::min(line.size(), line.find_first_not_of(' ')));
    }
    return text;
  }

  void count_gone() {
    for (const auto& [statement, plan] : options_.snapshot->plans) {
      if (report_.plans.plans.count(statement) == 0) ++report_.plans_gone;
    }
  }

  void look_at_schema() {
    for (Finding& finding : findings_about_schema(copy_.session(), used_indexes_)) {
      if (!finding.table.empty() && !is_worth({finding.table}, true, 0)) continue;
      finding.file = options_.schema_name;
      settle(std::move(finding), nullptr);
    }
  }

  void look_at_allowances() {
    for (const WorkloadFile& file : workload_.files()) look_at_allowances(file, file.allowances);
    for (const WorkloadStatement& statement : workload_.statements()) {
      look_at_allowances(workload_.files()[statement.file], statement.allowances);
    }
  }

  void look_at_allowances(const WorkloadFile& file, const std::vector<Allowance>& allowances) {
    for (const Allowance& allowance : allowances) {
      if (allowance.is_used) continue;
      Finding finding;
      const bool is_known = is_code_or_group(allowance.code);
      finding.code = is_known ? "unused-allow" : "unknown-code";
      finding.text = is_known ? fmt::format("there is no {} here to allow", allowance.code)
                              : fmt::format("{} is no code and no group", allowance.code);
      place(file, allowance.range, finding);
      settle(std::move(finding), nullptr);
    }
  }

  PlanningCopy& copy_;
  Workload& workload_;
  const LintOptions& options_;
  LintReport report_;
  std::set<std::string> used_indexes_;
};

}  // namespace

std::size_t LintReport::count(Severity severity) const {
  return static_cast<std::size_t>(
      std::count_if(findings.begin(), findings.end(),
                    [&](const Finding& finding) { return finding.severity == severity; }));
}

Expected<LintReport> lint(PlanningCopy& copy, Workload& workload, const LintOptions& options) {
  return Linter(copy, workload, options).run();
}

}  // namespace leftmost::advice
