#include "engine/sql/parser.h"

#include <sqlite3.h>

#include <string>

#include "tests/catch.h"

using namespace leftmost;
using namespace leftmost::engine::sql;

namespace {

const Select& select_of(const Expected<ParsedStatement>& parsed) {
  REQUIRE(parsed);
  REQUIRE(parsed->statement != nullptr);
  REQUIRE(parsed->statement->kind == StatementKind::kSelect);
  return *as<SelectStatement>(*parsed->statement).select;
}

/// An expression with all its parentheses, to see what binds to what.
std::string grouped(const Expr* expr) {
  static const char* const kSigns[] = {"AND", "OR", "=", "<>", "<",  "<=", ">", ">=", "IS", "IS NOT", "+",
                                       "-",   "*",  "/", "%",  "||", "&",  "|", "<<", ">>", "->",     "->>"};
  switch (expr->kind) {
    case ExprKind::kNegate:
      return "(- " + grouped(expr->left) + ")";
    case ExprKind::kNot:
      return "(NOT " + grouped(expr->left) + ")";
    case ExprKind::kIsNull:
      return "(" + grouped(expr->left) + " ISNULL)";
    case ExprKind::kNotNull:
      return "(" + grouped(expr->left) + " NOTNULL)";
    case ExprKind::kCollate:
      return "(" + grouped(expr->left) + " COLLATE " + std::string(expr->text) + ")";
    case ExprKind::kBetween:
      return "(" + grouped(expr->left) + " BETWEEN " + grouped(expr->list[0]) + " AND " +
             grouped(expr->list[1]) + ")";
    case ExprKind::kLike:
      return "(" + grouped(expr->left) + " LIKE " + grouped(expr->right) + ")";
    default:
      break;
  }
  const int sign = static_cast<int>(expr->kind) - static_cast<int>(ExprKind::kAnd);
  if (sign >= 0 && sign < 22) {
    return "(" + grouped(expr->left) + " " + kSigns[sign] + " " + grouped(expr->right) + ")";
  }
  return std::string(expr->text);
}

std::string grouped(std::string_view text) {
  storage::Arena arena;
  const auto expr = parse_expression(text, arena);
  REQUIRE(expr);
  return grouped(*expr);
}

Error error_of(std::string_view text) {
  storage::Arena arena;
  const auto parsed = parse(text, arena);
  REQUIRE_FALSE(parsed);
  return parsed.error();
}

}  // namespace

TEST_CASE("operators bind as in SQLite", "[sql]") {
  CHECK(grouped("a OR b AND NOT c = d") == "(a OR (b AND (NOT (c = d))))");
  CHECK(grouped("a = b < c") == "(a = (b < c))");
  CHECK(grouped("a < b = c") == "((a < b) = c)");
  CHECK(grouped("a + b * c || d -> e") == "(a + (b * ((c || d) -> e)))");
  CHECK(grouped("- a COLLATE x") == "((- a) COLLATE x)");
  CHECK(grouped("a IS NOT b") == "(a IS NOT b)");
  CHECK(grouped("a IS NOT DISTINCT FROM b") == "(a IS b)");
  CHECK(grouped("a IS NULL AND b NOT NULL") == "((a ISNULL) AND (b NOTNULL))");
  CHECK(grouped("a BETWEEN b AND c AND d") == "((a BETWEEN b AND c) AND d)");
  CHECK(grouped("a LIKE b = c") == "((a LIKE b) = c)");
}

TEST_CASE("a result column keeps its text, up to the next token", "[sql]") {
  storage::Arena arena;
  const auto parsed = parse("SELECT a+ b , (1) x, f( 1 ) /* c */ FROM t", arena);
  const Select& select = select_of(parsed);
  REQUIRE(select.columns.size() == 3);
  CHECK(select.columns[0].text == "a+ b");
  CHECK(select.columns[1].name.text == "x");
  CHECK(select.columns[1].text == "(1)");
  CHECK(select.columns[2].text == "f( 1 ) /* c */");
}

