#include "engine/exec/pragma_function.h"

#include "engine/exec/connection.h"
#include "engine/exec/pragma.h"
#include "storage/collation.h"
#include "storage/log_est.h"

namespace leftmost::engine {
namespace {

using storage::Value;

std::optional<storage::SchemaName> schema_of(std::string_view name) {
  if (storage::equals_ignoring_case(name, "main")) return storage::SchemaName::kMain;
  if (storage::equals_ignoring_case(name, "temp")) return storage::SchemaName::kTemp;
  return std::nullopt;
}

class Rows final : public FunctionRows {
 public:
  Rows(Connection& connection, const SchemaPragma& pragma)
      : connection_(connection), pragma_(pragma), rows_(pragma.columns.size()) {}

  void start(int, std::span<const Value> arguments, StatementRun& run) override {
    rows_.clear();
    at_ = 0;
    value_.reset();
    schema_.reset();
    if (!arguments.empty()) value_.emplace(arguments[0]);
    if (arguments.size() > 1) schema_.emplace(arguments[1]);
    const bool has_value = value_ && !value_->view().is_null();
    if (!has_value && pragma_.needs_value) return;
    std::optional<storage::SchemaName> schema;
    if (schema_ && !schema_->view().is_null()) {
      schema = schema_of(schema_->view().as_bytes());
      if (!schema) {  // SQLite writes a PRAGMA with the name as a string, and shows it so
        run.fail(ErrorCode::kError, "unknown database '" + std::string(schema_->view().as_bytes()) + '\'');
        return;
      }
    }
    auto filled =
        pragma_.fill(connection_, schema, has_value ? value_->view().as_bytes() : std::string_view(), rows_);
    if (!filled) run.fail(filled.error());
  }

  bool next() override { return at_ < rows_.size() && ++at_ > 0; }

  Value column(int column, StatementRun&) override {
    const auto place = static_cast<std::size_t>(column);
    if (place < rows_.width()) return rows_.row(at_ - 1)[place];
    const std::optional<storage::OwnedValue>& argument = place == rows_.width() ? value_ : schema_;
    return argument ? argument->view() : Value::null();
  }
  std::int64_t rowid() const override { return static_cast<std::int64_t>(at_); }
  std::size_t bytes_held() const override { return rows_.bytes_held(); }

 private:
  Connection& connection_;
  const SchemaPragma& pragma_;
  RowBuffer rows_;
  std::size_t at_ = 0;  // of the current row, from 1
  std::optional<storage::OwnedValue> value_, schema_;
};

class PragmaFunction final : public TableFunction {
 public:
  PragmaFunction(Connection& connection, const SchemaPragma& pragma)
      : TableFunction("pragma_" + std::string(pragma.name), pragma.columns, arguments_of(pragma)),
        connection_(connection),
        pragma_(pragma) {}

  std::unique_ptr<FunctionRows> make_rows() const override {
    return std::make_unique<Rows>(connection_, pragma_);
  }

  // SQLite: pragmaVtabBestIndex. A constraint that cannot be used is as if it were not there.
  std::optional<planner::FunctionAccess> choose_access(
      std::span<const planner::ArgumentConstraint> constraints) const override {
    planner::FunctionAccess access;
    access.rows = storage::log_est(25);
    access.run = storage::log_est_from_real(1.0);
    if (!pragma_.takes_value) return access;
    int passed[] = {-1, -1};
    for (std::size_t i = 0; i < constraints.size(); ++i) {
      if (constraints[i].usable && constraints[i].is_equality)
        passed[constraints[i].argument] = static_cast<int>(i);
    }
    if (passed[0] < 0) {
      constexpr std::uint64_t kNobodyWantsThis = 2147483647;
      access.rows = storage::log_est(kNobodyWantsThis);
      access.run = storage::log_est_from_real(static_cast<double>(kNobodyWantsThis));
      return access;
    }
    access.passed[0] = passed[0];
    if (passed[1] < 0) return access;
    access.passed[1] = passed[1];
    access.rows = storage::log_est(20);
    access.run = storage::log_est_from_real(20.0);
    return access;
  }

 private:
  static std::vector<std::string_view> arguments_of(const SchemaPragma& pragma) {
    std::vector<std::string_view> arguments;
    if (pragma.takes_value) arguments.emplace_back("arg");
    if (pragma.takes_schema) arguments.emplace_back("schema");
    return arguments;
  }

  Connection& connection_;
  const SchemaPragma& pragma_;
};

}  // namespace

PragmaFunctions::~PragmaFunctions() = default;

const TableFunction* PragmaFunctions::find(std::string_view name) {
  constexpr std::string_view kPrefix = "pragma_";
  if (!storage::equals_ignoring_case(name.substr(0, kPrefix.size()), kPrefix)) return nullptr;
  const SchemaPragma* pragma = find_schema_pragma(name.substr(kPrefix.size()));
  if (pragma == nullptr) return nullptr;
  std::unique_ptr<TableFunction>& function = functions_[std::string(pragma->name)];
  if (function == nullptr) function = std::make_unique<PragmaFunction>(connection_, *pragma);
  return function.get();
}

}  // namespace leftmost::engine
