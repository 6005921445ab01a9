#include "advice/hidden_work.h"

#include "engine/hidden_work.h"
#include "engine/sql/parser.h"

namespace leftmost::advice {

std::vector<StatementReason> hidden_work(const engine::Database& database, std::string_view sql) {
  std::vector<StatementReason> reasons;
  storage::Arena arena;
  const auto parsed = engine::sql::parse(sql, arena);
  if (!parsed) return reasons;
  for (planner::GeneralReason& reason : engine::hidden_work(database.state(), parsed->statement)) {
    reasons.push_back(
        {std::string(reason.code), std::move(reason.subject), reason.span, std::move(reason.text)});
  }
  return reasons;
}

}  // namespace leftmost::advice
