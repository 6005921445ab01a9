// shell/result_printer.h - rows as text, in the output modes of the sqlite3 shell 3.40.1, byte for byte.
//
//   auto printer = make_result_printer(settings, OutputMode::kJson, std::move(column_names));
//   for (each row) printer->row(values, out);
//   printer->end(out);
//
// Nothing is printed for a result without rows, header included. Text ends at its first NUL byte, as C
// strings do; JSON and SQL literals show all bytes of a blob.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shell/output.h"
#include "storage/value.h"

namespace leftmost::shell {

enum class OutputMode : std::uint8_t {
  kAscii,
  kBox,
  kColumn,
  kCsv,
  kHtml,
  kInsert,
  kJson,
  kLine,
  kList,
  kMarkdown,
  kQuote,
  kTable,
  kTcl,
  kPlan,  ///< rows of EXPLAIN QUERY PLAN as a tree; not to be chosen with .mode
};

struct OutputSettings {
  OutputMode mode = OutputMode::kList;
  bool headers = false;
  bool headers_were_set = false;  ///< by .headers or a switch: .mode column then leaves them alone
  std::string null_text;
  std::string column_separator = "|";
  std::string row_separator = "\n";
  std::string insert_table = "table";  ///< as it stands in the statement, quoted if need be
  std::vector<int> widths;             ///< 0: as wide as the widest value; negative: to the right
  int wrap = 0;                        ///< columnar modes break values here; 0: nowhere
  bool word_wrap = false;
  bool quoted_values = false;  ///< columnar modes show SQL literals
};

class ResultPrinter {
 public:
  virtual ~ResultPrinter() = default;
  virtual void row(std::span<const storage::Value> values, Output& out) = 0;
  /// After the last row, also when the statement failed in its middle.
  virtual void end(Output&) {}
};

std::unique_ptr<ResultPrinter> make_result_printer(const OutputSettings& settings, OutputMode mode,
                                                   std::vector<std::string> columns);

/// Column, table, box and markdown line values up; .width and --wrap are theirs.
bool is_columnar(OutputMode mode);
/// The names of .mode, in alphabetical order: `ascii box column ...`.
std::string_view mode_name(OutputMode mode);

/// The value as list mode shows it, up to its first NUL byte; none for NULL.
std::optional<std::string> display_text(storage::Value value);

// Made by make_result_printer(), one family per file.
std::unique_ptr<ResultPrinter> make_line_printer(const OutputSettings& settings, OutputMode mode,
                                                 std::vector<std::string> columns);  // result_lines.cpp
std::unique_ptr<ResultPrinter> make_literal_printer(const OutputSettings& settings, OutputMode mode,
                                                    std::vector<std::string> columns);  // result_literals.cpp
std::unique_ptr<ResultPrinter> make_column_printer(const OutputSettings& settings, OutputMode mode,
                                                   std::vector<std::string> columns);  // result_columns.cpp
std::unique_ptr<ResultPrinter> make_plan_printer(std::string heading = "QUERY PLAN");  // result_plan.cpp

}  // namespace leftmost::shell