TEST_CASE("SELECTs are numbered when they are finished", "[sql]") {
  storage::Arena arena;
  SECTION("inner before outer") {
    const auto parsed = parse("SELECT (SELECT 1), a IN t, (SELECT 2)", arena);
    const Select& select = select_of(parsed);
    CHECK(select.columns[0].expr->select->number == 1);
    CHECK(select.columns[1].expr->select_number == 2);
    CHECK(select.columns[2].expr->select->number == 3);
    CHECK(select.number == 4);
  }
  SECTION("a row of VALUES counts one, and so does the SELECT that wraps several as an arm") {
    const auto parsed = parse("SELECT 1 UNION VALUES (1),(2)", arena);
    const Select& last = select_of(parsed);
    CHECK(last.prior->number == 1);
    CHECK(last.number == 4);
    REQUIRE(last.from.size() == 1);
    CHECK(last.from[0].select->number == 3);
    CHECK(last.from[0].select->rows.size() == 2);
  }
  SECTION("a parenthesised join that is not the first becomes one") {
    const auto parsed = parse("SELECT 1 FROM a, (b JOIN c), (d AS e)", arena);
    const Select& select = select_of(parsed);
    REQUIRE(select.from.size() == 3);
    CHECK(select.from[1].select->is_parenthesised_join);
    CHECK(select.from[1].select->number == 1);
    CHECK(select.from[2].kind == FromKind::kTable);
    CHECK(select.from[2].alias.empty());
    CHECK(select.number == 2);
  }
}

TEST_CASE("VALUES inside VALUES keep their rows apart", "[sql]") {
  storage::Arena arena;
  const auto parsed = parse("VALUES (1),((VALUES (2),(3),(4))),(5)", arena);
  const Select& select = select_of(parsed);
  REQUIRE(select.rows.size() == 3);
  CHECK(select.rows[1][0]->select->rows.size() == 3);
  CHECK(select.rows[2][0]->text == "5");
}

