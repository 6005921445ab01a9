// shell/script_reader.h - a script line by line, and where in it a statement can be run.
//
// The rules are the sqlite3 shell's, because scripts rely on them: a statement is run when a line ends with a semicolon
// outside quotes and comments and the text so far is complete; what follows a NUL byte on a line is dropped together
// with the end of that line.
#pragma once

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

namespace leftmost::shell {

/// Where lines come from: a file, standard input, or someone who types (prompt.h).
class LineSource {
 public:
  virtual ~LineSource() = default;
  /// The next line without its line end, or none at the end. `continues_statement`: a statement is unfinished.
  virtual std::optional<std::string> next(bool continues_statement) = 0;
  /// Someone types: errors need no line number, and do not end anything.
  virtual bool is_interactive() const { return false; }
};

/// The lines of a file or of standard input; \n and \r\n end them.
class LineReader : public LineSource {
 public:
  /// Does not close `file`.
  explicit LineReader(std::FILE* file) : file_(file) {}
  std::optional<std::string> next(bool continues_statement) override;

 private:
  std::FILE* file_;
};

/// What the lines of an unfinished statement have been so far, told from quotes and comments alone.
class StatementScan {
 public:
  void add_line(std::string_view line);
  void reset() { *this = StatementScan(); }

  /// Only white space, comments and semicolons, and no comment is open.
  bool is_blank() const { return open_ == '\0' && !has_content_; }
  /// Not inside a quote or a comment.
  bool is_outside_quotes() const { return open_ == '\0'; }
  /// The last thing outside quotes, comments and white space is a semicolon.
  bool ends_with_semicolon() const { return open_ == '\0' && ends_with_semicolon_; }

 private:
  char open_ = '\0';  ///< the character that closes the open quote; '*' for a comment
  bool has_content_ = false;
  bool ends_with_semicolon_ = false;
};

/// `go` or `/` alone on a line: ends a statement as a semicolon does (as in other vendors' shells).
bool is_terminator_line(std::string_view line);

}  // namespace leftmost::shell
