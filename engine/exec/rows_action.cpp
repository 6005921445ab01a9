#include "engine/exec/rows_action.h"

namespace leftmost::engine {
namespace {

class RowsAction final : public Action {
 public:
  RowsAction(std::size_t columns, std::function<Expected<void>(RowBuffer&)> fill)
      : rows_(columns), fill_(std::move(fill)) {}

  Expected<void> start(std::span<const storage::Value>) override {
    rows_.clear();
    at_ = 0;
    return fill_(rows_);
  }
  Expected<bool> next() override {
    if (at_ >= rows_.size()) return false;
    ++at_;
    return true;
  }
  std::span<const storage::Value> row() const override { return rows_.row(at_ - 1); }

 private:
  RowBuffer rows_;
  std::function<Expected<void>(RowBuffer&)> fill_;
  std::size_t at_ = 0;
};

class DefinitionAction final : public Action {
 public:
  DefinitionAction(Connection& connection, std::function<Expected<void>()> run)
      : connection_(connection), run_(std::move(run)) {}

  Expected<void> start(std::span<const storage::Value>) override {
    if (connection_.is_read_only()) return fail(ErrorCode::kReadOnly, "attempt to write a readonly database");
    ConnectionState mark = connection_.mark();
    Expected<void> result = run_();
    if (result) result = connection_.statement_succeeded();
    if (!result) connection_.restore(std::move(mark));
    return result;
  }

 private:
  Connection& connection_;
  std::function<Expected<void>()> run_;
};

class PlainAction final : public Action {
 public:
  explicit PlainAction(std::function<Expected<void>()> run) : run_(std::move(run)) {}
  Expected<void> start(std::span<const storage::Value>) override { return run_(); }

 private:
  std::function<Expected<void>()> run_;
};

}  // namespace

std::unique_ptr<Action> make_rows_action(std::size_t columns, std::function<Expected<void>(RowBuffer&)> fill) {
  return std::make_unique<RowsAction>(columns, std::move(fill));
}

std::unique_ptr<Action> make_definition_action(Connection& connection, std::function<Expected<void>()> run) {
  return std::make_unique<DefinitionAction>(connection, std::move(run));
}

std::unique_ptr<Action> make_plain_action(std::function<Expected<void>()> run) {
  return std::make_unique<PlainAction>(std::move(run));
}

}  // namespace leftmost::engine
