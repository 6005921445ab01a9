// * and t.*, and what the columns of a FROM subquery are called.
#include <fmt/core.h>

#include <unordered_map>

#include "engine/bind/nearest_name.h"
#include "engine/bind/statement_binder.h"
#include "storage/collation.h"

namespace leftmost::engine::bind {

using storage::equals_ignoring_case;

namespace {

bool is_true_or_false(std::string_view name) {
  return equals_ignoring_case(name, "true") || equals_ignoring_case(name, "false");
}

std::string folded(std::string_view name) {
  std::string lower(name);
  for (char& c : lower) c = storage::to_lower_ascii(c);
  return lower;
}

bool is_in_later_using(std::span<const FromEntry> from, std::size_t entry, std::string_view name) {
  for (std::size_t i = entry + 1; i < from.size(); ++i) {
    if (from[i].is_using_column(name)) return true;
  }
  return false;
}

/// The declared name of the column that `expr` names, as seen from `frame`; the name as written if none is
/// found.
std::string_view declared_name(const Frame& frame, const sql::Expr* expr) {
  for (const FromEntry& entry : frame.from) {
    if (!expr->qualifiers.empty() && !equals_ignoring_case(expr->qualifiers.back().text, entry.exposed_name))
      continue;
    if (const int column = entry.find_column(expr->text); column >= 0) return entry.column_name(column);
    if (is_rowid_name(expr->text) && entry.table != nullptr && entry.has_rowid()) {
      return entry.table->rowid_alias >= 0 ? entry.column_name(entry.table->rowid_alias) : "rowid";
    }
  }
  return expr->text;
}

}  // namespace

std::string_view FromEntry::column_name(int column) const {
  const auto i = static_cast<std::size_t>(column);
  return table != nullptr ? std::string_view(table->columns[i].name) : columns[i].name;
}

int FromEntry::find_column(std::string_view name) const {
  if (table != nullptr) return table->find_column(name);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (equals_ignoring_case(columns[i].name, name)) return static_cast<int>(i);
  }
  return -1;
}

bool FromEntry::is_using_column(std::string_view name) const {
  for (const std::string_view column : using_columns) {
    if (equals_ignoring_case(column, name)) return true;
  }
  return false;
}

bool StatementBinder::expand_outputs(Frame& frame) {
  const sql::Select& syntax = *frame.syntax;
  if (syntax.is_values) {
    frame.output.reserve(syntax.rows.front().size());
    for (const sql::Expr* value : syntax.rows.front()) {
      OutputColumn& column = frame.output.emplace_back();
      column.expr = value;
    }
    return true;
  }
  frame.output.reserve(syntax.columns.size());
  for (const sql::ResultColumn& column : syntax.columns) {
    if (column.kind == sql::ResultColumnKind::kExpr) {
      OutputColumn& output = frame.output.emplace_back();
      output.expr = column.expr;
      output.alias = column.name.text;
      output.has_alias = !column.name.empty();
      output.text = column.text;
      continue;
    }
    const bool has_table = column.kind == sql::ResultColumnKind::kTableStar;
    expand_star(frame, column.name.text, has_table, frame.output);
    if (failed()) return false;
  }
  return true;
}

void StatementBinder::expand_star(Frame& frame, std::string_view only_table, bool has_table,
                                  storage::LookasideVector<OutputColumn>& out) {
  const bool nested = frame.syntax != nullptr && frame.syntax->is_parenthesised_join;
  bool table_seen = false;
  for (std::size_t i = 0; i < frame.from.size(); ++i) {
    const FromEntry& entry = frame.from[i];
    if (!entry.is_nested_join && has_table && !equals_ignoring_case(only_table, entry.exposed_name)) continue;
    const bool next_uses = nested && i + 1 < frame.from.size() && frame.from[i + 1].has_using;
    if (next_uses) {
      for (const std::string_view name : frame.from[i + 1].using_columns) {
        OutputColumn& column = out.emplace_back();
        column.path.column = name;
        column.nested.column = name;
        column.using_term = true;
      }
    }
    for (int j = 0; j < entry.column_count(); ++j) {
      const std::string_view name = entry.column_name(j);
      const SourceColumn* source =
          entry.table == nullptr ? &entry.columns[static_cast<std::size_t>(j)] : nullptr;
      if (has_table && entry.is_nested_join &&
          (source == nullptr || !equals_ignoring_case(source->nested.table, only_table))) {
        continue;
      }
      if (entry.is_hidden(j)) continue;
      if (source != nullptr && source->no_expand && !has_table && !nested) continue;
      table_seen = true;
      if (i > 0 && !has_table && !nested && entry.is_using_column(name)) continue;
      OutputColumn& column = out.emplace_back();
      column.path.column = name;
      if (frame.from.size() > 1 &&
          (!entry.left_of_right_join || nested || !is_in_later_using(frame.from, i, name))) {
        column.path.table = entry.exposed_name;
        column.path.schema = entry.is_nested_join ? std::string_view() : entry.schema_name;
      }
      if (!nested) {
        column.alias = name;
        column.has_alias = true;
        continue;
      }
      column.nested = entry.is_nested_join && source != nullptr
                          ? source->nested
                          : NestedName{entry.schema_name, entry.exposed_name, name};
      column.no_expand = entry.is_using_column(name) ||
                         (next_uses && frame.from[i + 1].is_using_column(name)) ||
                         (source != nullptr && source->no_expand);
    }
  }
  if (table_seen) return;
  if (has_table) {
    std::vector<std::string_view> names;
    for (const FromEntry& entry : frame.from) names.push_back(entry.exposed_name);
    set_error(fmt::format("no such table: {}", only_table), std::nullopt, nearest_name(only_table, names));
  } else {
    set_error("no tables specified");
  }
}

void StatementBinder::name_columns(FromEntry& entry, Frame& leftmost, std::span<const sql::Name> names,
                                   bool resolved) {
  std::unordered_map<std::string, bool> taken;  // folded name -> it is a USING term
  const std::size_t count = names.empty() ? leftmost.output.size() : names.size();
  for (std::size_t i = 0; i < count; ++i) {
    SourceColumn& column = entry.columns.emplace_back();
    std::string_view name;
    bool using_term = false;
    if (!names.empty()) {
      name = names[i].text;
    } else {
      const OutputColumn& output = leftmost.output[i];
      column.nested = output.nested;
      column.no_expand = output.no_expand;
      using_term = output.using_term;
      if (output.has_alias) {
        name = output.alias;
      } else if (output.expr == nullptr) {
        name = output.path.column;
      } else if (const sql::Expr* expr = resolved ? skip_markers(output.expr) : skip_collate(output.expr);
                 expr->kind == sql::ExprKind::kName) {
        name = resolved ? declared_name(leftmost, expr) : expr->text;
      } else {
        name = output.text;
      }
    }
    std::string unique(name);
    if (unique.empty() || is_true_or_false(unique)) unique = fmt::format("column{}", i + 1);
    std::size_t suffix = 0;
    for (auto found = taken.find(folded(unique)); found != taken.end(); found = taken.find(folded(unique))) {
      if (found->second) column.no_expand = true;
      std::size_t stem = unique.size();
      if (stem > 0) {
        std::size_t j = stem - 1;
        while (j > 0 && unique[j] >= '0' && unique[j] <= '9') --j;
        if (unique[j] == ':') stem = j;
      }
      unique = fmt::format("{}:{}", unique.substr(0, stem), ++suffix);
    }
    taken[folded(unique)] = using_term;
    column.using_term = using_term;
    column.name = arena().copy(unique);
  }
}

}  // namespace leftmost::engine::bind
