#include "engine/functions/json_path.h"

#include <optional>
#include <string>
#include <vector>

#include "engine/functions/utf8.h"

namespace leftmost::engine {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A number of an element; it wraps around at 32 bits.
std::uint32_t take_number(std::string_view path, std::size_t& at) {
  std::uint32_t number = 0;
  while (at < path.size() && is_digit(path[at]))
    number = number * 10 + static_cast<std::uint32_t>(path[at++] - '0');
  return number;
}

class Finder {
 public:
  Finder(JsonDocument& document, std::string_view path, bool may_append, StatementRun& run)
      : document_(document), rest_(path), may_append_(may_append), run_(run) {}

  JsonFound run(JsonId root) {
    if (rest_.empty() || rest_[0] != '$') return fail(rest_);
    rest_.remove_prefix(1);
    JsonId at = root;
    while (!rest_.empty()) {
      if (document_.node(at).replacement != 0) return {};
      if (rest_[0] == '.') {
        at = step_to_key(at);
      } else if (rest_[0] == '[') {
        at = step_to_element(at);
      } else {
        return fail(rest_);
      }
      if (at == kNoJson || is_appended_) return {at, is_appended_};
    }
    return {at, false};
  }

 private:
  JsonFound fail(std::string_view near) {
    std::string message = "JSON path error near '";
    for (const char c : near) message.append(c == '\'' ? 2 : 1, c);
    run_.fail(ErrorCode::kError, message + "'");
    return {};
  }

  /// The key behind a dot; nothing after an error.
  std::optional<std::string_view> take_key() {
    rest_.remove_prefix(1);
    const bool is_quoted = !rest_.empty() && rest_[0] == '"';
    const std::size_t begin = is_quoted ? 1 : 0;
    const std::size_t end = is_quoted ? rest_.find('"', 1) : rest_.find_first_of(".[");
    const bool is_open = is_quoted && end == std::string_view::npos;
    const std::string_view key = rest_.substr(begin, end == std::string_view::npos ? end : end - begin);
    if ((key.empty() && !is_quoted) || is_open) {
      fail(rest_);
      return std::nullopt;
    }
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + begin);
    return key;
  }

  bool has_label(JsonId label, std::string_view key) const {
    const JsonNode& node = document_.node(label);
    return node.is_raw ? node.text == key : node.text.substr(1, node.text.size() - 2) == key;
  }

  JsonId step_to_key(JsonId object) {
    if (document_.node(object).type != JsonType::kObject) return kNoJson;
    const std::optional<std::string_view> key = take_key();
    if (!key) return kNoJson;
    for (JsonId label = document_.node(object).first; label != kNoJson;) {
      const JsonId value = document_.node(label).next;
      if (has_label(label, *key)) return value;
      label = document_.node(value).next;
    }
    if (!may_append_) return kNoJson;
    additions_.push_back({JsonType::kObject, *key});
    return append_to(object);
  }

  JsonId last_of(JsonId array) const { return document_.node(array).last; }

  JsonId step_to_element(JsonId array) {
    std::size_t at = 1;
    std::uint32_t index = take_number(rest_, at);
    const bool is_array = document_.node(array).type == JsonType::kArray;
    if (at == 1 || at >= rest_.size() || rest_[at] != ']') {
      if (rest_.size() < 2 || rest_[1] != '#') return fail(rest_).id;
      if (!is_array) return kNoJson;
      index = 0;
      for (JsonId child = document_.node(array).first; child != kNoJson; child = document_.node(child).next) {
        if (!document_.node(child).is_removed) ++index;
      }
      at = 2;
      if (rest_.size() > 3 && rest_[2] == '-' && is_digit(rest_[3])) {
        at = 3;
        const std::uint32_t from_end = take_number(rest_, at);
        if (from_end > index) return kNoJson;
        index -= from_end;
      }
      if (at >= rest_.size() || rest_[at] != ']') return fail(rest_).id;
    }
    if (!is_array) return kNoJson;
    rest_.remove_prefix(at + 1);
    for (JsonId child = document_.node(array).first; child != kNoJson; child = document_.node(child).next) {
      if (document_.node(child).is_removed) continue;
      // SQLite goes on to what was appended: every element that is there leads to the last of that.
      if (index == 0) return document_.node(last_of(array)).is_appended ? last_of(array) : child;
      --index;
    }
    if (index > 0 || !may_append_) return kNoJson;
    additions_.push_back({JsonType::kArray, {}});
    return append_to(array);
  }

  /// Appends the first of additions_ to `container` and whatever the rest of the path wants below it: all or
  /// nothing.
  JsonId append_to(JsonId container) {
    while (!rest_.empty()) {
      if (rest_[0] == '.') {
        const std::optional<std::string_view> key = take_key();
        if (!key) return kNoJson;
        additions_.push_back({JsonType::kObject, *key});
      } else if (rest_.substr(0, 3) == "[0]") {
        rest_.remove_prefix(3);
        additions_.push_back({JsonType::kArray, {}});
      } else {
        return kNoJson;
      }
    }
    JsonId at = container;
    for (std::size_t i = 0; i < additions_.size() && at != kNoJson; ++i) {
      if (additions_[i].type == JsonType::kObject) {
        const JsonId label = document_.append(at, JsonType::kText, additions_[i].key);
        if (label == kNoJson) return kNoJson;
        document_.node(label).is_label = document_.node(label).is_raw = true;
      }
      at = document_.append(at, i + 1 < additions_.size() ? additions_[i + 1].type : JsonType::kNull);
    }
    is_appended_ = at != kNoJson;
    return at;
  }

  /// A child to be made: of an object under a key, or of an array.
  struct Addition {
    JsonType type;
    std::string_view key;
  };

  JsonDocument& document_;
  std::string_view rest_;
  bool may_append_;
  StatementRun& run_;
  std::vector<Addition> additions_;
  bool is_appended_ = false;
};

}  // namespace

JsonFound find_json(JsonDocument& document, JsonId root, std::string_view path, bool may_append,
                    StatementRun& run) {
  return Finder(document, until_nul(path), may_append, run).run(root);
}

}  // namespace leftmost::engine
