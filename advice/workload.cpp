#include "advice/workload.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "engine/sql/lexer.h"

namespace leftmost::advice {
namespace {

using engine::sql::next_token;
using engine::sql::Token;
using engine::sql::TokenClass;

// The lexer's offsets have 32 bits.
constexpr std::size_t kTextBytesMax = std::size_t{1} << 30;

constexpr std::string_view kMark = "leftmost:";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_word(std::string_view token, std::string_view word) {
  return token.size() == word.size() &&
         std::equal(token.begin(), token.end(), word.begin(), [](char a, char b) { return upper(a) == b; });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Where a statement ends. A trigger's inner semicolons do not count: it ends at the one behind END.
class EndFinder {
 public:
  /// True for the semicolon that ends the statement.
  bool is_end(const Token& token, std::string_view text) {
    constexpr std::size_t kWordsBeforeTriggerMax = 5;  // EXPLAIN QUERY PLAN CREATE TEMP
    if (count_++ <= kWordsBeforeTriggerMax && is_behind_create_ && is_word(text, "TRIGGER"))
      is_trigger_ = true;
    is_behind_create_ = is_word(text, "CREATE") ||
                        (is_behind_create_ && (is_word(text, "TEMP") || is_word(text, "TEMPORARY")));
    const bool is_semicolon = token.token_class == TokenClass::kSemicolon;
    const bool ends = is_semicolon && (!is_trigger_ || is_behind_end_);
    // END counts only where a statement of the trigger could begin, not at the end of a CASE.
    is_behind_end_ = is_behind_semicolon_ && is_word(text, "END");
    is_behind_semicolon_ = is_semicolon;
    return ends;
  }

 private:
  std::size_t count_ = 0;
  bool is_behind_create_ = false;
  bool is_trigger_ = false;
  bool is_behind_semicolon_ = false;
  bool is_behind_end_ = false;
};

/// What one comment says, found once and given to the statement that it turns out to belong to.
struct Comment {
  enum class Kind : std::uint8_t { kAllow, kAllowFile, kWeight, kBind } kind = Kind::kAllow;
  std::vector<Allowance> codes;
  double weight = 1;
  ParameterText parameter;
};

class FileReader {
 public:
  FileReader(std::size_t number, WorkloadFile& file, std::vector<WorkloadStatement>& statements,
             std::vector<WorkloadRemark>& remarks)
      : number_(number), file_(file), text_(file.text()), statements_(statements), remarks_(remarks) {}

  void read() {
    std::size_t at = text_.substr(0, kByteOrderMark.size()) == kByteOrderMark ? kByteOrderMark.size() : 0;
    while (at < text_.size()) {
      if (!in_statement_ && is_dot_command(at)) {
        at = std::min(text_.find('\n', at), text_.size());
        continue;
      }
      const auto token = next_token(text_, at);
      if (!token) break;
      at = token->span.end;
      take(*token);
    }
    if (in_statement_) finish();
    for (const auto& [comment, range] : waiting_) {
      static_cast<void>(comment);
      remark(range, "no statement follows this comment");
    }
  }

 private:
  bool is_dot_command(std::size_t at) const { return text_[at] == '.' && (at == 0 || text_[at - 1] == '\n'); }

  void take(const Token& token) {
    const TextRange range{token.span.begin, token.span.end};
    const std::string_view text = text_.substr(range.begin, range.end - range.begin);
    if (token.token_class == TokenClass::kSpace) {
      if (text.find('\n') != std::string_view::npos) is_on_last_line_ = false;
      return;
    }
    if (token.token_class == TokenClass::kComment) {
      take_comment(range);
      if (text.find('\n') != std::string_view::npos) is_on_last_line_ = false;
      return;
    }
    if (!in_statement_) {
      if (token.token_class == TokenClass::kSemicolon) return;
      in_statement_ = true;
      end_ = EndFinder();
      current_ = WorkloadStatement();
      current_.file = number_;
      current_.range = range;
      for (const auto& [comment, place] : waiting_) apply(comment, current_);
      waiting_.clear();
    }
    if (end_.is_end(token, text)) {
      finish();
      is_on_last_line_ = true;
      return;
    }
    current_.range.end = range.end;
  }

  void finish() {
    in_statement_ = false;
    current_.normal =
        normal_sql(text_.substr(current_.range.begin, current_.range.end - current_.range.begin));
    statements_.push_back(std::move(current_));
  }

  void take_comment(TextRange range) {
    const auto comment = read_comment(range);
    if (!comment) return;
    if (comment->kind == Comment::Kind::kAllowFile) {
      file_.allowances.insert(file_.allowances.end(), comment->codes.begin(), comment->codes.end());
    } else if (in_statement_) {
      apply(*comment, current_);
    } else if (is_on_last_line_) {
      apply(*comment, statements_.back());
    } else {
      waiting_.emplace_back(*comment, range);
    }
  }

  static void apply(const Comment& comment, WorkloadStatement& statement) {
    switch (comment.kind) {
      case Comment::Kind::kAllow:
        statement.allowances.insert(statement.allowances.end(), comment.codes.begin(), comment.codes.end());
        break;
      case Comment::Kind::kWeight:
        statement.weight = comment.weight;
        break;
      case Comment::Kind::kBind:
        statement.parameters.push_back(comment.parameter);
        break;
      case Comment::Kind::kAllowFile:
        break;
    }
  }

  std::optional<Comment> read_comment(TextRange range) {
    std::string_view text = text_.substr(range.begin, range.end - range.begin);
    text.remove_prefix(2);
    if (text_[range.begin] == '/' && text.size() >= 2 && text.substr(text.size() - 2) == "*/")
      text.remove_suffix(2);
    text = trimmed(text);
    if (text.substr(0, kMark.size()) != kMark) return std::nullopt;
    text = trimmed(text.substr(kMark.size()));
    std::size_t length = 0;
    while (length < text.size() && !is_blank(text[length])) ++length;
    const std::string_view word = text.substr(0, length);
    const std::string_view rest = trimmed(text.substr(length));

    Comment comment;
    if (word == "allow" || word == "allow-file") {
      comment.kind = word == "allow" ? Comment::Kind::kAllow : Comment::Kind::kAllowFile;
      comment.codes = read_codes(rest);
      if (!comment.codes.empty()) return comment;
      remark(range, fmt::format("{} names no code: write leftmost: {} not-covering, say", word, word));
      return std::nullopt;
    }
    if (word == "weight") {
      comment.kind = Comment::Kind::kWeight;
      if (read_weight(rest, comment.weight)) return comment;
      remark(range, "weight wants a number above 0");
      return std::nullopt;
    }
    if (word == "bind") {
      comment.kind = Comment::Kind::kBind;
      const std::size_t equals = rest.find('=');
      comment.parameter.name = std::string(trimmed(rest.substr(0, equals)));
      if (equals != std::string_view::npos)
        comment.parameter.value = std::string(trimmed(rest.substr(equals + 1)));
      const bool has_prefix =
          std::string_view(":@$?#").find(comment.parameter.name.substr(0, 1)) != std::string::npos;
      if (comment.parameter.name.size() >= 2 && has_prefix && !comment.parameter.value.empty())
        return comment;
      remark(range, "bind wants a parameter and its value: leftmost: bind :a = 1");
      return std::nullopt;
    }
    remark(range,
           fmt::format("leftmost: {} is not known; there are allow, allow-file, weight and bind", word));
    return std::nullopt;
  }

  /// Words up to the first that is neither a code nor a letter: behind it stands a remark for people.
  std::vector<Allowance> read_codes(std::string_view text) const {
    std::vector<Allowance> codes;
    std::size_t at = 0;
    bool wants_more = true;
    while (at < text.size() && wants_more) {
      std::size_t end = at;
      while (end < text.size() && (text[end] == '-' || is_digit(text[end]) ||
                                   (upper(text[end]) >= 'A' && upper(text[end]) <= 'Z'))) {
        ++end;
      }
      if (end == at) break;
      const auto begin = static_cast<std::size_t>(text.data() - text_.data()) + at;
      codes.push_back({std::string(text.substr(at, end - at)), {begin, begin + end - at}, false});
      at = end;
      while (at < text.size() && is_blank(text[at])) ++at;
      wants_more = at < text.size() && text[at] == ',';
      if (wants_more) ++at;
      while (at < text.size() && is_blank(text[at])) ++at;
    }
    return codes;
  }

  /// Digits with an optional fraction; std::from_chars of doubles is younger than one of our compilers'
  /// libraries.
  static bool read_weight(std::string_view text, double& weight) {
    if (text.empty() || text.size() > 15) return false;
    double value = 0;
    double place = 0;
    for (const char c : text) {
      if (c == '.' && place == 0) {
        place = 1;
      } else if (is_digit(c)) {
        value = value * 10 + (c - '0');
        place *= 10;
      } else {
        return false;
      }
    }
    weight = place > 1 ? value / place : value;
    return weight > 0;
  }

  void remark(TextRange range, std::string text) { remarks_.push_back({number_, range, std::move(text)}); }

  std::size_t number_;
  WorkloadFile& file_;
  std::string_view text_;
  std::vector<WorkloadStatement>& statements_;
  std::vector<WorkloadRemark>& remarks_;
  bool in_statement_ = false;
  bool is_on_last_line_ =
      false;  ///< nothing but blanks and comments since the last statement's semicolon, same line
  EndFinder end_;
  WorkloadStatement current_;
  std::vector<std::pair<Comment, TextRange>> waiting_;
};

/// `a.b`, `f(x)`, `(x, y)`: no blank where nobody writes one.
bool wants_blank(std::string_view before, TokenClass class_before, std::string_view token) {
  if (before.empty() || before == "(" || before == "." || token == ")" || token == "," || token == "." ||
      token == ";") {
    return false;
  }
  return !(token == "(" && class_before == TokenClass::kName);
}

}  // namespace

WorkloadFile::WorkloadFile(std::string name, std::string text)
    : name_(std::move(name)), text_(std::move(text)) {
  line_starts_.push_back(0);
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') line_starts_.push_back(i + 1);
  }
}

TextPlace WorkloadFile::place(std::size_t offset) const {
  const auto behind = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const auto line = static_cast<std::size_t>(behind - line_starts_.begin());
  TextPlace place{line, 1};
  for (std::size_t i = line_starts_[line - 1]; i < offset; ++i) {
    // Bytes that continue a character of UTF-8 do not count, nor does a byte order mark.
    if ((static_cast<unsigned char>(text_[i]) & 0xC0U) != 0x80U) ++place.column;
  }
  if (line == 1 && text_.compare(0, kByteOrderMark.size(), kByteOrderMark) == 0 && offset >= 3) --place.column;
  return place;
}

Expected<void> Workload::add_file(std::string name, std::string text) {
  if (text.size() >= kTextBytesMax)
    return fail(ErrorCode::kTooBig, fmt::format("{}: too large: a gigabyte at most", name));
  if (text.compare(0, 16, std::string_view("SQLite format 3\0", 16)) == 0) {
    return fail(ErrorCode::kError, fmt::format("{}: is a database, not a file of SQL", name));
  }
  if (const std::size_t nul = text.find('\0'); nul != std::string::npos) {
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(nul), '\n');
    return fail(ErrorCode::kError, fmt::format("{}:{}: is not SQL text: it has a NUL byte", name, line));
  }
  WorkloadFile& file = files_.emplace_back(std::move(name), std::move(text));
  FileReader(files_.size() - 1, file, statements_, remarks_).read();
  return {};
}

std::string_view Workload::sql(const WorkloadStatement& statement) const {
  return std::string_view(files_[statement.file].text())
      .substr(statement.range.begin, statement.range.end - statement.range.begin);
}

std::string normal_sql(std::string_view sql) {
  std::string normal;
  std::string_view before;
  TokenClass class_before = TokenClass::kSpace;
  std::size_t at = 0;
  while (const auto token = next_token(sql, at)) {
    at = token->span.end;
    if (token->token_class == TokenClass::kSpace || token->token_class == TokenClass::kComment) continue;
    const std::string_view text = sql.substr(token->span.begin, token->span.end - token->span.begin);
    if (wants_blank(before, class_before, text)) normal += ' ';
    for (const char c : text) {
      const char shown = token->token_class == TokenClass::kKeyword ? upper(c) : c;
      normal += is_blank(shown) ? ' ' : shown;  // a line end inside quotes, say
    }
    before = text;
    class_before = token->token_class;
  }
  return normal;
}

}  // namespace leftmost::advice
