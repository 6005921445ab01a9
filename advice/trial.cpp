#include "advice/trial.h"

namespace leftmost::advice {
namespace {

void read_row(const oracle::TwinStatement& statement, std::vector<storage::Value>& row) {
  row.clear();
  for (int i = 0; i < statement.column_count(); ++i) row.push_back(statement.value(i));
}

void bind_all(oracle::TwinStatement& statement, const std::vector<storage::OwnedValue>& bindings) {
  for (std::size_t i = 0; i < bindings.size(); ++i)
    statement.bind(static_cast<int>(i) + 1, bindings[i].view());
}

}  // namespace

Trial::Trial(oracle::Session& session, oracle::Twin copy)
    : session_(&session),
      database_(&session.database()),
      copy_(std::move(copy)),
      mark_(session.database().mark()) {}

Trial::Trial(Trial&& other) noexcept
    : session_(other.session_),
      database_(other.database_),
      copy_(std::move(other.copy_)),
      mark_(std::move(other.mark_)) {
  other.mark_.reset();
}

Trial::~Trial() {
  if (mark_) database_->restore(*mark_);
}

Expected<Trial> Trial::start(oracle::Session& session) {
  auto copy = session.twin()->copy(oracle::CopyContent::kEverything);
  if (!copy) return Unexpected(copy.error());
  return Trial(session, std::move(*copy));
}

Expected<void> Trial::define(std::string_view sql) {
  if (auto done = copy_.execute(sql); !done) return done;
  return database_->execute(sql);
}

Expected<Trial::Result> Trial::ask(const std::string& sql, const std::vector<storage::OwnedValue>& bindings,
                                   bool run) {
  Result result;
  auto ours = database_->prepare(sql);
  if (!ours) return Unexpected(ours.error());
  for (std::size_t i = 0; i < bindings.size(); ++i) {
    if (auto bound = ours->bind(static_cast<int>(i) + 1, bindings[i].view()); !bound)
      return Unexpected(bound.error());
  }
  const auto theirs = copy_.plan(sql, bindings);
  if (!theirs) return Unexpected(theirs.error());
  result.plan = ours->plan_lines();
  result.plan_agrees = oracle::same_plan(result.plan, *theirs);
  if (!run || !ours->is_readonly()) return result;

  // SQLite on the data as they are, ours with the change: both at once, so that no row has to wait.
  auto reference = session_->twin()->prepare(sql);
  if (!reference) return Unexpected(reference.error());
  bind_all(*reference, bindings);
  oracle::RowComparison comparison;
  std::vector<storage::Value> row;
  bool reference_ended = false;
  for (;;) {
    const auto step = ours->step();
    if (!step) return Unexpected(step.error());
    if (*step == engine::StepResult::kDone) break;
    row.clear();
    for (int i = 0; i < ours->column_count(); ++i) row.push_back(ours->value(i));
    comparison.add_ours(row);
    if (reference_ended) continue;
    const auto more = reference->step();
    if (!more) return Unexpected(more.error());
    reference_ended = !*more;
    if (reference_ended) {
      comparison.end_theirs();
    } else {
      read_row(*reference, row);
      comparison.add_theirs(row);
    }
  }
  comparison.end_ours();
  while (!reference_ended) {
    const auto more = reference->step();
    if (!more) return Unexpected(more.error());
    reference_ended = !*more;
    if (*more) {
      read_row(*reference, row);
      comparison.add_theirs(row);
    }
  }
  comparison.end_theirs();
  result.same_rows = comparison.same_in_any_order();
  result.work = ours->work();
  return result;
}

}  // namespace leftmost::advice
