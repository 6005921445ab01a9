// The modes that line values up: column, table, box, markdown. They read the whole result before they print.
//
// Widths count characters, not bytes. A value with line breaks, or wider than .width or --wrap allows, goes on in the
// next line of its row; from then on rows are set apart from each other.
#include <algorithm>

#include "shell/escape.h"
#include "shell/result_printer.h"

namespace leftmost::shell {

namespace {

constexpr std::size_t kUnlimited = 1'000'000;

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }
bool is_printable(char c) { return static_cast<unsigned char>(c) >= ' '; }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return !continues_character(c); }));
}

/// One line of a value: its text with tabs as spaces, and what is left for the next line.
struct DisplayLine {
  std::string text;
  std::optional<std::string_view> rest;
};

/// Where in `text` to break so that a word stays whole: behind the last space, or else before the last change between
/// word and punctuation, in the second half of `end`; none if there is neither.
std::optional<std::size_t> word_break(std::string_view text, std::size_t end) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? text[i] : '\0'; };
  for (std::size_t k = end; k > end / 2; --k) {
    if (is_space(text[k - 1])) return k;
  }
  for (std::size_t k = end; k > end / 2; --k) {
    if (is_alphanumeric(text[k - 1]) != is_alphanumeric(byte(k)) && !continues_character(byte(k))) return k;
  }
  return std::nullopt;
}

DisplayLine first_line(std::string_view text, std::size_t width_max, bool by_words) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? text[i] : '\0'; };
  std::size_t end = 0;
  std::size_t width = 0;
  while (width < width_max && end < text.size()) {
    if (is_printable(text[end])) {
      ++width;
      do ++end;
      while (continues_character(byte(end)));
    } else if (text[end] == '\t') {
      do ++width;
      while (width % 8 != 0 && width < width_max);
      ++end;
    } else {
      break;
    }
  }
  std::size_t next = end;
  if (width >= width_max && by_words) {
    if (const auto place = word_break(text, end)) {
      end = next = *place;
      while (byte(next) == ' ') ++next;
    }
  }
  DisplayLine line;
  if (width >= width_max && is_printable(byte(next))) {
    line.rest = text.substr(next);
  } else if (byte(next) == '\r' && byte(next + 1) == '\n') {
    if (next + 2 < text.size()) line.rest = text.substr(next + 2);
  } else if (next + 1 < text.size()) {
    line.rest = text.substr(next + 1);
  }
  width = 0;
  for (std::size_t i = 0; i < end; ++i) {
    if (text[i] == '\t') {
      do {
        line.text += ' ';
        ++width;
      } while (width % 8 != 0 && width < width_max);
    } else {
      if (!continues_character(text[i])) ++width;
      line.text += text[i];
    }
  }
  return line;
}

/// The strokes of a border; plain ones for table and markdown.
struct Border {
  std::string_view left, middle, right, stroke;
};
constexpr Border kBoxTop{"┌", "┬", "┐", "─"};
constexpr Border kBoxMiddle{"├", "┼", "┤", "─"};
constexpr Border kBoxBottom{"└", "┴", "┘", "─"};
constexpr Border kTable{"+", "+", "+", "-"};
constexpr Border kMarkdown{"|", "|", "|", "-"};

class ColumnPrinter : public ResultPrinter {
 public:
  ColumnPrinter(const OutputSettings& settings, OutputMode mode, std::vector<std::string> columns)
      : settings_(settings), mode_(mode), columns_(std::move(columns)) {
    settings_.widths.resize(std::max(settings_.widths.size(), columns_.size()));
    for (std::size_t i = 0; i < columns_.size(); ++i) widths_.push_back(width_set(i));
    for (std::size_t i = 0; i < columns_.size(); ++i) header_.push_back(cell(columns_[i], i).text);
  }

  void row(std::span<const storage::Value> values, Output&) override {
    std::vector<std::string> texts;
    for (const storage::Value value : values) texts.push_back(text_of(value));
    std::vector<std::optional<std::string_view>> rest(texts.begin(), texts.end());
    bool is_more = true;
    while (is_more) {
      is_more = false;
      Line line;
      for (std::size_t i = 0; i < rest.size(); ++i) {
        DisplayLine part = cell(rest[i].value_or(""), i);
        rest[i] = part.rest;
        is_more = is_more || part.rest;
        line.cells.push_back(std::move(part.text));
      }
      line.ends_row = !is_more;
      has_long_rows_ = has_long_rows_ || is_more;
      lines_.push_back(std::move(line));
    }
  }

