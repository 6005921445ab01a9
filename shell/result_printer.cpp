#include "shell/result_printer.h"

#include "storage/number_text.h"

namespace leftmost::shell {

std::unique_ptr<ResultPrinter> make_result_printer(const OutputSettings& settings, OutputMode mode,
                                                   std::vector<std::string> columns) {
  switch (mode) {
    case OutputMode::kJson:
    case OutputMode::kQuote:
    case OutputMode::kInsert: return make_literal_printer(settings, mode, std::move(columns));
    case OutputMode::kColumn:
    case OutputMode::kTable:
    case OutputMode::kBox:
    case OutputMode::kMarkdown: return make_column_printer(settings, mode, std::move(columns));
    case OutputMode::kPlan: return make_plan_printer();
    default: return make_line_printer(settings, mode, std::move(columns));
  }
}

bool is_columnar(OutputMode mode) {
  return mode == OutputMode::kColumn || mode == OutputMode::kMarkdown || mode == OutputMode::kTable ||
         mode == OutputMode::kBox;
}

std::string_view mode_name(OutputMode mode) {
  switch (mode) {
    case OutputMode::kAscii: return "ascii";
    case OutputMode::kBox: return "box";
    case OutputMode::kColumn: return "column";
    case OutputMode::kCsv: return "csv";
    case OutputMode::kHtml: return "html";
    case OutputMode::kInsert: return "insert";
    case OutputMode::kJson: return "json";
    case OutputMode::kLine: return "line";
    case OutputMode::kList: return "list";
    case OutputMode::kMarkdown: return "markdown";
    case OutputMode::kQuote: return "quote";
    case OutputMode::kTable: return "table";
    case OutputMode::kTcl: return "tcl";
    case OutputMode::kPlan: return "eqp";
  }
  return "";
}

std::optional<std::string> display_text(storage::Value value) {
  switch (value.storage_class()) {
    case storage::StorageClass::kNull: return std::nullopt;
    case storage::StorageClass::kInteger: return storage::integer_to_text(value.as_integer());
    case storage::StorageClass::kReal: return storage::real_to_text(value.as_real());
    case storage::StorageClass::kText:
    case storage::StorageClass::kBlob: break;
  }
  const std::string_view bytes = value.as_bytes();
  return std::string(bytes.substr(0, bytes.find('\0')));
}

}  // namespace leftmost::shell
