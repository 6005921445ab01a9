// The modes that write one row after the other: list, csv, tabs, ascii, tcl, html, line.
#include <algorithm>

#include "shell/escape.h"
#include "shell/result_printer.h"

namespace leftmost::shell {

namespace {

class LinePrinter : public ResultPrinter {
 public:
  LinePrinter(const OutputSettings& settings, OutputMode mode, std::vector<std::string> columns)
      : settings_(settings), mode_(mode), columns_(std::move(columns)) {}

  void row(std::span<const storage::Value> values, Output& out) override {
    line_.clear();
    if (is_first_ && settings_.headers) header();
    switch (mode_) {
      case OutputMode::kLine: line_row(values); break;
      case OutputMode::kHtml: html_row(values); break;
      default: separated_row(values);
    }
    is_first_ = false;
    out.write(line_);
  }

 private:
  void field(std::string_view text, bool is_null) {
    switch (mode_) {
      case OutputMode::kCsv:
        if (is_null) {
          line_ += text;
        } else {
          append_csv(line_, text, settings_.column_separator);
        }
        break;
      case OutputMode::kTcl: append_c_string(line_, text); break;
      case OutputMode::kHtml: append_html(line_, text); break;
      default: line_ += text;
    }
  }

  void header() {
    if (mode_ == OutputMode::kLine) return;
    if (mode_ == OutputMode::kHtml) line_ += "<TR>";
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (mode_ == OutputMode::kHtml) {
        line_ += "<TH>";
        field(columns_[i], false);
        line_ += "</TH>\n";
        continue;
      }
      if (i > 0) line_ += settings_.column_separator;
      field(columns_[i], false);
    }
    line_ += mode_ == OutputMode::kHtml ? "</TR>\n" : settings_.row_separator;
  }

  void value(storage::Value value) {
    const auto text = display_text(value);
    field(text ? *text : settings_.null_text, !text);
  }

  void separated_row(std::span<const storage::Value> values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i > 0) line_ += settings_.column_separator;
      value(values[i]);
    }
    line_ += settings_.row_separator;
  }

  void html_row(std::span<const storage::Value> values) {
    line_ += "<TR>";
    for (const storage::Value v : values) {
      line_ += "<TD>";
      value(v);
      line_ += "</TD>\n";
    }
    line_ += "</TR>\n";
  }

  void line_row(std::span<const storage::Value> values) {
    std::size_t width = 5;
    for (const std::string& column : columns_) width = std::max(width, column.size());
    if (!is_first_) line_ += settings_.row_separator;
    for (std::size_t i = 0; i < values.size(); ++i) {
      line_.append(width - columns_[i].size(), ' ');
      line_ += columns_[i];
      line_ += " = ";
      value(values[i]);
      line_ += settings_.row_separator;
    }
  }

  OutputSettings settings_;
  OutputMode mode_;
  std::vector<std::string> columns_;
  bool is_first_ = true;
  std::string line_;
};

}  // namespace

std::unique_ptr<ResultPrinter> make_line_printer(const OutputSettings& settings, OutputMode mode,
                                                 std::vector<std::string> columns) {
  return std::make_unique<LinePrinter>(settings, mode, std::move(columns));
}

}  // namespace leftmost::shell
