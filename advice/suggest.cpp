#include "advice/suggest.h"

#include <fmt/format.h>

#include <algorithm>

#include "advice/explanation.h"
#include "advice/index_proposals.h"
#include "advice/trial.h"
#include "storage/catalog.h"

namespace leftmost::advice {
namespace {

// A statement that joins many tables has many proposals; each costs an index build.
constexpr std::size_t kTrialsMax = 8;
constexpr std::size_t kSuggestionsMax = 3;

/// `users_first_name`: the table and the columns, without what a bare name cannot have.
std::string index_name(const IndexProposal& proposal, const storage::Catalog& catalog) {
  std::string name = proposal.table;
  for (const std::string& column : proposal.columns) {
    name += '_';
    for (const char c : column) name += c == ' ' || c == '(' || c == ',' ? '_' : c;
  }
  name.erase(std::remove_if(name.begin(), name.end(),
                            [](char c) {
                              return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                       (c >= '0' && c <= '9') || c == '_');
                            }),
             name.end());
  if (name.empty() || (name.front() >= '0' && name.front() <= '9')) name.insert(0, "index_");
  const std::string stem = name;
  for (int number = 2; catalog.find(name); ++number) name = fmt::format("{}_{}", stem, number);
  return name;
}

std::size_t count_lines(const std::vector<planner::PlanLine>& plan, std::string_view beginning) {
  return static_cast<std::size_t>(std::count_if(plan.begin(), plan.end(), [&](const planner::PlanLine& line) {
    return line.detail.compare(0, beginning.size(), beginning) == 0;
  }));
}

bool mentions(const std::vector<planner::PlanLine>& plan, const std::string& index) {
  return std::any_of(plan.begin(), plan.end(), [&](const planner::PlanLine& line) {
    const std::size_t at = line.detail.find(" " + index);
    if (at == std::string::npos) return false;
    const std::size_t end = at + 1 + index.size();
    return end == line.detail.size() || line.detail[end] == ' ';
  });
}

/// Equality columns and bounds in the plan: `(a=? AND b>?)` has two.
std::size_t count_search_terms(const std::vector<planner::PlanLine>& plan) {
  std::size_t count = 0;
  for (const planner::PlanLine& line : plan) {
    count += static_cast<std::size_t>(std::count(line.detail.begin(), line.detail.end(), '?'));
  }
  return count;
}

bool is_better_plan(const std::vector<planner::PlanLine>& before,
                    const std::vector<planner::PlanLine>& after) {
  return count_lines(after, "SCAN ") < count_lines(before, "SCAN ") ||
         count_lines(after, "USE TEMP B-TREE") < count_lines(before, "USE TEMP B-TREE") ||
         count_search_terms(after) > count_search_terms(before);
}

/// Everything that is stepped onto or fetched.
std::uint64_t steps(const engine::Work& work) { return work.rows_visited + work.table_lookups; }

/// Half the steps, or none of the sorting at no more steps. One or two rows less are no reason for an index.
bool is_less_work(const engine::Work& before, const engine::Work& after) {
  if (2 * steps(after) < steps(before) && steps(before) - steps(after) >= 2) return true;
  if (after.sorts < before.sorts && steps(after) <= steps(before)) return true;
  return before.table_lookups >= 2 && after.table_lookups == 0 && after.rows_visited <= before.rows_visited &&
         after.pages_read < before.pages_read;
}

struct Proven {
  Suggestion suggestion;
  std::string table;
  bool is_covering = false;
  std::uint64_t steps = 0;
};

std::optional<Proven> try_proposal(oracle::Session& session, Trial& trial,
                                   const StatementInQuestion& question,
                                   const std::vector<planner::PlanLine>& before,
                                   const IndexProposal& proposal) {
  const std::string name = index_name(proposal, session.database().catalog());
  std::string columns;
  for (const std::string& column : proposal.columns) columns += (columns.empty() ? "" : ", ") + column;
  const std::string create =
      fmt::format("CREATE INDEX {} ON {}({})", name, sql_name(proposal.table), columns);
  if (!trial.define(create)) return std::nullopt;

  const auto result = trial.ask(question.sql, question.bindings, question.work.has_value());
  if (!trial.define(fmt::format("DROP INDEX {}", name))) return std::nullopt;
  if (!result || !result->plan_agrees || !mentions(result->plan, name)) return std::nullopt;
  const bool ran = result->work && question.work;
  if (ran && (!result->same_rows || !is_less_work(*question.work, *result->work))) return std::nullopt;
  if (!ran && !is_better_plan(before, result->plan)) return std::nullopt;

  Proven proven;
  proven.suggestion = {"create-index",
                       create + ";",
                       plan_in_one_line(before),
                       plan_in_one_line(result->plan),
                       {},
                       {},
                       "SQLite " + oracle::Twin::version()};
  if (ran) {
    proven.suggestion.work_before = question.work->rows_visited;
    proven.suggestion.work_after = result->work->rows_visited;
    proven.steps = steps(*result->work);
  }
  proven.table = proposal.table;
  proven.is_covering = proposal.is_covering;
  return proven;
}

}  // namespace

std::vector<Suggestion> suggest_indexes(oracle::Session& session, const StatementInQuestion& question) {
  if (session.twin() == nullptr || question.statement->plan() == nullptr) return {};
  if (!session.database().is_autocommit()) return {};
  std::vector<IndexProposal> proposals =
      propose_indexes(*question.statement->plan(), question.statement->sql());
  if (proposals.empty()) return {};
  if (proposals.size() > kTrialsMax) proposals.resize(kTrialsMax);
  const std::vector<planner::PlanLine> before = question.statement->plan_lines();
  auto trial = Trial::start(session);
  if (!trial) return {};

  std::vector<Proven> proven;
  for (const IndexProposal& proposal : proposals) {
    // A covering index is wider to keep and to write: only where nothing narrower does it for this table.
    const bool has_narrower = std::any_of(proven.begin(), proven.end(), [&](const Proven& other) {
      return other.table == proposal.table && !other.is_covering;
    });
    if (proposal.is_covering && has_narrower) continue;
    if (auto result = try_proposal(session, *trial, question, before, proposal))
      proven.push_back(std::move(*result));
  }
  std::stable_sort(proven.begin(), proven.end(),
                   [](const Proven& a, const Proven& b) { return a.steps < b.steps; });
  std::vector<Suggestion> suggestions;
  for (Proven& one : proven) {
    if (suggestions.size() < kSuggestionsMax) suggestions.push_back(std::move(one.suggestion));
  }
  return suggestions;
}

}  // namespace leftmost::advice
