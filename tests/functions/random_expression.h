// tests/functions/random_expression.h - random SQL expressions, as text for SQLite and as bound trees for us.
#pragma once

#include <string>
#include <vector>

#include "tests/functions/sqlite_reference.h"

namespace leftmost::engine {

/// One row of a table that has a column of every affinity and collation.
struct ColumnUnderTest {
  const char* name;
  const char* declaration;
  storage::Affinity affinity;
  storage::Collation collation = storage::Collation::kBinary;
};
inline constexpr ColumnUnderTest kColumns[] = {
    {"c_blob", "BLOB", storage::Affinity::kBlob},
    {"c_text", "TEXT", storage::Affinity::kText},
    {"c_int", "INTEGER", storage::Affinity::kInteger},
    {"c_real", "REAL", storage::Affinity::kReal},
    {"c_num", "NUMERIC", storage::Affinity::kNumeric},
    {"c_nocase", "TEXT COLLATE NOCASE", storage::Affinity::kText, storage::Collation::kNoCase},
    {"c_rtrim", "TEXT COLLATE RTRIM", storage::Affinity::kText, storage::Collation::kRtrim},
};

/// The current row of that table.
class RowUnderTest : public NoRows {
 public:
  storage::Value column(const planner::Expr& column) override { return values[static_cast<std::size_t>(column.column)]; }
  std::vector<storage::Value> values;
};

class RandomExpression {
 public:
  RandomExpression(ValuePool& pool, ExprBuilder& build, const FunctionRegistry& registry)
      : pool_(pool), build_(build), registry_(registry) {}

  struct Pair {
    std::string sql;
    planner::Expr* expr;
  };

  static constexpr int kParameters = 4;

  Pair any(int depth) {
    if (depth == 0 || pool_.one_in(6)) return leaf();
    switch (pool_.below(13)) {
      case 0: case 1: case 2: return comparison(depth);
      case 3: case 4: return arithmetic(depth);
      case 5: return logic(depth);
      case 6: return unary(depth);
      case 7: return cast(depth);
      case 8: return between(depth);
      case 9: return in_list(depth);
      case 10: return case_expression(depth);
      case 11: return call(depth);
      default: return row_comparison(depth);
    }
  }

 private:
  using Kind = planner::ExprKind;

  Pair leaf() {
    if (pool_.one_in(3)) {
      const int number = 1 + static_cast<int>(pool_.below(kParameters));
      return {"?" + std::to_string(number), build_.parameter(number)};
    }
    const std::size_t index = pool_.below(std::size(kColumns));
    planner::Expr* column = build_.node(Kind::kColumn);
    column->item = 0;
    column->column = static_cast<int>(index);
    column->affinity = kColumns[index].affinity;
    column->collation = kColumns[index].collation;
    Pair result{kColumns[index].name, column};
    if (pool_.one_in(8)) return collate(result);
    return result;
  }

  Pair collate(const Pair& inner) {
    static constexpr storage::Collation kAll[] = {storage::Collation::kBinary, storage::Collation::kNoCase,
                                                  storage::Collation::kRtrim};
    planner::Expr* expr = build_.node(Kind::kCollate, inner.expr);
    expr->collation = kAll[pool_.below(3)];
    return {"(" + inner.sql + " COLLATE " + std::string(storage::collation_name(expr->collation)) + ")", expr};
  }

  Pair binary(const char* sql, Kind kind, int depth) {
    const Pair left = any(depth - 1);
    const Pair right = any(depth - 1);
    return {"(" + left.sql + " " + sql + " " + right.sql + ")", build_.node(kind, left.expr, right.expr)};
  }

  struct Operator {
    const char* sql;
    Kind kind;
  };
  static constexpr Operator kComparisons[] = {{"=", Kind::kEq}, {"<>", Kind::kNe}, {"<", Kind::kLt}, {"<=", Kind::kLe},
                                              {">", Kind::kGt}, {">=", Kind::kGe}, {"IS", Kind::kIs}, {"IS NOT", Kind::kIsNot}};
  static constexpr Operator kArithmetic[] = {{"+", Kind::kAdd}, {"-", Kind::kSubtract}, {"*", Kind::kMultiply}, {"/", Kind::kDivide},
                                             {"%", Kind::kRemainder}, {"||", Kind::kConcat}, {"&", Kind::kBitAnd},
                                             {"|", Kind::kBitOr}, {"<<", Kind::kShiftLeft}, {">>", Kind::kShiftRight}};

  Pair comparison(int depth) {
    const Operator& op = kComparisons[pool_.below(std::size(kComparisons))];
    return binary(op.sql, op.kind, depth);
  }
  Pair arithmetic(int depth) {
    const Operator& op = kArithmetic[pool_.below(std::size(kArithmetic))];
    return binary(op.sql, op.kind, depth);
  }
  Pair logic(int depth) { return pool_.one_in(2) ? binary("AND", Kind::kAnd, depth) : binary("OR", Kind::kOr, depth); }