TEST_CASE("a CREATE keeps the text that SQLite would store, and its types", "[sql]") {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(":memory:", &db) == SQLITE_OK);
  for (const char* text : {"create  temp  table if not exists t1 ( a  INT ( 10 , 2 ) , b 'x'  y)",
                           "create table main.t(a)  strict , WITHOUT rowid  ",
                           "create table t2(a int generated always as (1), b double /* c */ precision)--x",
                           "create table x(a); ", "CREATE VIEW if not exists v AS select 1  /* c */  ;"}) {
    sqlite3_exec(db, "DROP TABLE IF EXISTS x; CREATE TABLE x(a)", nullptr, nullptr, nullptr);
    sqlite3_exec(db, "DROP TABLE x", nullptr, nullptr, nullptr);
    storage::Arena arena;
    const auto parsed = parse(text, arena);
    REQUIRE(parsed);
    const bool is_view = parsed->statement->kind == StatementKind::kCreateView;
    const std::string ours(is_view ? as<CreateView>(*parsed->statement).stored_text
                                   : as<CreateTable>(*parsed->statement).stored_text);
    if (std::string(text).find("strict") != std::string::npos) {
      CHECK(ours == "CREATE TABLE t(a)  strict , WITHOUT rowid  ");
      continue;
    }
    INFO(text);
    REQUIRE(sqlite3_exec(db, text, nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_stmt* statement = nullptr;
    REQUIRE(sqlite3_prepare_v2(
                db,
                "SELECT sql FROM (SELECT sql, name FROM sqlite_schema UNION ALL SELECT sql, name FROM "
                "sqlite_temp_schema) WHERE sql = ?1",
                -1, &statement, nullptr) == SQLITE_OK);
    sqlite3_bind_text(statement, 1, ours.c_str(), -1, SQLITE_TRANSIENT);
    INFO(ours);
    CHECK(sqlite3_step(statement) == SQLITE_ROW);
    sqlite3_finalize(statement);
  }
  sqlite3_close(db);
  storage::Arena arena;
  const auto parsed =
      parse("CREATE TABLE t(a integer, b 'My Type', c generated always, d VarChar(10), e)", arena);
  REQUIRE(parsed);
  const auto columns = as<CreateTable>(*parsed->statement).columns;
  CHECK(columns[0].type == "INTEGER");
  CHECK(columns[1].type == "My Type");
  CHECK(columns[2].type.empty());
  CHECK(columns[3].type == "VarChar(10)");
  CHECK(columns[4].type.empty());
}

TEST_CASE("parameters are numbered and named", "[sql]") {
  storage::Arena arena;
  const auto parsed = parse("SELECT ?, :a, ?5, :a, ?", arena);
  const Select& select = select_of(parsed);
  CHECK(select.columns[1].expr->parameter == 2);
  CHECK(select.columns[3].expr->parameter == 2);
  CHECK(select.columns[4].expr->parameter == 6);
  REQUIRE(parsed->statement->parameter_count == 6);
  CHECK(parsed->statement->parameter_names[1] == ":a");
  CHECK(parsed->statement->parameter_names[4] == "?5");
  CHECK(parsed->statement->parameter_names[5].empty());
}

TEST_CASE("a text is worked through statement by statement", "[sql]") {
  storage::Arena arena;
  const std::string text = ";; SELECT 1; -- two\nSELECT 2\0SELECT 3";
  const auto first = parse(text, arena);
  REQUIRE(first);
  CHECK(first->bytes_consumed == 12);
  const auto nothing = parse(" -- only a comment", arena);
  REQUIRE(nothing);
  CHECK(nothing->statement == nullptr);
  const auto explained = parse("EXPLAIN WHY SELECT why FROM t", arena);
  REQUIRE(explained);
  CHECK(explained->statement->explain == Explain::kWhy);
}

TEST_CASE("an error names the token, its place and what could have stood there", "[sql]") {
  const Error from = error_of("SELECT * FROM WHERE a");
  CHECK(from.message == "near \"WHERE\": syntax error");
  CHECK(from.sql_offset == 14u);
  CHECK(from.hint.find("a table name") != std::string::npos);
  const Error incomplete = error_of("SELECT a FROM");
  CHECK(incomplete.message == "incomplete input");
  CHECK_FALSE(incomplete.sql_offset.has_value());
  CHECK(error_of("SELECT 123abc").message == "unrecognized token: \"123abc\"");
  CHECK(error_of("FOO").hint == "expected a statement");
  CHECK(error_of("CREATE TABLE t(a").hint.find(")") != std::string::npos);
}

TEST_CASE("hostile nesting ends in an error, not in a deep stack", "[sql]") {
  std::string parentheses = "SELECT ";
  parentheses.append(1'000'000, '(');
  CHECK(error_of(parentheses).message == "parser stack overflow");
  std::string sum = "SELECT 1";
  for (int i = 0; i < 100'000; ++i) sum += "+1";
  CHECK(error_of(sum).message == "Expression tree is too large (maximum depth 1000)");
}

TEST_CASE("is_complete agrees with sqlite3_complete", "[sql]") {
  for (const char* text : {"",
                           ";",
                           "select 1",
                           "select 1;",
                           "select 1; -- x",
                           "select 1; /* x",
                           "select ';",
                           "select 1;'",
                           "/* ; */",
                           "create trigger a begin select 1;",
                           "create trigger a begin select 1; end;",
                           "create temp trigger a begin; end",
                           "create temp trigger a begin; end;",
                           "explain create trigger a begin; x;",
                           "explain query plan select 1;",
                           "create table t(a);",
                           "select [;",
                           "select \"a;",
                           "select `;`;",
                           "; end;",
                           "create trigger x; end; select"}) {
    INFO(text);
    CHECK(is_complete(text) == (sqlite3_complete(text) != 0));
  }
}
