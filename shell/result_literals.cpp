// The modes that another program can read back: json, quote, insert.
//
// Each has digits and infinities of its own in 3.40.1: 20 digits everywhere; 1e999 for infinity in json and insert, Inf
// in quote; insert writes reals that are whole numbers as 3.0 in full.
#include <cmath>

#include "shell/escape.h"
#include "shell/result_printer.h"
#include "storage/number_text.h"

namespace leftmost::shell {

namespace {

class LiteralPrinter : public ResultPrinter {
 public:
  LiteralPrinter(const OutputSettings& settings, OutputMode mode, std::vector<std::string> columns)
      : settings_(settings), mode_(mode), columns_(std::move(columns)) {}

  void row(std::span<const storage::Value> values, Output& out) override {
    line_.clear();
    switch (mode_) {
      case OutputMode::kJson: json_row(values); break;
      case OutputMode::kInsert: insert_row(values); break;
      default: quote_row(values);
    }
    is_first_ = false;
    out.write(line_);
  }

  void end(Output& out) override {
    if (mode_ == OutputMode::kJson && !is_first_) out.write("]\n");
  }

 private:
  void json_row(std::span<const storage::Value> values) {
    line_ += is_first_ ? "[{" : ",\n{";
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i > 0) line_ += ',';
      append_json(line_, columns_[i]);
      line_ += ':';
      const storage::Value value = values[i];
      switch (value.storage_class()) {
        case storage::StorageClass::kNull: line_ += "null"; break;
        case storage::StorageClass::kReal: append_real(value.as_real()); break;
        case storage::StorageClass::kText: append_json(line_, *display_text(value)); break;
        case storage::StorageClass::kBlob: append_json(line_, value.as_bytes()); break;
        case storage::StorageClass::kInteger: line_ += *display_text(value); break;
      }
    }
    line_ += '}';
  }

  void insert_row(std::span<const storage::Value> values) {
    line_ += "INSERT INTO ";
    line_ += settings_.insert_table;
    if (settings_.headers) {
      line_ += '(';
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (i > 0) line_ += ',';
        append_sql_name(line_, columns_[i]);
      }
      line_ += ')';
    }
    line_ += " VALUES(";
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i > 0) line_ += ',';
      literal(values[i]);
    }
    line_ += ");\n";
  }

  void quote_row(std::span<const storage::Value> values) {
    if (is_first_ && settings_.headers) {
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (i > 0) line_ += settings_.column_separator;
        append_sql_string(line_, columns_[i]);
      }
      line_ += settings_.row_separator;
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i > 0) line_ += settings_.column_separator;
      literal(values[i]);
    }
    line_ += settings_.row_separator;
  }

  void literal(storage::Value value) {
    switch (value.storage_class()) {
      case storage::StorageClass::kNull: line_ += "NULL"; break;
      case storage::StorageClass::kInteger: line_ += *display_text(value); break;
      case storage::StorageClass::kReal: append_real(value.as_real()); break;
      case storage::StorageClass::kBlob: append_sql_blob(line_, value.as_bytes()); break;
      case storage::StorageClass::kText:
        if (mode_ == OutputMode::kInsert) {
          append_sql_string_on_one_line(line_, *display_text(value));
        } else {
          append_sql_string(line_, *display_text(value));
        }
        break;
    }
  }

  void append_real(double value) {
    if (std::isinf(value) && mode_ != OutputMode::kQuote) {
      line_ += value > 0 ? "1e999" : "-1e999";
      return;
    }
    constexpr double kInt64Max = 9223372036854775808.0;  // 2^63, the first that does not fit
    if (mode_ == OutputMode::kInsert && value >= -kInt64Max && value < kInt64Max && value == std::trunc(value)) {
      line_ += storage::integer_to_text(static_cast<std::int64_t>(value));
      line_ += ".0";
      return;
    }
    line_ += storage::real_to_text(value, 20);
  }

  OutputSettings settings_;
  OutputMode mode_;
  std::vector<std::string> columns_;
  bool is_first_ = true;
  std::string line_;
};

}  // namespace

std::unique_ptr<ResultPrinter> make_literal_printer(const OutputSettings& settings, OutputMode mode,
                                                    std::vector<std::string> columns) {
  return std::make_unique<LiteralPrinter>(settings, mode, std::move(columns));
}

}  // namespace leftmost::shell
