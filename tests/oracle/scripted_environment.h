// tests/oracle/scripted_environment.h - randomness that counts and a clock that a test sets.
#pragma once

#include "engine/environment.h"

namespace leftmost::oracle {

class ScriptedEnvironment final : public engine::Environment {
 public:
  void random_bytes(std::span<std::uint8_t> bytes) override {
    for (std::uint8_t& byte : bytes) byte = ++last_byte;
  }
  std::int64_t julian_milliseconds() override { return now; }
  std::int64_t local_offset_milliseconds(std::int64_t) override { return 0; }

  std::uint8_t last_byte = 0;
  std::int64_t now = 212'000'000'000'000;
};

}  // namespace leftmost::oracle
