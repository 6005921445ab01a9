// oracle/md5.h - MD5 (RFC 1321), for the one thing that asks for it: sqllogictest writes long results as
// `30 values hashing to 3c13dee48d9356ae19af2515e05e6b54`. No use for secrets.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace leftmost::oracle {

class Md5 {
 public:
  void add(std::string_view bytes);
  /// 32 lower-case hexadecimal digits. Requires: called once, last.
  std::string hex_digest();

 private:
  void transform(const unsigned char* block);

  std::array<std::uint32_t, 4> state_ = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  std::uint64_t byte_count_ = 0;
  std::array<unsigned char, 64> pending_ = {};
};

}  // namespace leftmost::oracle
