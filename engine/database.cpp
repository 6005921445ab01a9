#include "engine/database.h"

#include "engine/exec/compiled_statement.h"
#include "engine/exec/connection.h"
#include "engine/exec/statement_cache.h"
#include "engine/exec/trigger_program.h"

namespace leftmost::engine {

using storage::OwnedValue;
using storage::Value;

struct Database::Impl : Connection {
  using Connection::Connection;
  ~Impl() { cache->close(); }
  std::shared_ptr<StatementCache> cache = std::make_shared<StatementCache>();
};

struct Database::Mark::Content {
  Connection::Whole whole;
};

struct Statement::Impl : storage::FromLookaside {
  Impl(Connection& its_connection, std::shared_ptr<StatementCache> its_cache,
       std::unique_ptr<CompiledStatement> statement)
      : connection(its_connection), cache(std::move(its_cache)), compiled(std::move(statement)) {}

  Connection& connection;
  std::shared_ptr<StatementCache> cache;  // outlives the connection, for statements that do
  std::unique_ptr<CompiledStatement> compiled;
  std::vector<OwnedValue> bindings;
  std::vector<Value> parameters;  // views of `bindings`, up to date after refresh()
  bool is_running = false;
  bool has_row = false;
  bool has_run = false;
  bool has_failed = false;
  Work no_work;

  Expected<void> refresh();
  Expected<void> begin();
  void end();
};

// Prepares again when the schema has changed meanwhile, or a value that the plan was made for.
Expected<void> Statement::Impl::refresh() {
  parameters.clear();
  for (const OwnedValue& value : bindings) parameters.push_back(value.view());
  if (is_current(*compiled, connection, parameters)) return {};
  auto again = compile_statement(connection, compiled->text, parameters);
  if (!again) return Unexpected(again.error());
  compiled = std::move(*again);
  return {};
}

Expected<void> Statement::Impl::begin() {
  if (auto refreshed = refresh(); !refreshed) return refreshed;
  if (auto made = make_action(*compiled); !made) return made;
  if (auto started = compiled->action->start(parameters); !started) {
    compiled->action->finish();
    has_failed = true;
    return started;
  }
  is_running = true;
  has_run = true;
  return {};
}

void Statement::Impl::end() {
  if (is_running) compiled->action->finish();
  is_running = false;
  has_row = false;
}

Statement::Statement(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Statement::Statement(Statement&&) noexcept = default;
Statement& Statement::operator=(Statement&&) noexcept = default;
Statement::~Statement() {
  if (!impl_) return;
  impl_->end();
  if (impl_->has_failed) return;
  impl_->cache->give_back(std::move(impl_->compiled));
}

StatementKind Statement::kind() const { return impl_->compiled->kind; }
bool Statement::is_readonly() const { return impl_->compiled->is_readonly; }

std::string_view Statement::sql() const {
  const sql::Span span = impl_->compiled->syntax->span;
  return impl_->compiled->text.substr(span.begin, span.end - span.begin);
}

int Statement::parameter_count() const { return impl_->compiled->syntax->parameter_count; }

std::string_view Statement::parameter_name(int number) const {
  const auto names = impl_->compiled->syntax->parameter_names;
  if (number < 1 || static_cast<std::size_t>(number) > names.size()) return {};
  return names[static_cast<std::size_t>(number) - 1];
}

int Statement::parameter_number(std::string_view name) const {
  const auto names = impl_->compiled->syntax->parameter_names;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!name.empty() && names[i] == name) return static_cast<int>(i) + 1;
  }
  return 0;
}

Expected<void> Statement::bind(int number, Value value) {
  if (number < 1 || number > parameter_count()) {
    return fail(ErrorCode::kRange, "column index out of range");
  }
  if (impl_->is_running) reset();
  if (impl_->bindings.size() < static_cast<std::size_t>(number)) {
    impl_->bindings.resize(static_cast<std::size_t>(parameter_count()));
  }
  impl_->bindings[static_cast<std::size_t>(number) - 1] = OwnedValue(value);
  return {};
}

void Statement::clear_bindings() { impl_->bindings.clear(); }

int Statement::column_count() const { return static_cast<int>(impl_->compiled->columns.size()); }

std::string_view Statement::column_name(int column) const {
  return impl_->compiled->columns[static_cast<std::size_t>(column)].name;
}

std::string_view Statement::column_declared_type(int column) const {
  return impl_->compiled->columns[static_cast<std::size_t>(column)].declared_type;
}

Expected<StepResult> Statement::step() {
  Impl& impl = *impl_;
  if (!impl.is_running) {
    if (auto begun = impl.begin(); !begun) return Unexpected(begun.error());
  }
  auto row = impl.compiled->action->next();
  if (!row) {
    impl.end();
    impl.has_failed = true;
    return Unexpected(row.error());
  }
  impl.has_row = *row;
  if (!*row) impl.end();
  return *row ? StepResult::kRow : StepResult::kDone;
}

Value Statement::value(int column) const {
  return impl_->compiled->action->row()[static_cast<std::size_t>(column)];
}

void Statement::reset() { impl_->end(); }

std::vector<planner::PlanLine> Statement::plan_lines() const {
  const planner::Plan* record = plan();
  return record == nullptr ? std::vector<planner::PlanLine>() : planner::eqp_lines(*record);
}

