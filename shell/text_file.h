// shell/text_file.h - whole files as text, for the subcommands that read them.
#pragma once

#include <string>

#include "storage/error.h"

namespace leftmost::shell {

/// `-` is standard input. Errors: kCantOpen - `queries.sql: no such file`, `...: is a folder`; kTooBig;
/// kIoError.
Expected<std::string> read_text_file(const std::string& path);

/// Writes a file whole: beside it first, then in its place, so that nobody finds half of it. `-` is standard
/// output. Errors: kCantOpen, kIoError, with the reason.
Expected<void> write_text_file(const std::string& path, const std::string& text);

}  // namespace leftmost::shell
