#include "engine/functions/utf8.h"

namespace leftmost::engine {
namespace {

unsigned char byte_at(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }
bool is_continuation(unsigned char byte) { return (byte & 0xc0) == 0x80; }

// The bits of the code point that a lead byte carries.
std::uint32_t lead_bits(unsigned char lead) {
  if (lead < 0xe0) return lead & 0x1f;
  if (lead < 0xf0) return lead & 0x0f;
  if (lead < 0xf8) return lead & 0x07;
  if (lead < 0xfc) return lead & 0x03;
  return lead < 0xfe ? lead & 0x01 : 0;
}

}  // namespace

std::size_t next_character(std::string_view text, std::size_t at) {
  const unsigned char lead = byte_at(text, at++);
  if (lead < 0xc0) return at;
  while (at < text.size() && is_continuation(byte_at(text, at))) ++at;
  return at;
}

std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); at = next_character(text, at)) ++count;
  return count;
}

std::size_t bytes_of_characters(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; count > 0 && at < text.size(); --count) at = next_character(text, at);
  return at;
}

std::uint32_t read_character(std::string_view text, std::size_t& at) {
  if (at >= text.size()) return 0;
  const unsigned char lead = byte_at(text, at++);
  if (lead < 0xc0) return lead;
  std::uint32_t code_point = lead_bits(lead);
  while (at < text.size() && is_continuation(byte_at(text, at))) {
    code_point = (code_point << 6) + (byte_at(text, at++) & 0x3f);
  }
  if (code_point < 0x80 || (code_point & 0xfffff800) == 0xd800 || (code_point & 0xfffffffe) == 0xfffe) {
    return kReplacementCharacter;
  }
  return code_point;
}

void append_character(std::uint32_t code_point, std::string& out) {
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | ((code_point >> shift) & 0x3f)); };
  if (code_point < 0x80) {
    out += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    out += static_cast<char>(0xc0 | (code_point >> 6));
    tail(0);
  } else if (code_point < 0x10000) {
    out += static_cast<char>(0xe0 | (code_point >> 12));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xf0 | ((code_point >> 18) & 0x07));
    tail(12);
    tail(6);
    tail(0);
  }
}

}  // namespace leftmost::engine
