// planner/item_set.h - sets of FROM items as bits, within one SELECT.
//
// Items get bits 0, 1, 2 ... from left to right. Items of enclosing SELECTs have no bit: inside this SELECT
// their columns are constants.
#pragma once

#include <cstdint>
#include <span>

#include <boost/container/small_vector.hpp>

#include "planner/query.h"

namespace leftmost::planner {

using ItemSet = std::uint64_t;
inline constexpr std::size_t kItemsMax = 64;  // SQLite: "at most 64 tables in a join"

class ItemNumbers {
 public:
  ItemNumbers() = default;
  explicit ItemNumbers(std::span<Item* const> items);

  /// Position of an item in this FROM, or -1.
  int position(ItemId id) const {
    return id >= 0 && static_cast<std::size_t>(id) < positions_.size()
               ? positions_[static_cast<std::size_t>(id)]
               : -1;
  }
  ItemSet bit(ItemId id) const {
    const int at = position(id);
    return at < 0 ? 0 : ItemSet{1} << at;
  }

  /// The items that an expression mentions, inside its subqueries too. A column replaced by a constant
  /// mentions none.
  ItemSet mentioned(const Expr* expr) const;
  ItemSet mentioned(const Select* select) const;

 private:
  boost::container::small_vector<signed char, 16> positions_;
};

}  // namespace leftmost::planner
