// advice/workload.h - the statements of an application, out of its .sql files: where each stands, what is
// said about it in comments, and a text of it that does not depend on how it is laid out.
//
//   -- leftmost: allow not-covering, O        codes or groups that lint does not report here
//   -- leftmost: weight 1000                  how often it runs (advise)
//   -- leftmost: bind :day = '2024-05-01'     a value for a parameter
//   SELECT * FROM orders WHERE day = :day;    -- leftmost: allow prefix-gap
//
// A comment belongs to the statement that it stands in, before, or on the last line of. `allow-file` counts
// for its whole file. Lines that begin with a dot where a statement could begin are commands of a shell and
// are left out.
//
// Reading is linear in the size of the text and knows no SQL but its tokens, so that one statement that is no
// SQL does not hide the others.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "storage/error.h"

namespace leftmost::advice {

/// From 1. Columns count characters, not bytes.
struct TextPlace {
  std::size_t line = 0;
  std::size_t column = 0;
};

/// Byte ranges of a file's text: [begin, end).
struct TextRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// A code or a group letter that a comment names, and whether it was of any use.
struct Allowance {
  std::string code;  ///< as written
  TextRange range;   ///< of the word
  bool is_used = false;
};

struct ParameterText {
  std::string name;   ///< with its prefix; `?1`
  std::string value;  ///< a SQL expression
};

struct WorkloadStatement {
  std::size_t file = 0;  ///< number in Workload::files()
  TextRange range;       ///< from its first token to its last, without the semicolon
  std::string normal;    ///< normal_sql() of it
  double weight = 1;     ///< how often it runs, in whatever unit the comments use
  std::vector<Allowance> allowances;
  std::vector<ParameterText> parameters;
};

/// Something about the comments themselves.
struct WorkloadRemark {
  std::size_t file = 0;
  TextRange range;
  std::string text;
};

class WorkloadFile {
 public:
  WorkloadFile(std::string name, std::string text);
  const std::string& name() const { return name_; }
  const std::string& text() const { return text_; }
  /// Requires: offset <= text().size().
  TextPlace place(std::size_t offset) const;

  std::vector<Allowance> allowances;  ///< `allow-file`

 private:
  std::string name_;
  std::string text_;
  std::vector<std::size_t> line_starts_;
};

class Workload {
 public:
  /// Errors: kError - the text has a NUL byte or is not text at all, kTooBig - a gigabyte or more. The
  /// message names the file and the line.
  Expected<void> add_file(std::string name, std::string text);

  std::vector<WorkloadFile>& files() { return files_; }
  const std::vector<WorkloadFile>& files() const { return files_; }
  /// In the order of the files.
  std::vector<WorkloadStatement>& statements() { return statements_; }
  const std::vector<WorkloadStatement>& statements() const { return statements_; }
  const std::vector<WorkloadRemark>& remarks() const { return remarks_; }
  std::string_view sql(const WorkloadStatement& statement) const;

 private:
  std::vector<WorkloadFile> files_;
  std::vector<WorkloadStatement> statements_;
  std::vector<WorkloadRemark> remarks_;
};

/// The statement on one line: comments dropped, one blank between tokens where one is wanted, keywords in
/// capitals. Two spellings of one statement have the same one.
std::string normal_sql(std::string_view sql);

}  // namespace leftmost::advice
