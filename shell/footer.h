// shell/footer.h - the line below a result in a terminal: how many rows, how long, how many were looked at, and what
// SQLite says.
#pragma once

#include <string>

#include "oracle/session.h"

namespace leftmost::shell {

/// `3 rows in 0.4 ms, 100,000 visited   SQLite 3.40.1 agrees`, grey in a terminal with colour, with its line end. Empty
/// for statements about which there is nothing to say.
std::string footer_line(const oracle::Outcome& outcome, const oracle::Session& session);

}  // namespace leftmost::shell
