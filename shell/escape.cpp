#include "shell/escape.h"

#include <fmt/format.h>

#include "engine/sql/lexer.h"

namespace leftmost::shell {

namespace {

/// Control characters, space, both quotes, DEL and everything that is not ASCII.
bool needs_csv_quotes(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= ' ' || byte == '"' || byte == '\'' || byte >= 0x7f;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_plain_name(std::string_view name) {
  if (name.empty() || (!is_letter(name[0]) && name[0] != '_')) return false;
  for (const char c : name) {
    if (!is_letter(c) && !is_digit(c) && c != '_') return false;
  }
  const auto token = engine::sql::next_token(name, 0);
  return token && token->token_class == engine::sql::TokenClass::kName;
}

void append_doubled(std::string& out, std::string_view text, char quote) {
  out += quote;
  for (const char c : text) {
    if (c == quote) out += quote;
    out += c;
  }
  out += quote;
}

}  // namespace

void append_csv(std::string& out, std::string_view text, std::string_view separator) {
  bool quoted = text.empty() || text.find(separator) != std::string_view::npos;
  for (const char c : text) quoted = quoted || needs_csv_quotes(c);
  if (quoted) {
    append_doubled(out, text, '"');
  } else {
    out += text;
  }
}

void append_json(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
      case '\\': out += '\\'; out += c; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < ' ') {
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void append_html(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
}

void append_c_string(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '"':
      case '\\': out += '\\'; out += c; break;
      case '\t': out += "\\t"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      default:
        if (byte < ' ' || byte >= 0x7f) {
          out += fmt::format("\\{:03o}", static_cast<unsigned>(byte));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

std::string without_backslashes(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char c = text[++i];
    switch (c) {
      case 'a': out += '\a'; break;
      case 'b': out += '\b'; break;
      case 't': out += '\t'; break;
      case 'n': out += '\n'; break;
      case 'v': out += '\v'; break;
      case 'f': out += '\f'; break;
      case 'r': out += '\r'; break;
      default:
        if (c >= '0' && c <= '7') {
          unsigned code = static_cast<unsigned>(c - '0');
          for (int digits = 1; digits < 3 && i + 1 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '7'; ++digits) {
            code = code * 8 + static_cast<unsigned>(text[++i] - '0');
          }
          out += static_cast<char>(code);
        } else {
          out += c;
        }
    }
  }
  return out.substr(0, out.find('\0'));
}

void append_sql_string(std::string& out, std::string_view text) { append_doubled(out, text, '\''); }

void append_sql_string_on_one_line(std::string& out, std::string_view text) {
  const bool has_newline = text.find('\n') != std::string_view::npos;
  const bool has_return = text.find('\r') != std::string_view::npos;
  if (!has_newline && !has_return) {
    append_sql_string(out, text);
    return;
  }
  // A stand-in for each that does not occur in the text: \n, then \012, then (\n0), (\n1) ... as long as it takes.
  const auto stand_in = [&](std::string first, std::string second) {
    if (text.find(first) == std::string_view::npos) return first;
    if (text.find(second) == std::string_view::npos) return second;
    for (unsigned i = 0;; ++i) {
      const std::string candidate = fmt::format("({}{})", first, i);
      if (text.find(candidate) == std::string_view::npos) return candidate;
    }
  };
  const std::string newline = has_newline ? stand_in("\\n", "\\012") : std::string();
  const std::string carriage = has_return ? stand_in("\\r", "\\015") : std::string();
  if (has_newline) out += "replace(";
  if (has_return) out += "replace(";
  out += '\'';
  for (const char c : text) {
    if (c == '\n') {
      out += newline;
    } else if (c == '\r') {
      out += carriage;
    } else {
      if (c == '\'') out += '\'';
      out += c;
    }
  }
  out += '\'';
  if (has_return) out += fmt::format(",'{}',char(13))", carriage);
  if (has_newline) out += fmt::format(",'{}',char(10))", newline);
}

void append_sql_blob(std::string& out, std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  out += "X'";
  for (const char c : bytes) {
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 15];
  }
  out += '\'';
}

void append_sql_name(std::string& out, std::string_view name) {
  if (is_plain_name(name)) {
    out += name;
  } else {
    append_doubled(out, name, '"');
  }
}

}  // namespace leftmost::shell
