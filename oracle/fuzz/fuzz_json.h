// oracle/fuzz/fuzz_json.h - a FuzzResult as bytes (CBOR, https://www.rfc-editor.org/rfc/rfc8949), for the
// pipe from a worker process.
#pragma once

#include <cstdint>
#include <vector>

#include "oracle/fuzz/fuzz.h"

namespace leftmost::oracle::fuzz {

std::vector<std::uint8_t> to_bytes(const FuzzResult& result);
/// Requires: to_bytes() made them. What is broken off gives an empty result.
FuzzResult from_bytes(const std::vector<std::uint8_t>& bytes);

}  // namespace leftmost::oracle::fuzz
