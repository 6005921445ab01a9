// shell/prompt.h - statements typed in a terminal: editing and history (libedit), completion of keywords, dot-commands and
// the names of the open database.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "shell/script_reader.h"

namespace leftmost::shell {

class Shell;

/// Lines as they are typed. Ctrl-D ends them; Ctrl-C drops what was typed. History is kept in ~/.leftmost_history, or in
/// the file that LEFTMOST_HISTORY names. The Shell must outlive it.
std::unique_ptr<LineSource> make_prompt(Shell& shell);

/// Two lines that say what this is, which database is open, and how to get help.
void print_banner(Shell& shell);

/// What could stand for `word`: keywords, and names of tables, columns and indexes, in alphabetical order without
/// duplicates; dot-commands if it starts with a dot. Keywords take the case of `word`.
std::vector<std::string> completions(Shell& shell, const std::string& word);

}  // namespace leftmost::shell
