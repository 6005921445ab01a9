// shell/what_if_command.h - `.whatif`, `.flip` and `leftmost why --what-if`, `--flip`: plans on a database as
// it might be. Nothing is written.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "advice/what_if.h"

namespace leftmost::shell {

class Shell;

/// `.whatif`: without text the suppositions so far; `clear` forgets them; a supposition is added to them; any
/// other SQL is planned as things are and as supposed. False if it failed; the message is on stderr.
bool what_if_in_shell(Shell& shell, const std::string& text);
/// `.flip SQL`. False if it failed; the message is on stderr.
bool flip_in_shell(Shell& shell, const std::string& sql);

/// What `why --what-if` and `why --flip` print for every statement of `sql`: text, or JSON objects.
struct WhatIfOutput {
  std::string text;
  bool agrees = true;  ///< SQLite planned everything alike
};
/// Errors: those of the suppositions and of the statements.
Expected<WhatIfOutput> what_if_text(oracle::Session& session,
                                    const std::vector<advice::Supposition>& suppositions,
                                    std::string_view sql, bool is_json, std::size_t columns);
Expected<WhatIfOutput> flip_text(oracle::Session& session, std::string_view sql, bool is_json);

/// Two texts beside each other, or one below the other where `columns` are too few.
std::string side_by_side(const std::string& left_title, const std::string& left,
                         const std::string& right_title, const std::string& right, std::size_t columns);

}  // namespace leftmost::shell
