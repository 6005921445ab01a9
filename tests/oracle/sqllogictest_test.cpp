#include "oracle/sqllogictest.h"

#include "oracle/md5.h"
#include "oracle/sql_script.h"
#include "tests/catch.h"

using namespace leftmost;
using namespace leftmost::oracle;
using storage::Value;
using Values = std::vector<std::string>;

TEST_CASE("MD5 gives the digests of RFC 1321", "[oracle][md5]") {
  const auto digest = [](std::string_view text) {
    Md5 md5;
    md5.add(text);
    return md5.hex_digest();
  };
  CHECK(digest("") == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(digest("message digest") == "f96b697d7cb7938d525a2f31aaf161d0");
  CHECK(digest("12345678901234567890123456789012345678901234567890123456789012345678901234567890") ==
        "57edf4a22be3c955ac49da2e2107b67a");
  SECTION("however the text is cut into pieces") {
    const std::string text(1000, 'q');
    for (const std::size_t piece : {1u, 55u, 56u, 63u, 64u, 65u, 500u}) {
      Md5 md5;
      for (std::size_t at = 0; at < text.size(); at += piece) md5.add(std::string_view(text).substr(at, piece));
      CHECK(md5.hex_digest() == digest(text));
    }
  }
}

TEST_CASE("a sqllogictest file is read record by record", "[oracle][sqllogictest]") {
  const auto records = read_sqllogictest(
      "# A comment.\n"
      "hash-threshold 8\n"
      "\n"
      "statement ok\n"
      "CREATE TABLE t(a,\n"
      "  b)\n"
      "\n"
      "skipif sqlite # not here\n"
      "statement error\n"
      "SELECT 1 / 0\n"
      "\n"
      "onlyif sqlite\n"
      "query IT rowsort label-7\r\n"
      "SELECT a, b FROM t\r\n"
      "----\r\n"
      "1\r\n"
      "x\r\n"
      "\r\n"
      "onlyif mysql\n"
      "halt\n"
      "\n"
      "query R\n"
      "SELECT 1\n"
      "\n"
      "halt\n"
      "\n"
      "statement error\n"
      "never read\n");
  REQUIRE(records);
  REQUIRE(records->size() == 3);
  CHECK((*records)[0].sql == "CREATE TABLE t(a,\n  b)");
  CHECK((*records)[0].line == 4);
  CHECK_FALSE((*records)[0].expects_error);
  const TestRecord& query = (*records)[1];
  CHECK(query.kind == TestRecord::Kind::kQuery);
  CHECK(query.types == "IT");
  CHECK(query.sort == SortMode::kRowSort);
  CHECK(query.label == "label-7");
  CHECK(query.sql == "SELECT a, b FROM t");
  CHECK(query.expected == Values{"1", "x"});
  CHECK((*records)[2].sort == SortMode::kNoSort);
  CHECK_FALSE((*records)[2].has_expected);
}

TEST_CASE("what is no sqllogictest file is refused with the line", "[oracle][sqllogictest]") {
  const auto message = [](std::string_view text) {
    const auto records = read_sqllogictest(text);
    return records ? std::string("read") : records.error().message;
  };
  CHECK(message("\nSELECT 1;\n") == "line 2: `SELECT` starts no record");
  CHECK(message("statement maybe\nSELECT 1\n") == "line 1: `statement` wants `ok` or `error`");
  CHECK(message("query I backwards\nSELECT 1\n") == "line 1: unknown sort mode `backwards`");
  CHECK(message("query\nSELECT 1\n") == "line 1: `query` wants a type for each column, such as `IIT`");
  CHECK(message("") == "read");
}

TEST_CASE("values are written as sqllogictest writes them", "[oracle][sqllogictest]") {
  CHECK(format_test_value(Value::null(), 'I') == "NULL");
  CHECK(format_test_value(Value::integer(-7), 'I') == "-7");
  CHECK(format_test_value(Value::integer(4294967297), 'I') == "1");
  CHECK(format_test_value(Value::real(2.9), 'I') == "2");
  CHECK(format_test_value(Value::text("12abc"), 'I') == "12");
  CHECK(format_test_value(Value::integer(3), 'R') == "3.000");
  CHECK(format_test_value(Value::real(1.0004), 'R') == "1.000");
  CHECK(format_test_value(Value::text(""), 'T') == "(empty)");
  CHECK(format_test_value(Value::text("a\nb\x01"), 'T') == "a@b@");
  CHECK(format_test_value(Value::real(1.5), 'T') == "1.5");
}

TEST_CASE("results are sorted and hashed", "[oracle][sqllogictest]") {
  const Values values = {"2", "x", "10", "y", "2", "a"};
  CHECK(sort_test_values(values, 2, SortMode::kNoSort) == values);
  CHECK(sort_test_values(values, 2, SortMode::kRowSort) == Values{"10", "y", "2", "a", "2", "x"});
  CHECK(sort_test_values(values, 2, SortMode::kValueSort) == Values{"10", "2", "2", "a", "x", "y"});
  // printf '1\n2\n3\n' | md5sum
  CHECK(hash_test_values({"1", "2", "3"}) == "3 values hashing to c0710d6b4f15dfa88f600b0e6b624077");

  TestRecord record;
  record.expected = {hash_test_values(values)};
  CHECK(matches_expected(record, values));
  CHECK_FALSE(matches_expected(record, {"2"}));
  record.expected = {"1", "2"};
  CHECK(matches_expected(record, {"1", "2"}));
  CHECK_FALSE(matches_expected(record, {"2", "1"}));
  record.expected = {"-9223372036854776000.000", "0.100"};
  CHECK(matches_expected(record, {"-9223372036854775000.000", "0.100"}));
  CHECK_FALSE(matches_expected(record, {"-9223372036854775000.000", "0.101"}));
}

TEST_CASE("a script is cut where SQLite ends a statement", "[oracle][script]") {
  const std::string text =
      "-- first\n"
      "SELECT ';' AS \"a;b\"; SELECT 2 -- ; no\n"
      ";\n"
      ".mode csv\n"
      "CREATE TRIGGER r AFTER INSERT ON t BEGIN\n"
      "  DELETE FROM t; SELECT 1;\n"
      "END;\n"
      "/* ; */ SELECT\n"
      "  .5";
  const Script script = read_sql_script(text);
  CHECK(script.dot_commands == 1);
  REQUIRE(script.statements.size() == 4);
  CHECK(script.statements[0].sql == "SELECT ';' AS \"a;b\";");
  CHECK(script.statements[0].line == 2);
  CHECK(script.statements[1].sql == "SELECT 2 -- ; no\n;");
  CHECK(script.statements[2].line == 5);
  CHECK(script.statements[2].sql.substr(0, 14) == "CREATE TRIGGER");
  CHECK(script.statements[2].sql.back() == ';');
  CHECK(script.statements[3].sql == "SELECT\n  .5");
  CHECK(script.statements[3].line == 8);
  CHECK(read_sql_script(" ;; -- nothing\n").statements.empty());
  CHECK(read_sql_script("SELECT 'open").statements.size() == 1);
}
