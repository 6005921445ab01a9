// A name -> a column, in the steps in which SQLite looks (https://www.sqlite.org/lang_select.html,
// resolve.c's rules):
//
//   from the innermost scope outwards:
//     1 columns of the FROM items; several hits are ambiguous unless USING made them one
//     2 old.column and new.column in a trigger, excluded.column in an upsert
//     3 rowid, oid, _rowid_ when exactly one table was in sight so far
//     4 an alias of the result columns, where the clause may see them
//   then  "x" in double quotes is the string 'x', TRUE and FALSE are themselves; else `no such column`.
#include <fmt/core.h>

#include <algorithm>

#include "engine/bind/nearest_name.h"
#include "engine/bind/statement_binder.h"
#include "planner/comparison.h"
#include "planner/expr_tools.h"
#include "planner/generated_columns.h"
#include "storage/collation.h"

namespace leftmost::engine::bind {

using planner::Expr;
using planner::ExprKind;
using storage::equals_ignoring_case;

namespace {

struct Match {
  FromEntry* entry = nullptr;
  int column = 0;
};

/// What has been found so far; outer scopes go on counting.
struct Search {
  int hits = 0;
  int tables_with_rowid = 0;
  Match match;
  std::vector<Match> full_join_matches;  // columns that a FULL JOIN ... USING makes one
};

bool matches_nested(const NestedName& nested, const NamePath& path) {
  if (nested.column.empty()) return false;
  if (!path.schema.empty() && !equals_ignoring_case(nested.schema, path.schema)) return false;
  if (!path.table.empty() && !equals_ignoring_case(nested.table, path.table)) return false;
  return equals_ignoring_case(nested.column, path.column);
}

/// One more hit in `entry`. False: the hit is another copy of a USING column and is passed over.
bool count_hit(Search& search, FromEntry& entry, std::string_view name) {
  if (search.hits > 0) {
    if (!entry.is_using_column(name)) {
      search.full_join_matches.clear();
    } else if (!entry.join.right) {
      return false;  // INNER and LEFT JOIN: the leftmost
    } else if (!entry.join.left) {
      search.hits = 0;  // RIGHT JOIN: the rightmost
      search.full_join_matches.clear();
    } else {
      search.full_join_matches.push_back(search.match);
    }
  }
  ++search.hits;
  return true;
}

bool search_nested_join(Search& search, FromEntry& entry, const NamePath& path) {
  bool hit = false;
  for (std::size_t j = 0; j < entry.columns.size(); ++j) {
    if (!matches_nested(entry.columns[j].nested, path)) continue;
    if (!count_hit(search, entry, path.column)) continue;
    search.tables_with_rowid = 2;
    search.match = {&entry, static_cast<int>(j)};
    hit = true;
    if (entry.columns[j].using_term) break;
  }
  return hit;
}

void search_from(Search& search, std::span<FromEntry> from, const NamePath& path, bool ignore_schema) {
  for (FromEntry& entry : from) {
    if (entry.is_nested_join) {
      const bool hit = search_nested_join(search, entry, path);
      if (hit || path.table.empty()) continue;
    }
    if (!path.table.empty()) {
      if (!path.schema.empty() && !ignore_schema && !equals_ignoring_case(entry.schema_name, path.schema))
        continue;
      if (!equals_ignoring_case(entry.exposed_name, path.table)) continue;
    }
    if (const int column = entry.find_column(path.column); column >= 0) {
      if (!count_hit(search, entry, path.column)) continue;
      search.match = {&entry, column};
    }
    if (search.hits == 0 && entry.has_rowid()) {
      ++search.tables_with_rowid;
      search.match = {&entry, planner::kRowidColumn};
    }
  }
}

// A name that stands in `innermost` was found in `found_in`, which is it or around it.
void count_references(Scope& innermost, const Scope* found_in) {
  for (Scope* passed = &innermost;; passed = passed->outer) {
    ++passed->references;
    if (passed == found_in) break;
  }
}

}  // namespace

// `expr` is about a column like this one.
static void set_type(const storage::ColumnDef& column, Expr& expr) {
  expr.affinity = column.affinity;
  expr.collation = column.collation;
  expr.can_be_null = !column.not_null;
}

bool is_rowid_name(std::string_view name) {
  return equals_ignoring_case(name, "_rowid_") || equals_ignoring_case(name, "rowid") ||
         equals_ignoring_case(name, "oid");
}

FromEntry* StatementBinder::entry_of(planner::ItemId item) const {
  if (item < 0) return item == planner::kSelfItem ? self_entry_ : nullptr;
  return static_cast<std::size_t>(item) < entries_.size() ? entries_[static_cast<std::size_t>(item)]
                                                          : nullptr;
}

// SQLite does not look which columns a generated one needs: all of the table count as used.
void StatementBinder::note_generated(FromEntry& entry, int column) {
  std::fill(entry.item->used.begin(), entry.item->used.end(), true);
  const planner::Relation* relation = entry.item->relation;
  const bool is_virtual =
      entry.table->columns[static_cast<std::size_t>(column)].generated == storage::GeneratedKind::kVirtual;
  if (relation == nullptr || !is_virtual || loop_column_) return;
  if (const int loop = planner::order_for_reading(*relation, column).loop; loop >= 0) {
    loop_column_ = entry.table->columns[static_cast<std::size_t>(loop)].name;
  }
}

Expr* StatementBinder::column_of(FromEntry& entry, int column, planner::Span span) {
  Expr* expr = make(ExprKind::kColumn, nullptr, nullptr, span);
  expr->item = entry.item->id;
  if (entry.table != nullptr) {
    const storage::TableDef& table = *entry.table;
    if (column >= 0 && column == table.rowid_alias) {
      expr->name = table.columns[static_cast<std::size_t>(column)].name;
      column = planner::kRowidColumn;
    } else if (column < 0) {
      expr->name = table.rowid_alias >= 0
                       ? std::string_view(table.columns[static_cast<std::size_t>(table.rowid_alias)].name)
                       : std::string_view("rowid");
    }
    expr->column = column;
    if (column < 0) {
      expr->affinity = storage::Affinity::kInteger;
      expr->can_be_null = entry.null_extended;
      if (entry.types_of_first_column) set_type(table.columns.front(), *expr);
      return expr;
    }
    const storage::ColumnDef& def = table.columns[static_cast<std::size_t>(column)];
    if (def.generated != storage::GeneratedKind::kNone) note_generated(entry, column);
    expr->name = def.name;
    expr->of_function = entry.item->kind == planner::ItemKind::kFunction;
    set_type(entry.types_of_first_column ? table.columns.front() : def, *expr);
    expr->can_be_null = expr->can_be_null || entry.null_extended;
  } else {
    const auto i = static_cast<std::size_t>(column);
    expr->column = column;
    expr->name = entry.columns[i].name;
    const Expr* source = entry.type_frame != nullptr && entry.type_frame->resolved &&
                                 i < entry.type_frame->select->columns.size()
                             ? entry.type_frame->select->columns[i].expr
                             : nullptr;
    const std::optional<storage::Affinity> affinity =
        source != nullptr ? planner::affinity_of(source) : std::nullopt;
    expr->has_affinity = affinity.has_value();
    expr->affinity = affinity.value_or(storage::Affinity::kBlob);
    if (source != nullptr) {
      expr->collation = planner::collation_of(source).value_or(storage::Collation::kBinary);
    }
  }
  if (static_cast<std::size_t>(expr->column) < entry.item->used.size()) {
    entry.item->used[static_cast<std::size_t>(expr->column)] = true;
  }
  return expr;
}

Expr* StatementBinder::alias_copy(const NamePath& path, Scope& scope, const Scope& innermost, bool& stop) {
  Frame& frame = *scope.frame;
  for (std::size_t i = 0; i < frame.output.size(); ++i) {
    const OutputColumn& output = frame.output[i];
    if (!output.has_alias || !equals_ignoring_case(output.alias, path.column)) continue;
    Expr* original = frame.select->columns[i].expr;
    if (!scope.allows_aggregates && output.has_aggregate) {
      set_error(fmt::format("misuse of aliased aggregate {}", output.alias));
      stop = true;
      return nullptr;
    }
    if (output.has_window && (!scope.allows_windows || &scope != &innermost)) {
      set_error(fmt::format("misuse of aliased window function {}", output.alias));
      stop = true;
      return nullptr;
    }
    if (planner::row_size(original) != 1) {
      set_error("row value misused");
      stop = true;
      return nullptr;
    }
    return copy_of_column(frame, i);
  }
  return nullptr;
}

// Rows that are handed on one by one have no rowid; rows that are kept would have one.
Expr* StatementBinder::null_rowid(planner::Span span) {
  Expr* null = make(ExprKind::kLiteral, nullptr, nullptr, span);
  null->can_be_null = false;  // to SQLite still a rowid: IS NULL is false
  return null;
}

Expr* StatementBinder::resolve_name(const NamePath& path, Scope& innermost) {
  Search search;
  Scope* found_in = nullptr;
  for (Scope* scope = &innermost; scope != nullptr; scope = scope->outer) {
    if (scope->frame != nullptr) search_from(search, scope->frame->from, path, scope->ignores_schema);
    if (search.hits == 0) {
      if (Expr* value = trigger_value(path); value != nullptr) {
        count_references(innermost, scope);
        return value;
      }
    }
    if (search.hits == 0 && scope->excluded != nullptr && path.schema.empty() &&
        equals_ignoring_case(path.table, "excluded")) {
      const int column = scope->excluded->find_column(path.column);
      if (column >= 0 || (is_rowid_name(path.column) && scope->excluded->has_rowid())) {
        search.hits = 1;
        search.match = {scope->excluded, column};
      }
    }
    if (search.hits == 0 && search.tables_with_rowid == 1 && search.match.entry != nullptr &&
        !scope->forbids_rowid && is_rowid_name(path.column)) {
      if (search.match.entry->table == nullptr && scope->frame->from.size() == 1)
        return null_rowid(path.span);
      if (search.match.entry->table == nullptr) {
        set_not_supported("the rowid of a view or subquery in a join", path.offset);
        return nullptr;
      }
      search.hits = 1;
    }
    if (search.hits == 0 && scope->sees_aliases && path.table.empty() && scope->frame != nullptr) {
      bool stop = false;
      Expr* copy = alias_copy(path, *scope, innermost, stop);
      if (stop) return nullptr;
      if (copy != nullptr) {
        count_references(innermost, scope);
        return copy;
      }
    }
    if (search.hits > 0) {
      found_in = scope;
      break;
    }
  }
  if (search.hits == 0 && path.table.empty()) {
    if (path.double_quoted) {
      Expr* text = make(ExprKind::kLiteral, nullptr, nullptr, path.span);
      text->value = storage::Value::text(path.column);
      return text;
    }
    if (path.bare_word &&
        (equals_ignoring_case(path.column, "true") || equals_ignoring_case(path.column, "false"))) {
      Expr* truth = planner::make_integer(arena(), path.column.size() == 4 ? 1 : 0);
      truth->is_true_false = true;
      truth->span = path.span;
      return truth;
    }
  }
  const bool is_full_join =
      search.hits > 1 && search.full_join_matches.size() + 1 == static_cast<std::size_t>(search.hits);
  if (search.hits != 1 && !is_full_join) {
    std::string shown(path.column);
    if (!path.table.empty()) shown = fmt::format("{}.{}", path.table, shown);
    if (!path.schema.empty()) shown = fmt::format("{}.{}", path.schema, shown);
    if (search.hits == 0) {
      set_error(fmt::format("no such column: {}", shown), path.offset, similar_name(path, innermost));
    } else {
      set_error(fmt::format("ambiguous column name: {}", shown), path.offset);
    }
    return nullptr;
  }
  if (context_.resolved_names != nullptr && !path.span.empty() && search.match.entry->table != nullptr) {
    const FromEntry& entry = *search.match.entry;
    context_.resolved_names->push_back(
        {path.span.begin, entry.table->id, search.match.column, !entry.item->alias.empty()});
  }
  Expr* expr = column_of(*search.match.entry, search.match.column, path.span);
  if (found_in != nullptr && search.match.entry == found_in->excluded) {
    // In SQLite this is a register that holds a value: it has no column's affinity or collation.
    expr->has_affinity = false;
    expr->implicit_collation = true;
    expr->can_be_null = true;
  }
  if (is_full_join) {
    std::vector<Expr*> arguments;
    for (const Match& match : search.full_join_matches)
      arguments.push_back(column_of(*match.entry, match.column, path.span));
    arguments.push_back(expr);
    const Expected<const Function*> coalesce = context_.functions->find("coalesce", arguments.size());
    if (!coalesce) {
      set_error(coalesce.error());
      return nullptr;
    }
    expr = make(ExprKind::kFunction, nullptr, nullptr, path.span);
    expr->function = *coalesce;
    expr->list = to_span(arguments);
  }
  count_references(innermost, found_in);
  return expr;
}

std::string StatementBinder::similar_name(const NamePath& path, const Scope& innermost) const {
  std::vector<std::string_view> names;
  for (const Scope* scope = &innermost; scope != nullptr; scope = scope->outer) {
    if (scope->frame == nullptr) continue;
    for (const FromEntry& entry : scope->frame->from) {
      if (!path.table.empty() && !equals_ignoring_case(path.table, entry.exposed_name)) continue;
      for (int i = 0; i < entry.column_count(); ++i) names.push_back(entry.column_name(i));
    }
  }
  return nearest_name(path.column, names);
}

}  // namespace leftmost::engine::bind
