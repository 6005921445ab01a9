// Window calls: every function, frame and EXCLUDE, named windows and those that continue them.
#include "oracle/fuzz/generator.h"

namespace leftmost::oracle::fuzz {

namespace {

const char* frame_offset(Random& random, bool of_range) {
  if (random.percent(3)) return random.pick({"-1", "NULL", "'x'", "1.5", "a", "'2'", "abs(1)"});
  if (of_range) return random.pick({"0", "1", "2", "5", "0.5", "100", "1e6", "10"});
  return random.pick({"0", "0", "1", "1", "2", "3", "1 + 1", "100"});
}

}  // namespace

Piece Generator::windowed_value(const Scope& scope, bool of_groups) {
  if (of_groups && random_.percent(40)) return aggregate(scope, 0);
  return random_.percent(85) ? column(scope) : value(scope, 1);
}

Piece Generator::window_order(const Scope& scope, bool of_groups, std::size_t terms_max) {
  std::vector<Piece> terms;
  const std::size_t count = random_.between(1, terms_max);
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<Piece> term = {windowed_value(scope, of_groups)};
    if (random_.percent(8))
      term.push_back(optional({" COLLATE ", random_.pick({"NOCASE", "RTRIM", "BINARY"})}));
    if (random_.percent(35)) term.push_back(optional({random_.pick({" DESC", " DESC", " ASC"})}));
    if (random_.percent(15)) term.push_back(optional({random_.pick({" NULLS FIRST", " NULLS LAST"})}));
    terms.push_back(sequence(std::move(term)));
  }
  return sequence({" ORDER BY ", list(", ", std::move(terms))});
}

Piece Generator::window_frame(bool may_have_range_offset) {
  const std::size_t unit = random_.below(3);
  std::vector<Piece> parts = {random_.pick({" "})};
  static constexpr const char* kUnits[] = {"ROWS ", "GROUPS ", "RANGE "};
  parts.emplace_back(kUnits[unit]);
  const bool offsets = unit != 2 || may_have_range_offset || random_.percent(3);
  const auto bound = [&](std::size_t rank) -> Piece {
    switch (rank) {
      case 0:
        return "UNBOUNDED PRECEDING";
      case 1:
        return sequence({frame_offset(random_, unit == 2), " PRECEDING"});
      case 2:
        return "CURRENT ROW";
      case 3:
        return sequence({frame_offset(random_, unit == 2), " FOLLOWING"});
      default:
        return "UNBOUNDED FOLLOWING";
    }
  };
  const auto rank = [&](std::size_t low, std::size_t high) {
    std::size_t drawn = random_.between(low, high);
    if (!offsets && drawn == 1) drawn = low == 0 ? 0 : 2;
    if (!offsets && drawn == 3) drawn = high == 4 ? 4 : 2;
    return drawn;
  };
  if (random_.percent(20)) {
    parts.push_back(bound(rank(0, 2)));
  } else {
    const std::size_t start = rank(0, 3);
    const std::size_t end = rank(random_.percent(2) ? 1 : std::max<std::size_t>(start, 1), 4);
    parts.emplace_back("BETWEEN ");
    parts.push_back(bound(start));
    parts.emplace_back(" AND ");
    parts.push_back(bound(end));
  }
  if (random_.percent(30)) {
    parts.push_back(optional(
        {random_.pick({" EXCLUDE NO OTHERS", " EXCLUDE CURRENT ROW", " EXCLUDE GROUP", " EXCLUDE TIES"})}));
  }
  return optional(std::move(parts));
}

// What stands between the parentheses of OVER. `base`: a window that it continues, empty if none.
Piece Generator::window_definition(const Scope& scope, bool of_groups, const std::string& base) {
  std::vector<Piece> parts = {base};
  if (base.empty() && random_.percent(45)) {
    std::vector<Piece> terms;
    const std::size_t count = random_.percent(80) ? 1 : 2;
    for (std::size_t i = 0; i < count; ++i) terms.push_back(windowed_value(scope, of_groups));
    parts.push_back(optional({"PARTITION BY ", list(", ", std::move(terms))}));
  }
  const bool is_ordered = base.empty() ? random_.percent(75) : random_.percent(40);
  const bool by_one = random_.percent(60);
  if (is_ordered) parts.push_back(optional({window_order(scope, of_groups, by_one ? 1 : 3)}));
  if (random_.percent(50)) parts.push_back(window_frame(is_ordered && by_one));
  return sequence(std::move(parts));
}

Piece Generator::window_call(const Scope& scope, bool of_groups, const std::vector<std::string>& names) {
  std::vector<Piece> parts;
  const std::size_t choice = random_.below(100);
  if (choice < 28) {
    parts.emplace_back(random_.pick({"row_number()", "row_number()", "rank()", "dense_rank()",
                                     "percent_rank()", "cume_dist()", "ntile(2)", "ntile(3)"}));
  } else if (choice < 44) {
    parts = {random_.pick({"lag(", "lead("}), windowed_value(scope, of_groups)};
    if (random_.percent(50)) {
      parts.emplace_back(random_.pick({", 1", ", 2", ", 0", ", -1", ", NULL", ", 1.0", ", '2'"}));
      if (random_.percent(50)) parts.push_back(sequence({", ", windowed_value(scope, of_groups)}));
    }
    parts.emplace_back(")");
  } else if (choice < 60) {
    parts = {random_.pick({"first_value(", "last_value("}), windowed_value(scope, of_groups), ")"};
    if (random_.percent(35)) {
      parts = {
          "nth_value(", windowed_value(scope, of_groups), ", ",
          random_.percent(95) ? random_.pick({"1", "2", "3"}) : random_.pick({"0", "'2'", "1.5", "NULL"}),
          ")"};
    }
  } else {
    if (random_.percent(20)) {
      parts.emplace_back("count(*)");
    } else if (random_.percent(8)) {
      parts = {"group_concat(", windowed_value(scope, of_groups), ", ", windowed_value(scope, of_groups),
               ")"};
    } else {
      parts.emplace_back(random_.pick({"count", "sum", "sum", "min", "max", "avg", "total", "group_concat"}));
      parts.push_back(sequence({"(", windowed_value(scope, of_groups), ")"}));
    }
    if (random_.percent(15)) parts.push_back(optional({" FILTER (WHERE ", condition(scope, 0), ")"}));
  }
  parts.emplace_back(" OVER ");
  if (!names.empty() && random_.percent(50)) {
    const std::string& name = random_.pick(names);
    if (random_.percent(75)) {
      parts.push_back(name);
    } else {
      parts.push_back(sequence({"(", window_definition(scope, of_groups, name), ")"}));
    }
  } else {
    parts.push_back(sequence({"(", window_definition(scope, of_groups, {}), ")"}));
  }
  return expression(std::move(parts));
}

Piece Generator::window_clause(const Scope& scope, bool of_groups, std::vector<std::string>& names) {
  std::vector<Piece> definitions;
  const std::size_t count = random_.between(1, 3);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string base = i > 0 && random_.percent(40) ? random_.pick(names) : std::string();
    const std::string name = "w" + std::to_string(i);
    definitions.push_back(sequence({name, " AS (", window_definition(scope, of_groups, base), ")"}));
    names.push_back(name);
  }
  return sequence({" WINDOW ", list(", ", std::move(definitions), count)});
}

}  // namespace leftmost::oracle::fuzz
