// planner/keyset.h - recognises a page condition that is spelled out with OR:
//
//   a > 1 OR (a = 1 AND b > 2)                                   flat
//   a > 1 OR (a = 1 AND b > 2) OR (a = 1 AND b = 2 AND c > 3)    flat, three columns
//   a > 1 OR (a = 1 AND (b > 2 OR (b = 2 AND c > 3)))            nested
//   a >= 1 AND (a > 1 OR b > 2)                                  with a floor
//
// All of them say (a, b [, c]) > (1, 2 [, 3]), which an index on (a, b, c) can search as one range; of the OR
// the planner understands the first column at most.
#pragma once

#include <optional>
#include <vector>

#include "planner/terms.h"

namespace leftmost::planner {

struct Keyset {
  const Term* term = nullptr;            ///< the OR
  std::vector<const Expr*> columns;      ///< of one item, in the order of the comparison; two or more
  std::vector<const Expr*> comparisons;  ///< the range on each of them
  std::vector<const Expr*> values;       ///< what each is compared with
  bool ascending = true;                 ///< > or >=
};

/// The page condition on `item` that the base term `term` spells out, if it does. `list` is searched for a
/// floor.
std::optional<Keyset> as_keyset(const Term& term, const TermList& list, ItemId item);

/// The same value wherever it stands: equal expressions, or one parameter twice. Two different parameters are
/// taken for equal, because `a > ? OR (a = ? AND b > ?)` has no other use.
bool may_be_same_value(const Expr* a, const Expr* b);

/// `(last_name, first_name) > ('L001', 'F90')`
std::string to_row_value(const Keyset& keyset);

}  // namespace leftmost::planner
