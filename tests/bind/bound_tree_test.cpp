// What the planner reads off a bound SELECT beyond its errors: used columns, join marks, correlation, normal
// forms.
#include "planner/expr_tools.h"
#include "tests/bind/bound_schema.h"
#include "tests/catch.h"

namespace leftmost::testing {

using planner::Expr;
using planner::ExprKind;
using planner::JoinMark;

namespace {

constexpr std::string_view kSchema =
    "CREATE TABLE t(a, b TEXT, c INTEGER NOT NULL);"
    "CREATE TABLE u(id INTEGER PRIMARY KEY, a INT, e TEXT COLLATE NOCASE);"
    "CREATE VIEW v AS SELECT a, b FROM t WHERE c IN (SELECT id FROM u);";

/// Used columns of an item as letters: `x` used, `.` not.
std::string used(const planner::Item& item) {
  std::string shown;
  for (const bool is_used : item.used) shown += is_used ? 'x' : '.';
  return shown;
}

}  // namespace

TEST_CASE("an item's used columns are all that the statement mentions, the rowid never", "[bind]") {
  BoundSchema schema(kSchema);
  const auto used_by = [&](std::string_view sql) { return used(*schema.select(sql)->items[0]); };
  CHECK(used_by("SELECT a FROM t") == "x..");
  CHECK(used_by("SELECT rowid FROM t WHERE b = 1 ORDER BY c") == ".xx");
  CHECK(used_by("SELECT count(*) FROM t") == "...");
  CHECK(used_by("SELECT * FROM t") == "xxx");
  CHECK(used_by("SELECT id FROM u WHERE rowid = 1") == "...");
  CHECK(used_by("SELECT (SELECT 1 FROM u WHERE u.id = t.b) FROM t") == ".x.");
  // Simplified away afterwards, still used.
  CHECK(used_by("SELECT a FROM t WHERE c IS NOT NULL") == "x.x");
  CHECK(used_by("SELECT nosuch AND 0 FROM t") == "...");
}

TEST_CASE("subqueries know whether they are correlated", "[bind]") {
  BoundSchema schema(kSchema);
  const auto where = [&](std::string_view sql) { return schema.select(sql)->where->select->is_correlated; };
  CHECK(where("SELECT 1 FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.a = t.a)"));
  CHECK_FALSE(where("SELECT 1 FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.a = e)"));
  CHECK_FALSE(where("SELECT 1 FROM t WHERE EXISTS (SELECT 1 FROM u WHERE t.c IS NULL)"));
  CHECK(where("SELECT 1 FROM t WHERE EXISTS (SELECT 1 FROM u WHERE e IN (SELECT e FROM u WHERE t.a))"));
}

TEST_CASE("ON and USING become marked conditions of WHERE", "[bind]") {
  BoundSchema schema(kSchema);
  const planner::Select* left = schema.select("SELECT 1 FROM t LEFT JOIN u ON t.a = u.a WHERE t.b = 1");
  REQUIRE(left->where->kind == ExprKind::kAnd);
  CHECK(left->where->left->join_mark == JoinMark::kNone);
  const Expr* on = left->where->right;
  CHECK(on->join_mark == JoinMark::kOuterOn);
  CHECK(on->join_item == left->items[1]->id);
  CHECK(on->left->join_mark == JoinMark::kOuterOn);
  CHECK(left->items[1]->join.left);

  const planner::Select* inner = schema.select("SELECT 1 FROM t JOIN u USING(a)");
  CHECK(inner->where->kind == ExprKind::kEq);
  CHECK(inner->where->join_mark == JoinMark::kInnerOn);
  CHECK(inner->where->left->join_mark == JoinMark::kNone);  // SQLite marks the equality alone

  const planner::Select* full = schema.select("SELECT a FROM t FULL JOIN u USING(a)");
  CHECK(full->columns[0].expr->kind == ExprKind::kFunction);
  CHECK(full->columns[0].expr->function->name == "coalesce");
}

TEST_CASE("conditions reach the planner in their normal forms", "[bind]") {
  BoundSchema schema(kSchema);
  const auto where = [&](std::string_view condition) {
    return schema.select("SELECT 1 FROM t WHERE " + std::string(condition))->where;
  };
  SECTION("IN with one constant is an equality without affinity") {
    const Expr* in = where("a IN (5)");
    CHECK(in->kind == ExprKind::kEq);
    CHECK(in->right->kind == ExprKind::kPlus);
    CHECK(where("a IN (5, 6)")->kind == ExprKind::kIn);
    CHECK(where("a IN (b)")->kind == ExprKind::kIn);
    CHECK(where("a IN ((SELECT 1))")->list.size() == 1);
  }
  SECTION("negated forms are NOT of the plain ones") {
    CHECK(where("a NOT IN (1, 2)")->kind == ExprKind::kNot);
    CHECK(where("a NOT LIKE 'x'")->left->function->name == "like");
    CHECK(where("a NOT BETWEEN 1 AND 2")->left->kind == ExprKind::kBetween);
  }
  SECTION("AND with the literal 0 is 0, with false it is not") {
    CHECK(where("a = 5 AND 0")->kind == ExprKind::kLiteral);
    CHECK(where("a = 5 AND false")->kind == ExprKind::kAnd);
  }
  SECTION("null tests of what cannot be null are decided") {
    CHECK(where("c IS NULL")->kind == ExprKind::kLiteral);
    CHECK(where("a IS NULL")->kind == ExprKind::kIsNull);
    CHECK(where("a IS NOT DISTINCT FROM 1")->kind == ExprKind::kIs);
    CHECK(where("a IS TRUE")->kind == ExprKind::kIsTrue);
  }
  SECTION("rows in an IN list become VALUES") {
    CHECK(where("(a, b) IN ((1, 2), (3, 4))")->select->values_rows.size() == 2);
  }
}

TEST_CASE("views, CTEs and aggregates keep their identity", "[bind]") {
  BoundSchema schema(kSchema);
  const planner::Select* views = schema.select("SELECT x.a FROM v AS x, v AS y WHERE x.a = (SELECT 1)");
  CHECK(views->items[0]->shared == views->items[1]->shared);
  CHECK(views->items[0]->shared->reference_count == 2);
  CHECK(views->items[0]->subquery != views->items[1]->subquery);
  // Numbers go on after the statement's own SELECTs, a new pair for each copy of the view.
  CHECK(views->number == 2);
  CHECK(views->items[0]->subquery->number == 3);
  CHECK(views->items[1]->subquery->number == 5);

  const planner::Select* recursive =
      schema.select("WITH RECURSIVE c(x) AS (SELECT a FROM u UNION ALL SELECT x + 1 FROM c) SELECT x FROM c");
  const planner::Select* body = recursive->items[0]->subquery;
  CHECK(body->is_recursive);
  CHECK(body->items[0]->kind == planner::ItemKind::kRecursiveReference);
  CHECK(recursive->columns[0].expr->affinity == storage::Affinity::kInteger);

  const planner::Select* grouped =
      schema.select("SELECT count(*), sum(a) FROM t GROUP BY b ORDER BY count(*)");
  CHECK(grouped->aggregates.size() == 2);
  CHECK(grouped->order_by[0].result_column == 1);
  const planner::Select* outer = schema.select("SELECT (SELECT sum(t.a) FROM u) FROM t");
  CHECK(outer->is_aggregate);
  CHECK_FALSE(outer->columns[0].expr->select->is_aggregate);
}

}  // namespace leftmost::testing
