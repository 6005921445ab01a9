// shell/escape.h - text as the output modes write it: inside CSV, JSON, HTML, C strings and SQL literals.
//
// Bytes that are not UTF-8 pass through unchanged, as they do in the sqlite3 shell.
#pragma once

#include <string>
#include <string_view>

#include "storage/value.h"

namespace leftmost::shell {

/// In double quotes if it is empty or has a byte that a spreadsheet could take for more than text, or the separator.
void append_csv(std::string& out, std::string_view text, std::string_view separator);
/// `"a\n\"b\""`
void append_json(std::string& out, std::string_view text);
/// `a &lt; b`
void append_html(std::string& out, std::string_view text);
/// `"tab\there\303\244"`: bytes that are not printable ASCII in octal.
void append_c_string(std::string& out, std::string_view text);
/// What append_c_string() undoes: \t \n \r \\ \" \' and octal.
std::string without_backslashes(std::string_view text);

/// `'it''s'`
void append_sql_string(std::string& out, std::string_view text);
/// The same, with line ends as replace(..., '\n', char(10)), so that the statement stays on one line.
void append_sql_string_on_one_line(std::string& out, std::string_view text);
/// `X'00ff'`
void append_sql_blob(std::string& out, std::string_view bytes);
/// The name as it is where SQL can read it so, otherwise in double quotes.
void append_sql_name(std::string& out, std::string_view name);

}  // namespace leftmost::shell
