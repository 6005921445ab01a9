// .import: a file of separated values into a table, as CSV (RFC 4180) or split at the separators of the mode.
#include <fmt/format.h>

#include <cstdio>

#include "shell/dot_commands.h"
#include "shell/escape.h"
#include "shell/shell.h"
#include "shell/sqlite_words.h"

namespace leftmost::shell {

namespace {

/// Field by field. A byte order mark at the start is dropped.
class FieldReader {
 public:
  FieldReader(std::FILE* file, char column_separator, char row_separator, bool has_quotes)
      : file_(file), column_separator_(column_separator), row_separator_(row_separator), has_quotes_(has_quotes) {}

  /// The next field, or none at the end of the file.
  std::optional<std::string> next() {
    std::string field;
    int c = std::getc(file_);
    if (is_at_start_) c = without_byte_order_mark(c);
    is_at_start_ = false;
    if (c == EOF) {
      ended_row_ = true;
      return std::nullopt;
    }
    if (c == '"' && has_quotes_) return quoted_field();
    while (c != EOF && c != column_separator_ && c != row_separator_) {
      field += static_cast<char>(c);
      c = std::getc(file_);
    }
    end_field(c);
    if (c == '\n' && has_quotes_ && !field.empty() && field.back() == '\r') field.pop_back();
    return field;
  }

  /// The field just read was the last of its row.
  bool ended_row() const { return ended_row_; }
  std::size_t line() const { return line_; }

 private:
  int without_byte_order_mark(int c) {
    if (c != 0xef) return c;
    const int second = std::getc(file_);
    const int third = std::getc(file_);
    if (second == 0xbb && third == 0xbf) return std::getc(file_);
    std::rewind(file_);
    return std::getc(file_);
  }

  std::string quoted_field() {
    std::string field;
    int c = std::getc(file_);
    for (; c != EOF; c = std::getc(file_)) {
      if (c == '\n') ++line_;
      if (c != '"') {
        field += static_cast<char>(c);
        continue;
      }
      c = std::getc(file_);
      if (c == '"') {
        field += '"';
        continue;
      }
      if (c == '\r') c = std::getc(file_);
      break;
    }
    end_field(c);
    return field;
  }

  void end_field(int c) {
    ended_row_ = c != column_separator_;
    if (c == row_separator_) ++line_;
  }

  std::FILE* file_;
  int column_separator_;
  int row_separator_;
  bool has_quotes_;
  bool is_at_start_ = true;
  bool ended_row_ = false;
  std::size_t line_ = 1;
};

struct ImportOptions {
  std::string path;
  std::string table;
  bool is_csv = false;
  std::size_t rows_to_skip = 0;
};

std::string quoted_name(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) out.append(c == '"' ? 2 : 1, c);
  return out + '"';
}

bool run_simple(Shell& shell, const std::string& sql) {
  const auto failure = shell.run_sql(sql);
  if (!failure) return true;
  return complain(fmt::format("Error: {}", error_in_sqlite_words(failure->error)));
}

/// A table whose columns, all TEXT, are named by the file's first row. Errors: a name that comes twice.
bool create_table(Shell& shell, const std::string& table, FieldReader& reader) {
  std::string columns;
  while (auto name = reader.next()) {
    columns += fmt::format("{}{} TEXT", columns.empty() ? "\n" : ", ", quoted_name(*name));
    if (reader.ended_row()) break;
  }
  if (columns.empty()) return complain("Error: the file is empty");
  return run_simple(shell, fmt::format("CREATE TABLE {}({})", quoted_name(table), columns));
}

}  // namespace

bool dot_import(Shell& shell, const Arguments& arguments) {
  ImportOptions options;
  char column_separator = shell.settings().output.column_separator.empty() ? '|' : shell.settings().output.column_separator[0];
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (is_option(arguments[i], "csv")) {
      options.is_csv = true;
      column_separator = ',';
    } else if (is_option(arguments[i], "skip") && i + 1 < arguments.size()) {
      options.rows_to_skip = static_cast<std::size_t>(std::max<std::int64_t>(0, integer_of(arguments[++i])));
    } else if (arguments[i][0] == '-') {
      return complain(fmt::format("ERROR: unknown option: \"{}\".", arguments[i]));
    } else if (options.path.empty()) {
      options.path = arguments[i];
    } else if (options.table.empty()) {
      options.table = arguments[i];
    } else {
      return complain_usage(arguments);
    }
  }
  if (options.table.empty()) return complain_usage(arguments);
  oracle::Session* session = shell.session();
  if (session == nullptr) return false;
  std::FILE* file = options.path[0] == '|' ? nullptr : std::fopen(options.path.c_str(), "rb");
  if (file == nullptr) return complain(fmt::format("Error: cannot open \"{}\"", options.path));
  // A file may end its lines either way; from here on results end theirs as sqlite3's do after .import.
  std::string& row_separator = shell.settings().output.row_separator;
  if (!options.is_csv && row_separator == "\r\n") row_separator = "\n";
  const bool is_ascii = shell.settings().output.mode == OutputMode::kAscii && !options.is_csv;
  FieldReader reader(file, column_separator, is_ascii ? '\x1e' : '\n', !is_ascii);
  for (std::size_t row = 0; row < options.rows_to_skip; ++row) {
    while (reader.next() && !reader.ended_row()) {
    }
  }

  bool ok = true;
  if (!session->database().catalog().find_table(options.table)) ok = create_table(shell, options.table, reader);
  const storage::TablePtr table = ok ? session->database().catalog().find_table(options.table) : nullptr;
  if (!table) {
    std::fclose(file);
    return false;
  }
  const std::size_t column_count = table->columns.size();
  std::string insert = fmt::format("INSERT INTO {} VALUES(?", quoted_name(options.table));
  for (std::size_t i = 1; i < column_count; ++i) insert += ",?";
  insert += ')';
  const bool is_own_transaction = session->database().is_autocommit();
  if (is_own_transaction) ok = run_simple(shell, "BEGIN");
  oracle::PreparedNext next = session->prepare_next(insert);
  if (!next.statement) ok = complain(fmt::format("Error: {}", next.error ? next.error->message : "nothing to run"));
  while (ok) {
    const std::size_t line = reader.line();
    std::vector<std::string> row;
    while (auto field = reader.next()) {
      row.push_back(std::move(*field));
      if (reader.ended_row()) break;
    }
    if (row.empty()) break;
    const std::size_t found = row.size();
    for (std::size_t i = 0; i < column_count; ++i) {
      const storage::Value value = i < found ? storage::Value::text(row[i]) : storage::Value::null();
      (void)next.statement->bind(static_cast<int>(i + 1), value);
    }
    if (found < column_count) {
      complain(fmt::format("{}:{}: expected {} columns but found {} - filling the rest with NULL", options.path, line,
                           column_count, found));
    } else if (found > column_count) {
      complain(fmt::format("{}:{}: expected {} columns but found {} - extras ignored", options.path, line,
                           column_count, found));
    }
    const oracle::Outcome outcome = next.statement->run();
    if (outcome.error) complain(fmt::format("{}:{}: INSERT failed: {}", options.path, line, outcome.error->message));
  }
  std::fclose(file);
  next.statement.reset();
  if (is_own_transaction) return run_simple(shell, "COMMIT") && ok;
  return ok;
}

}  // namespace leftmost::shell
