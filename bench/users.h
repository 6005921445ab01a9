// bench/users.h - the data of the measurements: users(id, last_name, first_name, age, email), the same on every machine.
//
// About 5,000 last and 2,000 first names whose frequencies fall like Zipf's law (the n-th name has a weight of 1 / (n + 10)):
// the skew that makes some prefixes long and most of them short. Names are made of syllables, so that they have lengths and
// common beginnings as names do.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace leftmost::bench {

struct User {
  std::int64_t id = 0;
  std::string_view last_name;  ///< of Users::last_names
  std::string_view first_name;
  std::int64_t age = 0;
  std::string email;
};

/// splitmix64 (Steele, Lea, Flood, 2014): small, and the same everywhere.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  /// Below `bound`. Requires: bound > 0.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }

 private:
  std::uint64_t state_;
};

struct Users {
  std::vector<std::string> last_names;
  std::vector<std::string> first_names;
  std::vector<User> rows;  ///< ids from 1, ascending
};

Users make_users(std::size_t row_count, std::uint64_t seed = 1);

/// What is asked in one measurement: drawn once, the same for every peer.
struct Questions {
  std::vector<std::int64_t> ids;
  std::vector<std::pair<std::string_view, std::string_view>> pairs;  ///< last and first name of existing rows
  std::vector<std::string_view> last_names;   ///< each equally likely
  std::vector<std::string_view> first_names;
};

Questions make_questions(const Users& users, std::size_t count, std::uint64_t seed = 2);

}  // namespace leftmost::bench
