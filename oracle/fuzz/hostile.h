// oracle/fuzz/hostile.h - statements that nobody means well with: broken, deep, huge.
//
//   mutated   a statement of the generator with bytes flipped, put in, taken out, repeated
//   nested    brackets, operators, subqueries, joins, arms: deeper or longer than any limit
//   giant     literals, results and loops that would take all memory or all time
//   bytes     anything, NUL and invalid UTF-8 included
// They run on our engine alone. What it answers does not matter; that it answers does.
#pragma once

#include "oracle/fuzz/generator.h"

namespace leftmost::oracle::fuzz {

Step hostile_statement(Random& random, Generator& generator);

}  // namespace leftmost::oracle::fuzz
