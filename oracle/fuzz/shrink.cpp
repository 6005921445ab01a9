#include "oracle/fuzz/shrink.h"

#include <algorithm>

namespace leftmost::oracle::fuzz {

namespace {

class Shrinker {
 public:
  Shrinker(std::vector<Step> steps, const StillDiffers& still_differs, std::size_t trials_max)
      : steps_(std::move(steps)), still_differs_(still_differs), trials_left_(trials_max) {}

  std::vector<Step> run() {
    bool has_changed = true;
    while (has_changed && trials_left_ > 0) {
      has_changed = drop_steps();
      for (std::size_t place = steps_.size(); place-- > 0;) has_changed |= reduce_step(place);
    }
    return std::move(steps_);
  }

 private:
  bool accept(std::vector<Step> candidate) {
    if (trials_left_ == 0) return false;
    --trials_left_;
    if (!still_differs_(candidate)) return false;
    steps_ = std::move(candidate);
    return true;
  }

  // The last statement stays; from the back, halves before single ones.
  bool drop_steps() {
    bool has_changed = false;
    for (std::size_t size = std::max<std::size_t>(1, steps_.size() / 2); size > 0; size /= 2) {
      std::size_t end = steps_.size() - 1;
      while (end > 0) {
        const std::size_t begin = end > size ? end - size : 0;
        std::vector<Step> candidate = steps_;
        candidate.erase(candidate.begin() + static_cast<std::ptrdiff_t>(begin),
                        candidate.begin() + static_cast<std::ptrdiff_t>(end));
        has_changed |= accept(std::move(candidate));
        end = begin;
      }
    }
    return has_changed;
  }

  bool reduce_step(std::size_t place) {
    bool has_changed = false;
    std::size_t number = 0;
    while (trials_left_ > 0) {
      const auto smaller = reduced(steps_[place].sql, number);
      if (!smaller) break;
      std::vector<Step> candidate = steps_;
      candidate[place].sql = *smaller;
      if (accept(std::move(candidate))) {
        has_changed = true;  // the same number now means the next reduction
      } else {
        ++number;
      }
    }
    return has_changed;
  }

  std::vector<Step> steps_;
  const StillDiffers& still_differs_;
  std::size_t trials_left_;
};

}  // namespace

std::vector<Step> shrink(std::vector<Step> steps, const StillDiffers& still_differs, std::size_t trials_max) {
  return Shrinker(std::move(steps), still_differs, trials_max).run();
}

}  // namespace leftmost::oracle::fuzz
