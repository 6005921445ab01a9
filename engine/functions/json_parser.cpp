#include "engine/functions/json_document.h"
#include "engine/functions/utf8.h"

namespace leftmost::engine {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// The tokens of one text. Behind its end every character reads as NUL, which no token contains.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool take(char wanted) {
    if (at_end() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  bool take_word(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }
  void skip_space() {
    while (take(' ') || take('\t') || take('\n') || take('\r')) {
    }
  }
  bool at_end() const { return at_ >= text_.size(); }

  /// -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?; empty for anything else.
  std::string_view take_number(bool& is_real) {
    const std::size_t begin = at_;
    take('-');
    if (!take('0') && !take_digits()) return {};
    is_real = take('.');
    if (is_real && !take_digits()) return {};
    if (take('e') || take('E')) {
      is_real = true;
      if (!take('+')) take('-');
      if (!take_digits()) return {};
    }
    return text_.substr(begin, at_ - begin);
  }

  /// A text with its quotes; empty when it is none.
  std::string_view take_text(bool& has_escape) {
    const std::size_t begin = at_++;
    has_escape = false;
    for (; peek() != '"'; ++at_) {
      if (static_cast<unsigned char>(peek()) < 0x20) return {};
      if (peek() != '\\') continue;
      has_escape = true;
      ++at_;
      if (peek() == 'u') {
        for (std::size_t i = 1; i <= 4; ++i) {
          if (!is_hex(peek(i))) return {};
        }
      } else if (at_end() || std::string_view("\"\\/bfnrt").find(peek()) == std::string_view::npos) {
        return {};
      }
    }
    ++at_;
    return text_.substr(begin, at_ - begin);
  }

 private:
  bool take_digits() {
    const std::size_t begin = at_;
    while (is_digit(peek())) ++at_;
    return at_ > begin;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// Reads one text into a document. Without recursion: the parents of the nodes are the stack.
class Parser {
 public:
  Parser(JsonDocument& document, std::string_view text) : document_(document), scanner_(text) {}

  bool run() {
    for (;;) {
      scanner_.skip_space();
      if (container_ == kNoJson || document_.node(container_).first != kNoJson || !take_end()) {
        if (is_in_object() && !take_label()) return false;
        const JsonId made = take_value();
        if (made == kNoJson) return false;
        if (document_.node(made).is_container()) {
          container_ = made;
          if (++depth_ > kJsonDepthMax) return false;
          continue;
        }
      }
      do {
        scanner_.skip_space();
      } while (container_ != kNoJson && take_end());
      if (container_ == kNoJson) return scanner_.at_end();
      if (!scanner_.take(',')) return false;
    }
  }

 private:
  bool is_in_object() const {
    return container_ != kNoJson && document_.node(container_).type == JsonType::kObject;
  }

  /// The end of the container, which its own container then goes on behind.
  bool take_end() {
    if (!scanner_.take(is_in_object() ? '}' : ']')) return false;
    container_ = document_.node(container_).parent;
    --depth_;
    return true;
  }

  bool take_label() {
    if (scanner_.peek() != '"') return false;
    const JsonId made = take_text();
    if (made == kNoJson) return false;
    document_.node(made).is_label = true;
    scanner_.skip_space();
    if (!scanner_.take(':')) return false;
    scanner_.skip_space();
    return true;
  }

  JsonId take_value() {
    switch (scanner_.peek()) {
      case '"':
        return take_text();
      case '{':
        scanner_.take('{');
        return document_.add(container_, JsonType::kObject);
      case '[':
        scanner_.take('[');
        return document_.add(container_, JsonType::kArray);
      case 'n':
        return take_word("null", JsonType::kNull);
      case 't':
        return take_word("true", JsonType::kTrue);
      case 'f':
        return take_word("false", JsonType::kFalse);
      default:
        break;
    }
    bool is_real = false;
    const std::string_view number = scanner_.take_number(is_real);
    if (number.empty()) return kNoJson;
    return document_.add(container_, is_real ? JsonType::kReal : JsonType::kInteger, number);
  }

  JsonId take_word(std::string_view word, JsonType type) {
    return scanner_.take_word(word) ? document_.add(container_, type) : kNoJson;
  }

  JsonId take_text() {
    bool has_escape = false;
    const std::string_view text = scanner_.take_text(has_escape);
    if (text.empty()) return kNoJson;
    const JsonId made = document_.add(container_, JsonType::kText, text);
    if (made != kNoJson) document_.node(made).has_escape = has_escape;
    return made;
  }

  JsonDocument& document_;
  Scanner scanner_;
  JsonId container_ = kNoJson;
  std::size_t depth_ = 0;
};

}  // namespace

JsonId JsonDocument::parse(std::string_view text, bool is_probe) {
  const auto root = static_cast<JsonId>(nodes_.size());
  if (Parser(*this, until_nul(text)).run()) return root;
  if (!is_probe) run_.fail(ErrorCode::kError, "malformed JSON");  // unless memory was the reason
  return kNoJson;
}

}  // namespace leftmost::engine
