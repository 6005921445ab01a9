// engine/exec/key_map.h - coded keys (storage/key_codec.h) to small numbers, in order of first appearance.
//
// DISTINCT, GROUP BY, the arms of a compound and multi-index OR ask the same thing: was this key here before? Equal
// rows have equal bytes, so a hash of bytes answers it.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <string_view>

#include "storage/arena.h"

namespace leftmost::engine {

class KeyMap {
 public:
  struct Result {
    std::uint32_t number;  ///< 0 for the first key that was added, and so on
    bool is_new;
    std::string_view key;  ///< the map's own copy
  };
  /// The key's number; a new one if it was not here before. The bytes are copied.
  Result add(std::string_view key) {
    const auto found = numbers_.find(key);
    if (found != numbers_.end()) return {found->second, false, found->first};
    const auto number = static_cast<std::uint32_t>(numbers_.size());
    const std::string_view kept = bytes_.copy(key);
    numbers_.emplace(kept, number);
    return {number, true, kept};
  }
  bool contains(std::string_view key) const { return numbers_.find(key) != numbers_.end(); }
  std::size_t size() const { return numbers_.size(); }
  void clear() {
    numbers_.clear();
    bytes_.reset();
  }
  std::size_t bytes_held() const { return bytes_.bytes_held() + numbers_.size() * 32; }

 private:
  boost::unordered_flat_map<std::string_view, std::uint32_t> numbers_;
  storage::Arena bytes_;
};

}  // namespace leftmost::engine
