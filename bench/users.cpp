#include "bench/users.h"

#include <algorithm>
#include <array>
#include <set>

namespace leftmost::bench {
namespace {

constexpr std::size_t kLastNames = 5000;
constexpr std::size_t kFirstNames = 2000;

constexpr std::array<std::string_view, 24> kSyllables = {"an", "be", "car", "do", "el",  "fer", "gu", "har",
                                                         "in", "jo", "ka",  "li", "mar", "nor", "ol", "pe",
                                                         "ri", "sa", "ton", "ul", "vi",  "wes", "ya", "zo"};

std::vector<std::string> make_names(std::size_t count, std::size_t syllables_min, Random& random) {
  std::set<std::string> seen;
  std::vector<std::string> names;
  while (names.size() < count) {
    std::string name;
    const std::size_t syllables = syllables_min + random.below(3);
    for (std::size_t i = 0; i < syllables; ++i) name += kSyllables[random.below(kSyllables.size())];
    name[0] = static_cast<char>(name[0] - 'a' + 'A');
    if (seen.insert(name).second) names.push_back(std::move(name));
  }
  return names;
}

/// Draws positions of a list, the n-th with a weight of 1 / (n + 10).
class ZipfLike {
 public:
  explicit ZipfLike(std::size_t count) {
    double sum = 0;
    for (std::size_t n = 0; n < count; ++n) cumulated_.push_back(sum += 1.0 / static_cast<double>(n + 10));
  }
  std::size_t draw(Random& random) const {
    const double at = static_cast<double>(random.next() >> 11) / 9007199254740992.0 * cumulated_.back();
    const auto found = std::upper_bound(cumulated_.begin(), cumulated_.end(), at);
    return std::min(static_cast<std::size_t>(found - cumulated_.begin()), cumulated_.size() - 1);
  }

 private:
  std::vector<double> cumulated_;
};

}  // namespace

std::uint64_t Random::next() {
  std::uint64_t x = state_ += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

Users make_users(std::size_t row_count, std::uint64_t seed) {
  Random random(seed);
  Users users;
  users.last_names = make_names(kLastNames, 2, random);
  users.first_names = make_names(kFirstNames, 1, random);
  const ZipfLike last(kLastNames);
  const ZipfLike first(kFirstNames);
  users.rows.reserve(row_count);
  for (std::size_t i = 0; i < row_count; ++i) {
    User user;
    user.id = static_cast<std::int64_t>(i + 1);
    user.last_name = users.last_names[last.draw(random)];
    user.first_name = users.first_names[first.draw(random)];
    user.age = static_cast<std::int64_t>(18 + random.below(80));
    user.email.append("u").append(std::to_string(user.id)).append("@example.org");
    users.rows.push_back(std::move(user));
  }
  return users;
}

Questions make_questions(const Users& users, std::size_t count, std::uint64_t seed) {
  Random random(seed);
  Questions questions;
  for (std::size_t i = 0; i < count; ++i) {
    const User& user = users.rows[random.below(users.rows.size())];
    questions.ids.push_back(user.id);
    questions.pairs.emplace_back(user.last_name, user.first_name);
    questions.last_names.push_back(users.last_names[random.below(users.last_names.size())]);
    questions.first_names.push_back(users.first_names[random.below(users.first_names.size())]);
  }
  return questions;
}

}  // namespace leftmost::bench
