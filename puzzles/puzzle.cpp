#include "puzzles/puzzle.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include <toml++/toml.h>

namespace leftmost::puzzles {
namespace {

// Rows that anyone would wait for.
constexpr std::int64_t kRowsMax = 10'000'000;
constexpr std::int64_t kWeightMax = 1'000'000'000;

Unexpected bad(const toml::node& node, std::string_view what) {
  return fail(ErrorCode::kError, fmt::format("line {}: {}", node.source().begin.line, what));
}

/// One table of the file, with the keys that the format gives it.
class Reader {
 public:
  explicit Reader(const toml::table& table) : table_(table) {}

  Expected<void> only(std::initializer_list<std::string_view> keys) const {
    for (const auto& [key, node] : table_) {
      if (std::find(keys.begin(), keys.end(), std::string_view(key.str())) == keys.end()) {
        return bad(node, fmt::format("the format has no key `{}` here", key.str()));
      }
    }
    return {};
  }

  Expected<std::string> text(std::string_view key) const {
    const toml::node* node = table_.get(key);
    if (node == nullptr) return bad(table_, fmt::format("`{}` is missing", key));
    if (const auto value = node->value<std::string>(); node->is_string() && value) return *value;
    return bad(*node, fmt::format("`{}` is to be a text", key));
  }

  Expected<std::int64_t> integer(std::string_view key, std::int64_t min, std::int64_t max) const {
    const toml::node* node = table_.get(key);
    if (node == nullptr) return bad(table_, fmt::format("`{}` is missing", key));
    const auto value = node->value<std::int64_t>();
    if (node->is_integer() && value && *value >= min && *value <= max) return *value;
    return bad(*node, fmt::format("`{}` is to be an integer from {} to {}", key, min, max));
  }

  Expected<std::vector<std::string>> texts(std::string_view key) const {
    std::vector<std::string> values;
    const toml::node* node = table_.get(key);
    if (node == nullptr) return values;
    const toml::array* array = node->as_array();
    if (array == nullptr) return bad(*node, fmt::format("`{}` is to be a list of texts", key));
    for (const toml::node& element : *array) {
      const auto value = element.value<std::string>();
      if (!element.is_string() || !value)
        return bad(element, fmt::format("`{}` is to be a list of texts", key));
      values.push_back(*value);
    }
    return values;
  }

  /// The tables of `[[key]]`; none if there are none.
  Expected<std::vector<const toml::table*>> tables(std::string_view key) const {
    std::vector<const toml::table*> tables;
    const toml::node* node = table_.get(key);
    if (node == nullptr) return tables;
    const toml::array* array = node->as_array();
    if (array == nullptr) return bad(*node, fmt::format("`{}` is to be written [[{}]]", key, key));
    for (const toml::node& element : *array) {
      if (!element.is_table()) return bad(element, fmt::format("`{}` is to be written [[{}]]", key, key));
      tables.push_back(element.as_table());
    }
    return tables;
  }

  const toml::node* node(std::string_view key) const { return table_.get(key); }
  const toml::table& table() const { return table_; }

