#include "oracle/fuzz/generator.h"

namespace leftmost::oracle::fuzz {

Piece Generator::literal() { return expression({random_literal(random_)}); }

Piece Generator::column(const Scope& scope) {
  if (scope.empty()) return literal();
  return expression({random_.pick(scope)});
}

Piece Generator::value(const Scope& scope, int depth) {
  const std::size_t choice = depth <= 0 ? random_.below(60) : random_.below(100);
  if (choice < 42) return column(scope);
  if (choice < 60) return literal();
  if (choice < 75) {
    return expression({"(", value(scope, depth - 1),
                       random_.pick({" + ", " - ", " * ", " / ", " % ", " || ", " & ", " | ", " << "}),
                       value(scope, depth - 1), ")"});
  }
  if (choice < 85) return function_call(scope, depth);
  if (choice < 88) {
    return expression({"CAST(", value(scope, depth - 1), " AS ",
                       random_.pick({"INT", "TEXT", "REAL", "NUMERIC", "BLOB"}), ")"});
  }
  if (choice < 91) {
    return expression({"CASE WHEN ", condition(scope, depth - 1), " THEN ", value(scope, depth - 1), " ELSE ",
                       value(scope, depth - 1), " END"});
  }
  if (choice < 94) return expression({"(", condition(scope, depth - 1), ")"});
  if (choice < 96) return expression({random_.pick({"-", "+", "~"}), "(", value(scope, depth - 1), ")"});
  return expression({"(", simple_select(1, scope, depth - 1), ")"});
}

// One term as an index may use it, mostly.
Piece Generator::term(const Scope& scope, int depth) {
  switch (random_.below(16)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return expression({column(scope), random_.pick({" = ", " = ", " = ", " == ", " IS "}), literal()});
    case 4:
    case 5:
      return expression({column(scope), random_.pick({" < ", " > ", " <= ", " >= "}), literal()});
    case 6:
    case 7:
      return expression(
          {column(scope), random_.pick({" = ", " = ", " = ", " IS ", " < ", " >= ", " <> "}), column(scope)});
    case 8: {
      std::vector<Piece> items;
      const std::size_t count = random_.between(1, 4);
      for (std::size_t i = 0; i < count; ++i) items.push_back(literal());
      return expression(
          {column(scope), random_.pick({" IN (", " IN (", " NOT IN ("}), list(", ", std::move(items)), ")"});
    }
    case 9:
      return expression({column(scope), random_.pick({" BETWEEN ", " BETWEEN ", " NOT BETWEEN "}), literal(),
                         " AND ", literal()});
    case 10:
      return expression({column(scope), random_.pick({" IS NULL", " IS NOT NULL", " NOTNULL"})});
    case 11:
      return expression({column(scope), random_.pick({" LIKE ", " GLOB ", " NOT LIKE "}),
                         random_.pick({"'a%'", "'ab*'", "'a*'", "'%b'", "'A%'", "'_b%'", "'1%'", "'b'"})});
    case 12:
      if (depth > 0) {
        return expression({column(scope), random_.pick({" IN (", " IN (", " NOT IN ("}),
                           simple_select(1, random_.percent(30) ? scope : Scope(), depth - 1), ")"});
      }
      return expression({column(scope),
                         random_.pick({" COLLATE NOCASE = ", " COLLATE BINARY > ", " = 1.0 * "}), literal()});
    case 13:
      if (depth > 0) {
        return expression({random_.pick({"EXISTS (", "EXISTS (", "NOT EXISTS ("}),
                           simple_select(1, scope, depth - 1), ")"});
      }
      return expression({"+", column(scope), " = ", literal()});
    case 14:
      return expression({"(", column(scope), ", ", column(scope), ")",
                         random_.pick({" = ", " > ", " <= ", " IS "}), "(", literal(), ", ", literal(), ")"});
    default:
      return expression({value(scope, depth - 1),
                         random_.pick({" = ", " < ", " > ", " <> ", " IS NOT ", " IS NOT DISTINCT FROM "}),
                         value(scope, depth - 1)});
  }
}

Piece Generator::condition(const Scope& scope, int depth) {
  const std::size_t count = random_.pick(std::vector<std::size_t>{1, 1, 1, 2, 2, 2, 3, 4});
  std::vector<Piece> terms;
  for (std::size_t i = 0; i < count; ++i) {
    if (depth > 0 && random_.percent(14)) {
      std::vector<Piece> arms;
      const std::size_t arm_count = random_.between(2, 3);
      for (std::size_t arm = 0; arm < arm_count; ++arm) {
        arms.push_back(random_.percent(25) ? sequence({"(", condition(scope, depth - 1), ")"})
                                           : term(scope, depth - 1));
      }
      terms.push_back(sequence({"(", list(" OR ", std::move(arms)), ")"}));
    } else if (random_.percent(5)) {
      terms.push_back(sequence({optional({"NOT "}), "(", term(scope, depth - 1), ")"}));
    } else {
      terms.push_back(term(scope, depth));
    }
  }
  return expression({list(" AND ", std::move(terms))});
}

}  // namespace leftmost::oracle::fuzz