  Pair unary(int depth) {
    const Pair inner = any(depth - 1);
    switch (pool_.below(10)) {
      case 0: return {"(- " + inner.sql + ")", build_.node(Kind::kNegate, inner.expr)};
      case 1: return {"(+ " + inner.sql + ")", build_.node(Kind::kPlus, inner.expr)};
      case 2: return {"(~ " + inner.sql + ")", build_.node(Kind::kBitNot, inner.expr)};
      case 3: return {"(NOT " + inner.sql + ")", build_.node(Kind::kNot, inner.expr)};
      case 4: return {"(" + inner.sql + " ISNULL)", build_.node(Kind::kIsNull, inner.expr)};
      case 5: return {"(" + inner.sql + " NOTNULL)", build_.node(Kind::kNotNull, inner.expr)};
      case 6: return {"(" + inner.sql + " IS TRUE)", build_.node(Kind::kIsTrue, inner.expr)};
      case 7: return {"(" + inner.sql + " IS NOT FALSE)", build_.node(Kind::kIsNotFalse, inner.expr)};
      case 8: return {"(" + inner.sql + " IS FALSE)", build_.node(Kind::kIsFalse, inner.expr)};
      default: return collate(inner);
    }
  }

  Pair cast(int depth) {
    static constexpr storage::Affinity kAll[] = {storage::Affinity::kBlob, storage::Affinity::kText, storage::Affinity::kNumeric,
                                                 storage::Affinity::kInteger, storage::Affinity::kReal};
    const Pair inner = any(depth - 1);
    planner::Expr* expr = build_.node(Kind::kCast, inner.expr);
    expr->affinity = kAll[pool_.below(std::size(kAll))];
    return {"CAST(" + inner.sql + " AS " + std::string(storage::affinity_name(expr->affinity)) + ")", expr};
  }

  Pair between(int depth) {
    const Pair value = any(depth - 1);
    const Pair low = any(depth - 1);
    const Pair high = any(depth - 1);
    return {"(" + value.sql + " BETWEEN " + low.sql + " AND " + high.sql + ")",
            build_.with_list(build_.node(Kind::kBetween, value.expr), {low.expr, high.expr})};
  }

  // Two elements or more: bind/ turns shorter lists into something else. Long ones of parameters are searched.
  Pair in_list(int depth) {
    const Pair value = any(depth - 1);
    std::vector<planner::Expr*> list;
    std::string sql = "(" + value.sql + " IN (";
    const bool is_constant = pool_.one_in(2);
    for (std::size_t left = 2 + pool_.below(4); left > 0; --left) {
      Pair element = is_constant ? parameter() : any(depth - 1);
      sql += (list.empty() ? "" : ", ") + element.sql;
      list.push_back(element.expr);
    }
    return {sql + "))", build_.with_list(build_.node(Kind::kIn, value.expr), list)};
  }

  Pair parameter() {
    const int number = 1 + static_cast<int>(pool_.below(kParameters));
    return {"?" + std::to_string(number), build_.parameter(number)};
  }

  Pair case_expression(int depth) {
    planner::Expr* expr = build_.node(Kind::kCase);
    std::string sql = "CASE";
    if (pool_.one_in(2)) {
      const Pair base = any(depth - 1);
      expr->left = base.expr;
      sql += " " + base.sql;
    }
    std::vector<planner::Expr*> list;
    for (std::size_t left = 1 + pool_.below(2); left > 0; --left) {
      const Pair when = any(depth - 1);
      const Pair then = any(depth - 1);
      sql += " WHEN " + when.sql + " THEN " + then.sql;
      list.push_back(when.expr);
      list.push_back(then.expr);
    }
    if (pool_.one_in(2)) {
      const Pair otherwise = any(depth - 1);
      expr->right = otherwise.expr;
      sql += " ELSE " + otherwise.sql;
    }
    return {"(" + sql + " END)", build_.with_list(expr, list)};
  }

  Pair call(int depth) {
    struct Subject {
      const char* name;
      std::size_t arguments;
    };
    static constexpr Subject kSubjects[] = {{"abs", 1}, {"coalesce", 3}, {"ifnull", 2}, {"iif", 3}, {"min", 2}, {"max", 3},
                                            {"nullif", 2}, {"typeof", 1}, {"upper", 1}, {"length", 1}, {"like", 2}};
    const Subject& subject = kSubjects[pool_.below(std::size(kSubjects))];
    std::vector<planner::Expr*> arguments;
    std::string sql = std::string(subject.name) + "(";
    for (std::size_t i = 0; i < subject.arguments; ++i) {
      const Pair argument = any(depth - 1);
      sql += (i > 0 ? ", " : "") + argument.sql;
      arguments.push_back(argument.expr);
    }
    return {sql + ")", build_.call(**registry_.find(subject.name, subject.arguments), arguments)};
  }

  Pair row_comparison(int depth) {
    std::vector<planner::Expr*> sides[2];
    std::string sql[2] = {"(", "("};
    const std::size_t width = 2 + pool_.below(2);
    for (int side = 0; side < 2; ++side) {
      for (std::size_t i = 0; i < width; ++i) {
        const Pair element = any(depth - 1);
        sql[side] += (i > 0 ? ", " : "") + element.sql;
        sides[side].push_back(element.expr);
      }
      sql[side] += ")";
    }
    const Operator& op = kComparisons[pool_.below(std::size(kComparisons))];
    return {"(" + sql[0] + " " + op.sql + " " + sql[1] + ")",
            build_.node(op.kind, build_.with_list(build_.node(Kind::kRow), sides[0]),
                        build_.with_list(build_.node(Kind::kRow), sides[1]))};
  }

  ValuePool& pool_;
  ExprBuilder& build_;
  const FunctionRegistry& registry_;
};

}  // namespace leftmost::engine
