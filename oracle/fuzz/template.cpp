// Expressions from templates: every function and operator that the dialect has, with random parts.
#include <string_view>

#include "oracle/fuzz/generator.h"

namespace leftmost::oracle::fuzz {

namespace {

// `@` a value, `?` a condition.
constexpr std::string_view kCalls[] = {
    "abs(@)",
    "lower(@)",
    "upper(@)",
    "length(@)",
    "typeof(@)",
    "hex(@)",
    "quote(@)",
    "trim(@)",
    "ltrim(@, 'a')",
    "rtrim(@)",
    "trim(@, @)",
    "unicode(@)",
    "round(@)",
    "round(@, 1)",
    "round(@, @)",
    "sign(@)",
    "likely(@)",
    "unlikely(@)",
    "likelihood(@, 0.25)",
    "char(65, @)",
    "zeroblob(2)",
    "ifnull(@, @)",
    "nullif(@, @)",
    "instr(@, @)",
    "min(@, @)",
    "max(@, @, @)",
    "coalesce(@, @)",
    "coalesce(NULL, @, @)",
    "substr(@, @)",
    "substr(@, @, @)",
    "substr(@, -2, 1)",
    "substring(@, 2)",
    "replace(@, 'a', @)",
    "replace(@, @, @)",
    "iif(?, @, @)",

    // printf
    "printf('%d', @)",
    "printf('%5.2f', @)",
    "printf('%-8s|', @)",
    "printf('%08d', @)",
    "printf('%+d', @)",
    "printf('%,d', @)",
    "printf('%x %X %o', @, @, @)",
    "printf('%e', @)",
    "printf('%g %G', @, @)",
    "printf('%q %Q %w', @, @, @)",
    "printf('%c', @)",
    "format('%s %% %d', @, @)",
    "printf('%*d', @, @)",
    "printf('%.3s', @)",
    "printf('%!.15g', @)",
    "printf('%i %u', @, @)",
    "printf('%10.4s|', @)",
    "printf('%.*f', 3, @)",
    "printf('% d', @)",
    "printf('%#x', @)",
    "printf(@, @)",
    // mathematics
    "ceil(@)",
    "floor(@)",
    "trunc(@)",
    "mod(@, @)",
    "sqrt(@)",
    "power(@, 2)",
    "exp(@)",
    "ln(@)",
    "log(@)",
    "log(2, @)",
    "log2(@)",
    "pi()",
    "sin(@)",
    "atan2(@, @)",
    "degrees(@)",
    "radians(@)",
    "acosh(@)",
    // date and time
    "date(@)",
    "time(@)",
    "datetime(@)",
    "julianday(@)",
    "unixepoch(@)",
    "datetime(@, '+1 day')",
    "date(@, 'unixepoch')",
    "datetime(@, 'auto')",
    "date(@, 'julianday')",
    "datetime('2023-10-31 23:59:59', @)",
    "date('2024-02-29', '+1 year', '-1 month', 'weekday 0')",
    "time('12:34:56.789', @ || ' minutes')",
    "strftime('%Y-%m-%d %H:%M:%f', @)",
    "strftime('%j %W %w %s %J', @, 'start of month')",
    "strftime(@, '2024-02-29 01:02:03')",
    "datetime('2024-03-10', '+' || @ || ' months')",
    "julianday('2000-01-01', 'start of year', '-1.5 days')",
    "date('now') > '2020'",
    "datetime('2024-06-01 12:00', 'utc', 'localtime')",
    "time(@, '-01:30')",
    "unixepoch('1970-01-02 00:00:01')",
    // operators
    "(@ COLLATE NOCASE)",
    "(@ LIKE @)",
    "(@ LIKE 'a\\_%' ESCAPE '\\')",
    "(@ NOT LIKE @ ESCAPE 'a')",
    "(@ GLOB '[a-c]*')",
    "like(@, @)",
    "glob(@, @)",
    "(@ BETWEEN @ AND @)",
    "(@ NOT BETWEEN @ AND @)",
    "CAST(@ AS VARCHAR(3))",
    "CAST(@ AS DOUBLE)",
    "CASE @ WHEN @ THEN @ WHEN 2 THEN 'x' ELSE @ END",
    "CASE WHEN ? THEN @ WHEN ? THEN @ END",
    "(@ IS NOT DISTINCT FROM @)",
    "(@ IS DISTINCT FROM @)",
    "((@, @) = (@, @))",
    "((@, @) < (@, @))",
    "((@, @) IN (VALUES(1, 2), ('a', 'b')))",
    "((@, @, @) IS NOT (1, @, 'a'))",
    "(@ IN (@, @, @))",
    "(@ NOT IN (1, 'a', NULL))",
    "(@ IS TRUE)",
    "(@ IS NOT FALSE)",
    "(@ ISNULL)",
    "(NOT @)",
    "(~@)",
    "(-@)",
    "(@ << @)",
    "(@ >> @)",
    "(@ & @)",
    "(@ % @)",
    "(@ || @ || @)",
    "(@ <> @)",
    "(@ >= @ COLLATE RTRIM)",
    "(@ = @ COLLATE NOCASE)",
    "(0x1F + @)",
    "(@ * 9223372036854775807)",
    "(@ - -9223372036854775808)",
    "(@ / 0)",
    "(@ AND @)",
    "(@ OR ?)",
    "(@ IN t0)",
    "EXISTS (SELECT 1 WHERE ?)",
    "(SELECT @)",
    "(SELECT @ UNION SELECT @ ORDER BY 1 LIMIT 1)",
    "(SELECT max(@) FROM t0)",
    "\"nocolumn\"",
    "(1, 2) = (SELECT @, @)",
};

// JSON, made of the values rather than read from them: most are no documents.
constexpr std::string_view kJsonCalls[] = {
    "json_array(@, @)",
    "json_object('a', @, 'b', @)",
    "json_quote(@)",
    "json_valid(@)",
    "json_type(json_array(@), '$[0]')",
    "json_array_length(json_array(@, json_array(@)), '$[1]')",
    "json_extract(json_array(@), '$[0]')",
    "json_extract(json_object('a', @), '$.a')",
    "json_extract(json_array(@, @), '$[1]', '$[#-2]', '$[2]')",
    "(json_array(@) ->> 0)",
    "(json_array(@) -> 0)",
    "(json_object('a', @, 'b c', @) ->> 'a')",
    "(json_object('a', json_array(@)) -> '$.a')",
    "(json_object('a', json_array(@)) ->> '$.a[0]')",
    "json_set('{\"a\":[1]}', '$.a[1]', @, '$.b', json_array(@))",
    "json_insert(json_array(@), '$[#]', @)",
    "json_replace(json_object('a', @), '$.a', @)",
    "json_remove(json_array(@, @), '$[0]')",
    "json_patch(json_object('a', @, 'b', 1), json_object('a', @))",
    "CASE WHEN json_valid(@) THEN json_extract(@, '$.a') END",
    "CASE WHEN json_valid(@) THEN @ ->> 'a' END",
    "json_extract(@, '$.a')",
    "(@ ->> 'a')",
    "json_array(coalesce(json_quote(@), @), (SELECT json_array(@)))",
    "(SELECT json_group_array(value) FROM json_each(json_array(@, @)))",
    "(SELECT value FROM json_each(json_array(@, @)) LIMIT 1)",
    "(SELECT max(j.value) FROM json_each(json_array(@, @)) AS j WHERE j.key >= 0)",
    "(SELECT count(*) FROM json_tree(json_array(@, json_array(@))) WHERE type <> 'array')",
    "(SELECT group_concat(fullkey) FROM json_tree(json_object('a', @, 'b', json_array(1, @)), '$.b'))",
    "(@ IN (SELECT value FROM json_each(json_array(@, @))))",
    "(@ IN (SELECT atom FROM json_tree('[1,[\"a\",2.5,null],{\"b\":\"A\"}]')))",
    "EXISTS (SELECT 1 FROM json_each(json_array(@, @)) AS j WHERE j.value = @)",
    "EXISTS (SELECT 1 FROM json_each('[0,1,\"a\"]') AS j, t0 WHERE j.value = @)",
};

}  // namespace

Piece Generator::from_template(std::string_view text, const Scope& scope, int depth) {
  std::vector<Piece> parts;
  std::string words;
  const auto end_words = [&] {
    if (!words.empty()) parts.emplace_back(words);
    words.clear();
  };
  for (const char c : text) {
    if (c == '@') {
      end_words();
      parts.push_back(value(scope, depth - 2));
    } else if (c == '?') {
      end_words();
      parts.push_back(term(scope, depth - 2));
    } else {
      words += c;
    }
  }
  end_words();
  return expression(std::move(parts));
}

Piece Generator::function_call(const Scope& scope, int depth) {
  if (random_.percent(25))
    return from_template(kJsonCalls[random_.below(std::size(kJsonCalls))], scope, depth);
  return from_template(kCalls[random_.below(std::size(kCalls))], scope, depth);
}

Piece Generator::aggregate(const Scope& scope, int depth) {
  std::vector<Piece> parts;
  if (random_.percent(20)) {
    parts.emplace_back("count(*)");
  } else if (random_.percent(10)) {
    parts.push_back(
        sequence({"group_concat(", column(scope), ", ", random_.pick({"'-'", "''", "NULL", "'ab'"}), ")"}));
  } else if (random_.percent(8)) {
    parts.push_back(random_.percent(70) ? sequence({"json_group_array(", value(scope, depth - 1), ")"})
                                        : sequence({"json_group_object(", column(scope), ", ",
                                                    value(scope, depth - 1), ")"}));
  } else {
    parts.emplace_back(random_.pick({"count", "sum", "min", "max", "avg", "total", "group_concat"}));
    parts.emplace_back("(");
    if (random_.percent(15)) parts.push_back(optional({"DISTINCT "}));
    parts.push_back(random_.percent(75) ? column(scope) : value(scope, depth - 1));
    parts.emplace_back(")");
  }
  if (random_.percent(10)) parts.push_back(optional({" FILTER (WHERE ", condition(scope, depth - 1), ")"}));
  return expression(std::move(parts));
}

}  // namespace leftmost::oracle::fuzz
