// planner/expr_text.h - a bound expression as a reader would write it, for the sentences of reasons.
//
//   born > 1990          a comparison with its value
//   lower(last_name)     what an index column is
//
// Not for running: names are the columns' declared ones, with their tables only where these are given, and
// what is long is cut.
#pragma once

#include <span>
#include <string>

#include "planner/query.h"

namespace leftmost::planner {

/// At most about `bytes_max` bytes; what was left out ends in `...`. Null: empty.
std::string to_text(const Expr* expr, std::size_t bytes_max = 60);

/// A unary plus that stands in the query. (x IN (c) became x = +c: nobody wrote that one.)
inline bool is_written_plus(const Expr* plus) {
  return plus->span.empty() || plus->span.begin != plus->left->span.begin;
}

struct ItemFacts;
/// The same; columns of these items are written as `o.pid` if there are several of them.
std::string to_text(const Expr* expr, std::span<const ItemFacts> items, std::size_t bytes_max = 60);
std::string to_text(const Expr* expr, std::span<Item* const> items, std::size_t bytes_max = 60);

}  // namespace leftmost::planner
