// tests/storage/random.h - random values that lie where the rules change: around powers of two and ten,
// halves, empty and embedded-NUL text, case and trailing spaces. Every test prints its seed on failure.
#pragma once

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>

#include "storage/value.h"

namespace leftmost::storage::test {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t word() { return engine_(); }
  /// 0 .. bound - 1
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(engine_() % bound); }
  bool one_in(std::size_t n) { return below(n) == 0; }

  std::int64_t integer() {
    switch (below(5)) {
      case 0:
        return static_cast<std::int64_t>(below(20)) - 10;
      case 1:
        return near(std::int64_t{1} << below(63));
      case 2:
        return -near(std::int64_t{1} << below(63));
      case 3:
        return one_in(2) ? std::numeric_limits<std::int64_t>::min() + static_cast<std::int64_t>(below(3))
                         : std::numeric_limits<std::int64_t>::max() - static_cast<std::int64_t>(below(3));
      default:
        return static_cast<std::int64_t>(word());
    }
  }

  double real() {
    switch (below(9)) {
      case 0:
        return static_cast<double>(integer());
      case 1:
        return static_cast<double>(integer()) + 0.5;
      case 2:
        return (static_cast<double>(below(4000)) - 2000) / 8;
      case 3:
        return std::ldexp(1.0, static_cast<int>(below(2100)) - 1075) * (one_in(2) ? 1 : -1);
      case 4:
        return one_in(2) ? 0.0 : -0.0;
      case 5:
        return std::numeric_limits<double>::infinity() * (one_in(2) ? 1 : -1);
      case 6:
        return std::nextafter(static_cast<double>(integer()), one_in(2) ? 1e300 : -1e300);
      case 7:
        return static_cast<double>(static_cast<std::int64_t>(below(2000000)) - 1000000) / 1000;
      default: {
        double real;
        const std::uint64_t bits = word();
        static_assert(sizeof bits == sizeof real);
        std::memcpy(&real, &bits, sizeof real);
        return std::isnan(real) ? 1.25 : real;
      }
    }
  }

  std::string bytes(std::size_t size_max) {
    static constexpr char kFew[] = {0, 1, 2, ' ', 'a', 'A', 'b', 'Z', '[', '\x7f', '\x80', '\xff'};
    std::string text;
    const std::size_t size = below(size_max + 1);
    for (std::size_t i = 0; i < size; ++i) {
      text += one_in(8) ? static_cast<char>(word()) : kFew[below(sizeof kFew)];
    }
    return text;
  }

  /// Text and blobs live in `store`, which the caller keeps.
  Value value(std::string& store, std::size_t size_max = 6) {
    switch (below(5)) {
      case 0:
        return Value::null();
      case 1:
        return Value::integer(integer());
      case 2:
        return Value::real(real());
      case 3:
        store = bytes(size_max);
        return Value::text(store);
      default:
        store = bytes(size_max);
        return Value::blob(store);
    }
  }

 private:
  std::int64_t near(std::int64_t center) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(center) + below(5) - 2);
  }
  std::mt19937_64 engine_;
};

}  // namespace leftmost::storage::test