  void end(Output& out) override {
    if (lines_.empty() || columns_.empty()) return;
    header(out);
    std::string text;
    for (std::size_t n = 0; n < lines_.size(); ++n) {
      text.clear();
      append_line(text, lines_[n].cells, false);
      if (has_long_rows_ && lines_[n].ends_row && n + 1 < lines_.size()) {
        if (mode_ == OutputMode::kTable) append_border(text, kTable);
        if (mode_ == OutputMode::kBox) append_border(text, kBoxMiddle);
        if (mode_ == OutputMode::kColumn) text += '\n';
      }
      out.write(text);
    }
    text.clear();
    if (mode_ == OutputMode::kTable) append_border(text, kTable);
    if (mode_ == OutputMode::kBox) append_border(text, kBoxBottom);
    out.write(text);
  }

 private:
  struct Line {
    std::vector<std::string> cells;
    bool ends_row = true;
  };

  std::size_t width_set(std::size_t column) const {
    const int width = settings_.widths[column];
    return static_cast<std::size_t>(width < 0 ? -static_cast<long long>(width) : width);
  }

  DisplayLine cell(std::string_view text, std::size_t column) {
    std::size_t width_max = width_set(column);
    if (width_max == 0) width_max = static_cast<std::size_t>(std::max(settings_.wrap, 0));
    if (width_max == 0) width_max = kUnlimited;
    DisplayLine line = first_line(text, width_max, settings_.word_wrap);
    widths_[column] = std::max(widths_[column], characters(line.text));
    return line;
  }

  std::string text_of(storage::Value value) const {
    if (!settings_.quoted_values) return display_text(value).value_or(settings_.null_text);
    std::string text;
    switch (value.storage_class()) {
      case storage::StorageClass::kNull: return "NULL";
      case storage::StorageClass::kInteger:
      case storage::StorageClass::kReal: return *display_text(value);
      case storage::StorageClass::kText: append_sql_string(text, *display_text(value)); return text;
      case storage::StorageClass::kBlob:
        append_sql_blob(text, value.as_bytes());
        text[0] = 'x';  // as 3.40.1 has it here and nowhere else
        return text;
    }
    return text;
  }

  void header(Output& out) {
    std::string text;
    switch (mode_) {
      case OutputMode::kColumn:
        if (!settings_.headers) return;
        append_line(text, header_, false);
        for (std::size_t i = 0; i < columns_.size(); ++i) {
          text.append(widths_[i], '-');
          text += i + 1 == columns_.size() ? "\n" : "  ";
        }
        break;
      case OutputMode::kBox:
        append_border(text, kBoxTop);
        append_line(text, header_, true);
        append_border(text, kBoxMiddle);
        break;
      case OutputMode::kTable:
        append_border(text, kTable);
        append_line(text, header_, true);
        append_border(text, kTable);
        break;
      default:
        append_line(text, header_, true);
        append_border(text, kMarkdown);
    }
    out.write(text);
  }

  void append_border(std::string& out, const Border& border) const {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      out += i == 0 ? border.left : border.middle;
      for (std::size_t n = 0; n < widths_[i] + 2; ++n) out += border.stroke;
    }
    out += border.right;
    out += '\n';
  }

  void append_line(std::string& out, const std::vector<std::string>& cells, bool is_centred) const {
    const std::string_view bar = mode_ == OutputMode::kColumn ? "" : mode_ == OutputMode::kBox ? "│" : "|";
    if (!bar.empty()) out.append(bar).append(" ");
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) out.append(bar.empty() ? "" : " ").append(bar).append(bar.empty() ? "  " : " ");
      const std::size_t used = std::min(characters(cells[i]), widths_[i]);
      const std::size_t space = widths_[i] - used;
      std::size_t before = settings_.widths[i] < 0 ? space : 0;
      if (is_centred) before = space / 2;
      out.append(before, ' ');
      out += cells[i];
      out.append(space - before, ' ');
    }
    if (!bar.empty()) out.append(" ").append(bar);
    out += '\n';
  }

  OutputSettings settings_;
  OutputMode mode_;
  std::vector<std::string> columns_;
  std::vector<std::string> header_;
  std::vector<std::size_t> widths_;
  std::vector<Line> lines_;
  bool has_long_rows_ = false;
};

}  // namespace

std::unique_ptr<ResultPrinter> make_column_printer(const OutputSettings& settings, OutputMode mode,
                                                   std::vector<std::string> columns) {
  return std::make_unique<ColumnPrinter>(settings, mode, std::move(columns));
}

}  // namespace leftmost::shell
