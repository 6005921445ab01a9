#include "engine/functions/json_writer.h"

#include "engine/functions/operators.h"
#include "engine/functions/utf8.h"
#include "storage/number_text.h"

namespace leftmost::engine {
namespace {

using storage::Value;

std::uint32_t hex_number(std::string_view digits) {
  std::uint32_t number = 0;
  for (const char c : digits) {
    const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    number = number * 16 + static_cast<std::uint32_t>(digit);
  }
  return number;
}

/// The code unit that `\uXXXX` at `at` stands for; nothing of the kind there is 0.
std::uint32_t code_unit(std::string_view text, std::size_t at) {
  return text.substr(at, 2) == "\\u" && at + 6 <= text.size() ? hex_number(text.substr(at + 2, 4)) : 0;
}

// A text without its quotes and escapes. \u0000 ends it; half a surrogate pair is kept as three bytes.
std::string unescaped(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\') {
      plain += text[at];
      continue;
    }
    if (text[at + 1] == 'u') {
      std::uint32_t character = code_unit(text, at);
      if (character == 0) break;
      at += 5;
      const std::uint32_t low = code_unit(text, at + 1);
      if ((character & 0xfc00) == 0xd800 && (low & 0xfc00) == 0xdc00) {
        character = 0x10000 + ((character & 0x3ff) << 10) + (low & 0x3ff);
        at += 6;
      }
      append_character(character, plain);
      continue;
    }
    const char c = text[++at];
    constexpr std::string_view kLetters = "bfnrt";
    constexpr std::string_view kMeanings = "\b\f\n\r\t";
    const std::size_t letter = kLetters.find(c);
    plain += letter == std::string_view::npos ? c : kMeanings[letter];
  }
  return plain;
}

}  // namespace

void JsonWriter::append(std::string_view json) {
  if (run_.failed()) return;
  if (text_.size() + json.size() > storage::kValueBytesMax) {
    run_.fail(ErrorCode::kTooBig, "string or blob too big");
    return;
  }
  text_ += json;
}

void JsonWriter::append_text(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  append("\"");
  std::size_t plain = 0;  // where the run of characters begins that need no escape
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const auto code = static_cast<unsigned char>(c);
    if (code >= 0x20 && c != '"' && c != '\\') continue;
    append(text.substr(plain, at - plain));
    plain = at + 1;
    switch (c) {
      case '"':
        append("\\\"");
        break;
      case '\\':
        append("\\\\");
        break;
      case '\b':
        append("\\b");
        break;
      case '\f':
        append("\\f");
        break;
      case '\n':
        append("\\n");
        break;
      case '\r':
        append("\\r");
        break;
      case '\t':
        append("\\t");
        break;
      default:
        append("\\u00");
        append(kHex.substr(code >> 4, 1));
        append(kHex.substr(code & 15, 1));
    }
  }
  append(text.substr(plain));
  append("\"");
}

void JsonWriter::append_value(Value value) {
  if (value.is_null()) {
    append("null");
  } else if (value.is_blob()) {
    run_.fail(ErrorCode::kError, "JSON cannot hold BLOB values");
  } else if (value.is_text() && value.subtype() != kJsonSubtype) {
    append_text(value.as_bytes());
  } else {
    append(text_value(value, run_.results()));
  }
}

void JsonWriter::append_separator() {
  if (!text_.empty() && text_.back() != '[' && text_.back() != '{') append(",");
}

void JsonWriter::open_node(const JsonNode& node, std::span<const Value> arguments) {
  if (node.replacement != 0) return append_value(arguments[node.replacement]);
  switch (node.type) {
    case JsonType::kNull:
      return append("null");
    case JsonType::kTrue:
      return append("true");
    case JsonType::kFalse:
      return append("false");
    case JsonType::kText:
      return node.is_raw ? append_text(node.text) : append(node.text);
    case JsonType::kInteger:
    case JsonType::kReal:
      return append(node.text);
    case JsonType::kArray:
      return append("[");
    case JsonType::kObject:
      return append("{");
  }
}

// Without recursion, as paths that are appended nest as deep as they are long.
void JsonWriter::append_node(const JsonDocument& document, JsonId id, std::span<const Value> arguments) {
  const auto is_open = [&](const JsonNode& node) { return node.is_container() && node.replacement == 0; };
  // The first of `child` and those behind it that is to be shown: in an object the label of a value that is.
  const auto shown = [&](JsonId child) {
    while (child != kNoJson) {
      const JsonNode& node = document.node(child);
      const JsonId value = node.is_label ? node.next : child;
      if (!document.node(value).is_removed) break;
      child = document.node(value).next;
    }
    return child;
  };
  open_node(document.node(id), arguments);
  if (!is_open(document.node(id))) return;
  JsonId container = id;
  JsonId next = shown(document.node(id).first);
  while (!run_.failed()) {
    if (next == kNoJson) {
      append(document.node(container).type == JsonType::kArray ? "]" : "}");
      if (container == id) return;
      next = shown(document.node(container).next);
      container = document.node(container).parent;
      continue;
    }
    append_separator();
    JsonId value = next;
    if (document.node(next).is_label) {
      open_node(document.node(next), arguments);
      append(":");
      value = document.node(next).next;
    }
    const JsonNode& node = document.node(value);
    open_node(node, arguments);
    if (is_open(node)) {
      container = value;
      next = shown(node.first);
    } else {
      next = shown(node.next);
    }
  }
}

Value JsonWriter::result() {
  return run_.failed() ? Value::null() : run_.make_text(text_).with_subtype(kJsonSubtype);
}

Value sql_value_of(const JsonDocument& document, JsonId id, StatementRun& run) {
  const JsonNode& node = document.node(id);
  switch (node.type) {
    case JsonType::kNull:
      return Value::null();
    case JsonType::kTrue:
      return Value::integer(1);
    case JsonType::kFalse:
      return Value::integer(0);
    case JsonType::kInteger: {
      const storage::ParsedNumber number = storage::parse_number(node.text);
      return number.integer_overflows ? Value::real(number.real) : Value::integer(number.integer);
    }
    case JsonType::kReal:
      return Value::real(storage::parse_number(node.text).real);
    case JsonType::kText: {
      const std::string_view inner = node.text.substr(1, node.text.size() - 2);
      return run.make_text(node.has_escape ? std::string_view(unescaped(inner)) : inner);
    }
    case JsonType::kArray:
    case JsonType::kObject:
      break;
  }
  JsonWriter writer(run);
  writer.append_node(document, id);
  return writer.result();
}

}  // namespace leftmost::engine
