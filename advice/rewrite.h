// advice/rewrite.h - other ways to write a statement that an index may serve better. Nothing is tried here.
//
//   WHERE born + 1 = 1951                    born = 1951 - 1
//   WHERE strftime('%Y', joined) = '2019'    (joined >= '2019-01-01' AND joined < '2020-01-01')
//   WHERE a > 1 OR (a = 1 AND b > 2)         (a, b) > (1, 2)
//
// Made from the syntax tree: each is the statement's own text with some spans of it replaced, so that what
// has nothing to do with it stays as it was written. Many give the same rows on any data; some only if the
// data are as one would expect them, and say so (`presumes`). Whoever shows one has compared the rows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/database.h"

namespace leftmost::advice {

struct Rewrite {
  std::string sql;
  std::string what;      ///< what was changed, in a few words
  std::string presumes;  ///< what must hold for the same rows; empty: any data will do
  bool helps_within_plan =
      false;  ///< it may be less work under the same plan: fewer rows of a loop are asked for
};

/// `database` says which columns the tables have. Empty if `sql` is no SELECT, UPDATE or DELETE.
std::vector<Rewrite> propose_rewrites(std::string_view sql, engine::Database& database);

}  // namespace leftmost::advice