std::vector<TriggerPlan> Statement::trigger_plans() const {
  static_cast<void>(plan());
  std::vector<TriggerPlan> plans;
  for (const TriggerProgram* program : programs_in_order(*impl_->compiled)) {
    TriggerPlan& made = plans.emplace_back();
    made.trigger = program->trigger().name;
    int last = 0;
    for (const planner::Plan* part : program->plans()) {
      const int before = last;
      for (planner::PlanLine line : planner::eqp_lines(*part)) {
        line.id += before;
        if (line.parent != 0) line.parent += before;
        last = std::max(last, line.id);
        made.lines.push_back(std::move(line));
      }
    }
  }
  return plans;
}

const planner::Plan* Statement::plan() const {
  // Where it cannot be prepared again, the next step() says so; the plan that there was is all there is to
  // show.
  if (!impl_->is_running) static_cast<void>(impl_->refresh());
  return impl_->compiled->plan.get();
}

const Work& Statement::work() const {
  Action* action = impl_->has_run ? impl_->compiled->action.get() : nullptr;
  const Work* work = action == nullptr ? nullptr : action->work();
  return work == nullptr ? impl_->no_work : *work;
}

Database::Database(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Database::~Database() = default;

std::unique_ptr<Database> Database::in_memory(std::shared_ptr<Environment> environment) {
  return std::unique_ptr<Database>(new Database(std::make_unique<Impl>(std::move(environment))));
}

Expected<Prepared> Database::prepare_next(std::string_view sql) {
  std::unique_ptr<CompiledStatement> statement = impl_->cache->take(*impl_, sql);
  if (statement == nullptr) {
    auto compiled = compile_statement(*impl_, sql);
    if (!compiled) return Unexpected(compiled.error());
    statement = std::move(*compiled);
  }
  Prepared prepared;
  prepared.bytes_consumed = statement->bytes_consumed;
  if (statement->syntax != nullptr) {
    prepared.statement =
        Statement(std::make_unique<Statement::Impl>(*impl_, impl_->cache, std::move(statement)));
  }
  return prepared;
}

Expected<Statement> Database::prepare(std::string_view sql) {
  auto prepared = prepare_next(sql);
  if (!prepared) return Unexpected(prepared.error());
  if (!prepared->statement) return fail(ErrorCode::kError, "there is no statement in the text");
  std::string_view rest = sql.substr(prepared->bytes_consumed);
  while (!rest.empty()) {
    auto next = prepare_next(rest);
    if (!next || next->statement)
      return fail(ErrorCode::kError, "there is more than one statement in the text",
                  sql.size() - rest.size());
    if (next->bytes_consumed == 0) break;
    rest.remove_prefix(next->bytes_consumed);
  }
  return std::move(*prepared->statement);
}

Expected<void> Database::execute(std::string_view sql) {
  std::size_t done = 0;
  while (done < sql.size()) {
    auto prepared = prepare_next(sql.substr(done));
    if (!prepared) {
      Error error = prepared.error();
      if (error.sql_offset) *error.sql_offset += done;
      return Unexpected(std::move(error));
    }
    if (prepared->statement) {
      for (;;) {
        auto step = prepared->statement->step();
        if (!step) return Unexpected(step.error());
        if (*step == StepResult::kDone) break;
      }
    }
    if (prepared->bytes_consumed == 0) break;
    done += prepared->bytes_consumed;
  }
  return {};
}

bool Database::is_autocommit() const { return impl_->is_autocommit(); }
std::int64_t Database::changes() const { return impl_->counters().changes; }
std::int64_t Database::total_changes() const { return impl_->counters().total_changes; }
std::int64_t Database::last_insert_rowid() const { return impl_->counters().last_insert_rowid; }
const storage::Catalog& Database::catalog() const { return impl_->data().catalog; }
const storage::DatabaseState& Database::state() const { return impl_->data(); }
Limits& Database::limits() { return impl_->limits(); }
std::size_t Database::statements_kept() const { return impl_->cache->size(); }

void Database::set_plan_record(planner::PlanRecord record) { impl_->settings().plan_record = record; }
planner::PlanRecord Database::plan_record() const { return impl_->settings().plan_record; }

FunctionRegistry& Database::functions() { return impl_->functions(); }
Connection& Database::connection() { return *impl_; }

std::unique_ptr<Database> Database::snapshot() const {
  auto impl = std::make_unique<Impl>(nullptr);
  impl->restore(impl_->committed());
  impl->set_read_only();
  impl->schema_changed();
  impl->settings() = impl_->settings();
  return std::unique_ptr<Database>(new Database(std::move(impl)));
}

Database::Mark::Mark() = default;
Database::Mark::Mark(Mark&&) noexcept = default;
Database::Mark& Database::Mark::operator=(Mark&&) noexcept = default;
Database::Mark::~Mark() = default;

Database::Mark Database::mark() const {
  Mark mark;
  mark.content_ = std::make_unique<Mark::Content>(Mark::Content{impl_->whole()});
  return mark;
}

void Database::restore(const Mark& mark) { impl_->restore(mark.content_->whole); }

void Database::set_commit_hook(std::function<Expected<void>()> hook) {
  impl_->set_commit_hook(std::move(hook));
}

}  // namespace leftmost::engine
