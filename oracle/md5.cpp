#include "oracle/md5.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace leftmost::oracle {
namespace {

constexpr std::array<int, 16> kShifts = {7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21};

// RFC 1321, 3.4: T[i] is the integer part of 2^32 times abs(sin(i)), i in radians from 1.
std::array<std::uint32_t, 64> make_sines() {
  std::array<std::uint32_t, 64> sines{};
  for (std::size_t i = 0; i < 64; ++i) {
    sines[i] = static_cast<std::uint32_t>(std::floor(std::fabs(std::sin(static_cast<double>(i + 1))) * 4294967296.0));
  }
  return sines;
}

}  // namespace

void Md5::transform(const unsigned char* block) {
  static const std::array<std::uint32_t, 64> sines = make_sines();
  std::array<std::uint32_t, 16> words{};
  for (std::size_t i = 0; i < 16; ++i) {
    words[i] = static_cast<std::uint32_t>(block[4 * i]) | static_cast<std::uint32_t>(block[4 * i + 1]) << 8 |
               static_cast<std::uint32_t>(block[4 * i + 2]) << 16 | static_cast<std::uint32_t>(block[4 * i + 3]) << 24;
  }
  auto [a, b, c, d] = state_;
  for (std::size_t step = 0; step < 64; ++step) {
    const std::size_t round = step / 16;
    std::uint32_t mixed = 0;
    std::size_t word = 0;
    switch (round) {
      case 0: mixed = (b & c) | (~b & d); word = step; break;
      case 1: mixed = (d & b) | (~d & c); word = (5 * step + 1) % 16; break;
      case 2: mixed = b ^ c ^ d; word = (3 * step + 5) % 16; break;
      default: mixed = c ^ (b | ~d); word = (7 * step) % 16; break;
    }
    const std::uint32_t sum = a + mixed + sines[step] + words[word];
    a = d;
    d = c;
    c = b;
    b += std::rotl(sum, kShifts[round * 4 + step % 4]);
  }
  state_[0] += a;
  state_[1] += b;
  state_[2] += c;
  state_[3] += d;
}

void Md5::add(std::string_view bytes) {
  std::size_t filled = byte_count_ % 64;
  byte_count_ += bytes.size();
  while (!bytes.empty()) {
    const std::size_t taken = std::min(64 - filled, bytes.size());
    std::copy_n(bytes.begin(), taken, pending_.begin() + static_cast<std::ptrdiff_t>(filled));
    bytes.remove_prefix(taken);
    filled += taken;
    if (filled < 64) return;
    transform(pending_.data());
    filled = 0;
  }
}

std::string Md5::hex_digest() {
  const std::uint64_t bit_count = byte_count_ * 8;
  std::string padding(1, '\x80');
  padding.append((119 - byte_count_ % 64) % 64, '\0');
  for (int i = 0; i < 8; ++i) padding.push_back(static_cast<char>(bit_count >> (8 * i)));
  add(padding);
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const std::uint32_t word : state_) {
    for (int shift = 0; shift < 32; shift += 8) {
      const std::uint32_t byte = (word >> shift) & 0xff;
      hex.push_back(kDigits[byte >> 4]);
      hex.push_back(kDigits[byte & 15]);
    }
  }
  return hex;
}

}  // namespace leftmost::oracle