 private:
  const toml::table& table_;
};

Expected<void> read_words(const Reader& reader, ColumnData& column) {
  const toml::node* common = reader.node("common");
  const toml::array* words = common == nullptr ? nullptr : common->as_array();
  if (common != nullptr && words == nullptr)
    return bad(*common, "`common` is to be a list of [word, weight]");
  if (words != nullptr) {
    for (const toml::node& element : *words) {
      const toml::array* pair = element.as_array();
      if (pair == nullptr || pair->size() != 2) return bad(element, "a common word is to be [word, weight]");
      const auto word = pair->get(0)->value<std::string>();
      const auto weight = pair->get(1)->value<std::int64_t>();
      if (!word || !weight || !pair->get(1)->is_integer() || *weight < 1 || *weight > kWeightMax) {
        return bad(element, "a common word is to be [word, weight], the weight an integer above 0");
      }
      column.common.emplace_back(*word, static_cast<std::uint64_t>(*weight));
    }
  }
  const toml::node* parts = reader.node("parts");
  if (parts != nullptr) {
    const auto weight = reader.integer("parts_weight", 1, kWeightMax);
    if (!weight) return Unexpected(weight.error());
    column.parts_weight = static_cast<std::uint64_t>(*weight);
    const toml::array* lists = parts->as_array();
    if (lists == nullptr || lists->empty()) return bad(*parts, "`parts` is to be a list of lists of texts");
    for (const toml::node& list : *lists) {
      const toml::array* choices = list.as_array();
      if (choices == nullptr || choices->empty())
        return bad(list, "`parts` is to be a list of lists of texts");
      std::vector<std::string>& part = column.parts.emplace_back();
      for (const toml::node& choice : *choices) {
        const auto text = choice.value<std::string>();
        if (!choice.is_string() || !text) return bad(choice, "`parts` is to be a list of lists of texts");
        part.push_back(*text);
      }
    }
  }
  if (column.common.empty() && column.parts.empty())
    return bad(reader.table(), "words need `common` or `parts`");
  std::uint64_t total = column.parts_weight;
  for (const auto& word : column.common) total += word.second;
  if (total > (std::uint64_t{1} << 32)) return bad(reader.table(), "the weights add up to more than 2^32");
  return {};
}

Expected<ColumnData> read_column(const toml::table& table) {
  const Reader reader(table);
  ColumnData column;
  const auto name = reader.text("name");
  if (!name) return Unexpected(name.error());
  column.name = *name;
  const auto kind = reader.text("kind");
  if (!kind) return Unexpected(kind.error());
  if (*kind == "sequence") {
    column.kind = ColumnKind::kSequence;
    if (auto only = reader.only({"name", "kind"}); !only) return Unexpected(only.error());
  } else if (*kind == "integer") {
    column.kind = ColumnKind::kInteger;
    if (auto only = reader.only({"name", "kind", "min", "max"}); !only) return Unexpected(only.error());
    const auto min = reader.integer("min", -1'000'000'000, 1'000'000'000);
    if (!min) return Unexpected(min.error());
    const auto max = reader.integer("max", *min, 1'000'000'000);
    if (!max) return Unexpected(max.error());
    column.min = *min;
    column.max = *max;
  } else if (*kind == "words") {
    column.kind = ColumnKind::kWords;
    if (auto only = reader.only({"name", "kind", "common", "parts_weight", "parts"}); !only)
      return Unexpected(only.error());
    if (auto words = read_words(reader, column); !words) return Unexpected(words.error());
  } else {
    return bad(*reader.node("kind"), "`kind` is to be sequence, integer or words");
  }
  return column;
}

Expected<TableData> read_data(const toml::table& table) {
  const Reader reader(table);
  if (auto only = reader.only({"table", "rows", "seed", "column"}); !only) return Unexpected(only.error());
  TableData data;
  const auto name = reader.text("table");
  if (!name) return Unexpected(name.error());
  data.table = *name;
  const auto rows = reader.integer("rows", 0, kRowsMax);
  if (!rows) return Unexpected(rows.error());
  data.rows = static_cast<std::uint64_t>(*rows);
  const auto seed = reader.integer("seed", 0, INT64_MAX);
  if (!seed) return Unexpected(seed.error());
  data.seed = static_cast<std::uint64_t>(*seed);
  const auto columns = reader.tables("column");
  if (!columns) return Unexpected(columns.error());
  if (columns->empty()) return bad(table, "the data have no [[data.column]]");
  for (const toml::table* column : *columns) {
    auto read = read_column(*column);
    if (!read) return Unexpected(read.error());
    data.columns.push_back(std::move(*read));
  }
  return data;
}

bool names_query(const Puzzle& puzzle, const std::string& name) {
  return std::any_of(puzzle.queries.begin(), puzzle.queries.end(),
                     [&](const Query& query) { return query.name == name; });
}

Expected<void> read_queries(const Reader& reader, Puzzle& puzzle) {
  const auto queries = reader.tables("query");
  if (!queries) return Unexpected(queries.error());
  for (const toml::table* table : *queries) {
    const Reader query(*table);
    if (auto only = query.only({"name", "sql"}); !only) return only;
    const auto name = query.text("name");
    const auto sql = query.text("sql");
    if (!name) return Unexpected(name.error());
    if (!sql) return Unexpected(sql.error());
    if (names_query(puzzle, *name)) return bad(*table, fmt::format("there are two queries {}", *name));
    puzzle.queries.push_back({*name, *sql});
  }
  if (puzzle.queries.empty()) return bad(reader.table(), "the puzzle has no [[query]]");
  const auto variants = reader.tables("variant");
  if (!variants) return Unexpected(variants.error());
  for (const toml::table* table : *variants) {
    const Reader variant(*table);
    if (auto only = variant.only({"of", "name", "title", "sql"}); !only) return only;
    Variant read;
    for (const auto& [key, field] : {std::pair("of", &read.of), std::pair("name", &read.name),
                                     std::pair("title", &read.title), std::pair("sql", &read.sql)}) {
      auto text = variant.text(key);
      if (!text) return Unexpected(text.error());
      *field = std::move(*text);
    }
    if (!names_query(puzzle, read.of)) return bad(*table, fmt::format("there is no query {}", read.of));
    puzzle.variants.push_back(std::move(read));
  }
  return {};
}

}  // namespace

Expected<Puzzle> read_puzzle(std::string_view text) {
  toml::table parsed;
  try {  // the one way in which the library says what is wrong
    parsed = toml::parse(text);
  } catch (const toml::parse_error& error) {
    return fail(ErrorCode::kError,
                fmt::format("line {}: {}", error.source().begin.line, error.description()));
  }
  const Reader reader(parsed);
  if (auto only = reader.only({"format", "name", "title", "question", "asks", "choices", "schema", "indexes",
                               "data", "query", "variant"});
      !only) {
    return Unexpected(only.error());
  }
  if (const auto format = reader.integer("format", 1, 1); !format) return Unexpected(format.error());
  Puzzle puzzle;
  for (const auto& [key, field] : {std::pair("name", &puzzle.name), std::pair("title", &puzzle.title),
                                   std::pair("question", &puzzle.question)}) {
    auto value = reader.text(key);
    if (!value) return Unexpected(value.error());
    *field = std::move(*value);
  }
  const auto asks = reader.text("asks");
  if (!asks) return Unexpected(asks.error());
  if (*asks != "which-is-slow") return bad(*reader.node("asks"), "`asks` is to be which-is-slow");
  for (const auto& [key, field] : {std::pair("schema", &puzzle.schema), std::pair("indexes", &puzzle.indexes),
                                   std::pair("choices", &puzzle.choices)}) {
    auto values = reader.texts(key);
    if (!values) return Unexpected(values.error());
    *field = std::move(*values);
  }
  const auto data = reader.tables("data");
  if (!data) return Unexpected(data.error());
  for (const toml::table* table : *data) {
    auto read = read_data(*table);
    if (!read) return Unexpected(read.error());
    puzzle.data.push_back(std::move(*read));
  }
  if (auto queries = read_queries(reader, puzzle); !queries) return Unexpected(queries.error());
  for (const std::string& choice : puzzle.choices) {
    if (choice != "both" && choice != "neither" && !names_query(puzzle, choice)) {
      return bad(*reader.node("choices"),
                 fmt::format("the choice {} is no query, `both` or `neither`", choice));
    }
  }
  return puzzle;
}

}  // namespace leftmost::puzzles
