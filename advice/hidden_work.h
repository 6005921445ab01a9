// advice/hidden_work.h - work that a statement causes and does not mention (engine/hidden_work.h), for a statement as text.
#pragma once

#include <string_view>
#include <vector>

#include "advice/explanation.h"
#include "engine/database.h"

namespace leftmost::advice {

/// Spans are those of `sql`. Empty if it is no statement.
std::vector<StatementReason> hidden_work(const engine::Database& database, std::string_view sql);

}  // namespace leftmost::advice
