#include "advice/parameters.h"

#include <string>

namespace leftmost::advice {

Expected<storage::OwnedValue> value_of_sql(std::string_view expression) {
  const auto database = engine::Database::in_memory();
  auto statement = database->prepare("SELECT " + std::string(expression));
  if (!statement) return Unexpected(statement.error());
  const auto step = statement->step();
  if (!step) return Unexpected(step.error());
  if (*step != engine::StepResult::kRow || statement->column_count() != 1) {
    return fail(ErrorCode::kError, "one value is wanted");
  }
  return storage::OwnedValue(statement->value(0));
}

int parameter_number(const engine::Statement& statement, std::string_view name) {
  int number = statement.parameter_number(name);
  if (number == 0 && name.size() > 1 && name.size() < 7 && name[0] == '?') {
    for (std::size_t i = 1; i < name.size() && name[i] >= '0' && name[i] <= '9'; ++i) {
      number = number * 10 + name[i] - '0';
    }
  }
  return number >= 1 && number <= statement.parameter_count() ? number : 0;
}

}  // namespace leftmost::advice
