// engine/bind/nearest_name.h - the hint behind `no such ...`: which name was probably meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace leftmost::engine::bind {

/// `did you mean users?`: the candidate with the fewest letters changed, one in a name of up to four,
/// otherwise two. Empty if none is so near.
std::string nearest_name(std::string_view name, const std::vector<std::string_view>& candidates);

}  // namespace leftmost::engine::bind
