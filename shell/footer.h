// shell/footer.h - the line below a result in a terminal: how many rows, how long, how many were looked at, and what
// SQLite says.
#pragma once

#include <string>

#include "oracle/session.h"

namespace leftmost::shell {

/// `812 rows of 100,000 visited, 4.10 ms   SQLite 3.40.1: same plan, same 812 rows`, or `2 rows changed ...`; grey where
/// there is colour, with its line end. Empty for definitions and transactions, about which there is nothing to say
/// unless SQLite disagrees.
std::string footer_line(engine::StatementKind kind, const oracle::Outcome& outcome, const oracle::Session& session);

}  // namespace leftmost::shell
