// First pass: opens every FROM of the statement. Frames are expanded in the order of SQLite's walker: the
// arms of a compound from the right, in each arm FROM before the subqueries of its expressions. That order
// decides which of several errors is reported and how the SELECTs of a view are numbered.
#include <fmt/core.h>

#include "engine/bind/nearest_name.h"
#include "engine/bind/statement_binder.h"
#include "storage/collation.h"

namespace leftmost::engine::bind {

using planner::ItemKind;
using storage::equals_ignoring_case;

namespace {

/// Views and CTEs multiply; SQLite would work through any number of copies, we stop here.
constexpr std::size_t kFramesMax = 20'000;
constexpr std::size_t kViewDepthMax = 100;
constexpr std::size_t kColumnsMax = 2'000;  // SQLITE_MAX_COLUMN

/// What SQLite's library, or its shell, has and this engine does not.
bool is_unsupported_table_function(std::string_view name) {
  constexpr std::string_view kPragma = "pragma_";
  if (equals_ignoring_case(name.substr(0, kPragma.size()), kPragma)) return true;
  for (const std::string_view known :
       {"dbstat", "sqlite_stmt", "generate_series", "completion", "fsdir", "zipfile"}) {
    if (equals_ignoring_case(name, known)) return true;
  }
  return false;
}

}  // namespace

StatementBinder::StatementBinder(const BindContext& context) : context_(context) {}

std::span<bool> StatementBinder::unused(std::size_t columns) {
  if (columns == 0) return {};
  bool* first = static_cast<bool*>(arena().allocate(columns, 1));
  for (std::size_t i = 0; i < columns; ++i) first[i] = false;
  return {first, columns};
}

Frame* StatementBinder::make_frame() { return &frames_.emplace_back(); }

WithScope* StatementBinder::push_with(const sql::With* with, WithScope* outer, bool stops) {
  if (with == nullptr && !stops) return outer;
  WithScope& scope = with_scopes_.emplace_back();
  scope.outer = outer;
  scope.stops = stops;
  if (with != nullptr) {
    for (const sql::CommonTable& table : with->tables) scope.tables.push_back({&table, nullptr, nullptr});
  }
  return &scope;
}

Frame* StatementBinder::make_arms(const sql::Select* last, const sql::Select* end, Frame* prior) {
  boost::container::small_vector<const sql::Select*, 4> arms;
  for (const sql::Select* arm = last; arm != end; arm = arm->prior) arms.push_back(arm);
  for (std::size_t i = arms.size(); i-- > 0;) {
    Frame* frame = make_frame();
    frame->syntax = arms[i];
    frame->prior = prior;
    if (prior != nullptr) prior->is_followed = true;
    prior = frame;
  }
  return prior;
}

bool StatementBinder::expand_arms(Frame* last, const Frame* end, WithScope* with, const TextOrigin& origin) {
  for (Frame* frame = last; frame != end; frame = frame->prior) {
    if (!expand_core(*frame, with, origin, origin.in_view)) return false;
    if (frame->prior != nullptr && frame->prior->select != nullptr)
      frame->select->prior = frame->prior->select;
  }
  return true;
}

namespace {

// Whether a compound with UNION, INTERSECT or EXCEPT has a COLLATE in its ORDER BY and ends in a grouped arm.
bool is_grouped_and_collated(const sql::Select& last) {
  if (last.prior == nullptr || (last.group_by.empty() && last.having == nullptr)) return false;
  bool merges = false;
  for (const sql::Select* arm = &last; arm->prior != nullptr; arm = arm->prior) {
    merges = merges || arm->op != sql::CompoundOperator::kUnionAll;
  }
  bool collates = false;
  for (const sql::OrderTerm& term : last.order_by) {
    const sql::Expr* expr = term.expr;
    for (; expr->kind == sql::ExprKind::kCollate; expr = expr->left) collates = true;
    if (expr->kind != sql::ExprKind::kInteger && expr->kind != sql::ExprKind::kName) return false;
  }
  return merges && collates;
}

}  // namespace

// SQLite makes `SELECT * FROM (compound) ORDER BY ...` of a compound with COLLATE in its ORDER BY, and leaves
// GROUP BY and HAVING of the last arm outside, where they are about the whole compound. (Without them
// planner/ does it.)
const sql::Select* StatementBinder::wrap_grouped_compound(const sql::Select* last) {
  sql::Select* inner = arena().make<sql::Select>(*last);
  inner->group_by = {};
  inner->having = nullptr;
  inner->order_by = {};
  inner->limit = inner->offset = nullptr;
  inner->with = nullptr;
  sql::ResultColumn star;
  star.kind = sql::ResultColumnKind::kStar;
  sql::FromItem item;
  item.kind = sql::FromKind::kSubquery;
  item.select = inner;
  item.span = last->span;
  sql::Select* outer = arena().make<sql::Select>(*last);
  outer->prior = nullptr;
  outer->op = sql::CompoundOperator::kNone;
  outer->where = nullptr;
  outer->columns = arena().copy_span(std::span<const sql::ResultColumn>(&star, 1));
  outer->from = arena().copy_span(std::span<const sql::FromItem>(&item, 1));
  return outer;
}

Frame* StatementBinder::expand_select(const sql::Select* select, WithScope* with, const TextOrigin& origin) {
  const Depth depth(*this);
  if (depth.too_deep()) return nullptr;
  if (!origin.in_view && is_grouped_and_collated(*select)) select = wrap_grouped_compound(select);
  WithScope* inner = push_with(select->with, with, false);
  Frame* last = make_arms(select, nullptr, nullptr);
  if (!expand_arms(last, nullptr, inner, origin)) return nullptr;
  for (Frame* frame = last; frame->prior != nullptr; frame = frame->prior)
    frame->select->prior = frame->prior->select;
  return last;
}

bool StatementBinder::expand_core(Frame& frame, WithScope* with, const TextOrigin& origin, bool renumber) {
  if (frames_.size() > kFramesMax) {
    set_not_supported("more than 20000 SELECTs after opening views and common table expressions", 0);
    return false;
  }
  const sql::Select& syntax = *frame.syntax;
  frame.in_view = origin.in_view;
  frame.select = arena().make<planner::Select>();
  planner::Select& select = *frame.select;
  if (renumber) {
    highest_number_ += static_cast<int>(syntax.is_values ? syntax.rows.size() : 1);
    select.number = highest_number_;
  } else {
    select.number = syntax.number;
  }
  if (!origin.in_view) select.span = {syntax.span.begin, syntax.span.end};
  select.distinct = syntax.distinct;
  switch (syntax.op) {
    case sql::CompoundOperator::kNone:
      break;
    case sql::CompoundOperator::kUnion:
      select.op = planner::CompoundOp::kUnion;
      break;
    case sql::CompoundOperator::kUnionAll:
      select.op = planner::CompoundOp::kUnionAll;
      break;
    case sql::CompoundOperator::kIntersect:
      select.op = planner::CompoundOp::kIntersect;
      break;
    case sql::CompoundOperator::kExcept:
      select.op = planner::CompoundOp::kExcept;
      break;
  }
  if (!expand_from(frame, syntax.from, with, origin) || failed() || !open_using(frame)) return false;
  expand_outputs(frame);  // a wrong * does not keep SQLite from opening the rest
  if (frame.output.size() > kColumnsMax) {
    set_error("too many columns in result set");
    return false;
  }
  return expand_exprs_of_core(frame, with, origin, true);
}

bool StatementBinder::expand_exprs_of_core(Frame& frame, WithScope* with, const TextOrigin& origin,
                                           bool with_limits) {
  const sql::Select& syntax = *frame.syntax;
  const auto open = [&](const sql::Expr* expr) {
    return expr == nullptr || expand_expr(frame, expr, with, origin);
  };
  for (const auto& row : syntax.rows) {
    for (const sql::Expr* value : row) {
      if (!open(value)) return false;
    }
  }
  for (const sql::ResultColumn& column : syntax.columns) {
    if (!open(column.expr)) return false;
  }
  if (!open(syntax.where)) return false;
  for (const FromEntry& entry : frame.from) {
    if (!open(entry.on)) return false;
  }
  for (const sql::Expr* term : syntax.group_by) {
    if (!open(term)) return false;
  }
  if (!open(syntax.having)) return false;
  for (const sql::OrderTerm& term : syntax.order_by) {
    if (!open(term.expr)) return false;
  }
  if (with_limits && !(open(syntax.limit) && open(syntax.offset))) return false;
  for (std::size_t i = syntax.windows.size(); i-- > 0;) {
    if (!expand_window(frame, syntax.windows[i], with, origin)) return false;
  }
  for (const FromEntry& entry : frame.from) {
    for (const sql::Expr* argument : entry.arguments) {
      if (!open(argument)) return false;
    }
  }
  return true;
}

Frame* StatementBinder::add_subquery(Frame& owner, const sql::Expr* key, const sql::Select* select,
                                     WithScope* with, const TextOrigin& origin) {
  Frame* frame = expand_select(select, with, origin);
  if (frame != nullptr) owner.subqueries[key] = frame;
  return frame;
}

const sql::Select* StatementBinder::select_of_in_table(const sql::Expr* expr) {
  sql::FromItem item;
  item.name = sql::Name{expr->text, expr->span, sql::Quote::kNone};
  if (!expr->qualifiers.empty()) item.schema = expr->qualifiers.front();
  item.span = expr->span;
  if (expr->call != nullptr) {
    item.kind = sql::FromKind::kFunction;
    item.arguments = expr->list;
  }
  sql::ResultColumn star;
  star.kind = sql::ResultColumnKind::kStar;
  sql::Select* select = arena().make<sql::Select>();
  select->number = expr->select != nullptr ? expr->select->number : next_number();
  select->span = expr->span;
  select->columns = arena().copy_span(std::span<const sql::ResultColumn>(&star, 1));
  select->from = arena().copy_span(std::span<const sql::FromItem>(&item, 1));
  return select;
}

const sql::Select* StatementBinder::values_of_in_list(const sql::Expr* expr) {
  const std::size_t width = expr->left->list.size();
  std::vector<std::span<const sql::Expr* const>> rows;
  for (const sql::Expr* element : expr->list) {
    const std::size_t size = element->kind == sql::ExprKind::kRow ? element->list.size() : 1;
    if (size != width) {
      set_error(
          fmt::format("IN(...) element has {} term{} - expected {}", size, size == 1 ? "" : "s", width));
      return nullptr;
    }
    rows.push_back(element->list);
  }
  sql::Select* select = arena().make<sql::Select>();
  highest_number_ += static_cast<int>(rows.size());
  select->number = highest_number_;
  select->is_values = true;
  select->rows = to_span(rows);
  return select;
}

bool StatementBinder::expand_expr(Frame& owner, const sql::Expr* expr, WithScope* with,
                                  const TextOrigin& origin) {
  using sql::ExprKind;
  const Depth depth(*this);
  if (depth.too_deep()) return false;
  if (expr->kind == ExprKind::kAnd && is_false_literal(expr)) return true;
  if (expr->kind == ExprKind::kInList && expr->list.empty()) return true;
  if (expr->left != nullptr && !expand_expr(owner, expr->left, with, origin)) return false;
  if (expr->right != nullptr && !expand_expr(owner, expr->right, with, origin)) return false;
  switch (expr->kind) {
    case ExprKind::kSubquery:
    case ExprKind::kExists:
    case ExprKind::kInSelect:
      return add_subquery(owner, expr, expr->select, with, origin) != nullptr;
    case ExprKind::kInTable:
      return add_subquery(owner, expr, select_of_in_table(expr), with, origin) != nullptr;
    case ExprKind::kInList:
      if (expr->left->kind == ExprKind::kRow) {
        const sql::Select* values = values_of_in_list(expr);
        return values != nullptr && add_subquery(owner, expr, values, with, origin) != nullptr;
      }
      break;
    default:
      break;
  }
  for (const sql::Expr* element : expr->list) {
    if (element != nullptr && !expand_expr(owner, element, with, origin)) return false;
  }
  if (expr->call != nullptr && expr->call->over != nullptr &&
      !expand_window(owner, *expr->call->over, with, origin))
    return false;
  if (expr->call != nullptr && expr->call->filter != nullptr) {
    return expand_expr(owner, expr->call->filter, with, origin);
  }
  return true;
}

bool StatementBinder::expand_from(Frame& frame, std::span<const sql::FromItem> from, WithScope* with,
                                  const TextOrigin& origin) {
  frame.from.reserve(frame.from.size() + from.size());  // entries keep their addresses
  const std::size_t first = frame.from.size();
  for (const sql::FromItem& item : from) {
    FromEntry& entry = frame.from.emplace_back();
    entry.join = item.join;
    entry.on = item.on;
    for (const sql::Name& name : item.using_columns) entry.using_columns.push_back(name.text);
    entry.has_using = !item.using_columns.empty();
  }
  bool right_join = false;
  for (std::size_t i = frame.from.size(); i-- > 0;) {
    FromEntry& entry = frame.from[i];
    entry.left_of_right_join = right_join;
    entry.null_extended = entry.join.left || right_join;
    right_join = right_join || entry.join.right;
  }
  for (std::size_t i = 0; i < from.size(); ++i) {
    FromEntry& entry = frame.from[first + i];
    if (!open_item(frame, entry, from[i], with, origin)) return false;
    planner::Item& item = *entry.item;
    item.join = {entry.join.cross, entry.join.left, entry.join.right, entry.left_of_right_join};
    item.schema = from[i].schema.text;
    item.name = from[i].name.text;
    item.alias = from[i].alias.text;
    if (!origin.in_view) item.span = span_of(from[i].span);
    entry.exposed_name = from[i].alias.empty() ? from[i].name.text : from[i].alias.text;
    if (from[i].kind == sql::FromKind::kSubquery && from[i].alias.empty()) {
      // What SQLite calls it: a name that no text can hit by accident.
      entry.exposed_name = arena().copy(
          fmt::format("({}-{})", entry.is_nested_join ? "join" : "subquery", entry.frame->select->number));
    }
    register_entry(entry);
    if (!apply_index_hint(entry, from[i].indexed_by, from[i].not_indexed)) return false;
  }
  return true;
}

bool StatementBinder::apply_index_hint(FromEntry& entry, const sql::Name& indexed_by, bool not_indexed) {
  entry.item->not_indexed = not_indexed;
  if (indexed_by.empty()) return true;
  if (entry.item->relation != nullptr) {
    for (const planner::RelationIndex& index : entry.item->relation->indexes) {
      if (equals_ignoring_case(index.def->name, indexed_by.text)) {
        entry.item->indexed_by = &index;
        return true;
      }
    }
  }
  std::vector<std::string_view> names;
  if (entry.item->relation != nullptr) {
    for (const planner::RelationIndex& index : entry.item->relation->indexes)
      names.push_back(index.def->name);
  }
  set_error(fmt::format("no such index: {}", indexed_by.text), std::nullopt,
            nearest_name(indexed_by.text, names));
  return false;
}

bool StatementBinder::make_table_entry(FromEntry& entry, const storage::TablePtr& table, ItemKind kind) {
  Expected<const planner::Relation*> relation = context_.relations->relation(table);
  if (!relation) {
    relation.error().sql_offset.reset();
    set_error(std::move(relation.error()));
    return false;
  }
  entry.item = arena().make<planner::Item>();
  entry.item->id = next_item();
  entry.item->kind = kind;
  entry.item->relation = *relation;
  entry.table = (*relation)->def.get();
  entry.schema_name = table->schema == storage::SchemaName::kTemp ? "temp" : "main";
  entry.exposed_name = entry.table->name;
  entry.item->name = entry.table->name;
  entry.item->used = unused(entry.table->columns.size());
  return true;
}

FromEntry* StatementBinder::make_excluded(const storage::TablePtr& table) {
  FromEntry& entry = excluded_.emplace_back();
  if (!make_table_entry(entry, table, ItemKind::kRow)) return nullptr;
  entry.item->name = "excluded";
  register_entry(entry);
  return &entry;
}

void StatementBinder::adopt_subquery(FromEntry& entry, Frame* last) {
  entry.frame = last;
  entry.type_frame = last->leftmost();
  entry.schema_name = "*";
  entry.item = arena().make<planner::Item>();
  entry.item->id = next_item();
  entry.item->kind = ItemKind::kSubquery;
  entry.item->subquery = last->select;
}

bool StatementBinder::open_item(Frame& frame, FromEntry& entry, const sql::FromItem& from, WithScope* with,
                                const TextOrigin& origin) {
  if (from.kind == sql::FromKind::kSubquery) {
    Frame* last = expand_select(from.select, with, origin);
    if (last == nullptr) return false;
    adopt_subquery(entry, last);
    entry.is_nested_join = from.select->is_parenthesised_join;
    entry.item->is_parenthesised_join = entry.is_nested_join;
    name_columns(entry, *entry.type_frame, {}, false);
    entry.item->used = unused(entry.columns.size());
    return true;
  }
  if (from.schema.empty() && frame.recursive_entry != nullptr &&
      equals_ignoring_case(from.name.text, frame.recursive_name)) {
    entry.item = arena().make<planner::Item>();
    entry.item->id = next_item();
    entry.item->kind = ItemKind::kRecursiveReference;
    entry.item->shared = frame.recursive_shared;
    entry.columns = frame.recursive_entry->columns;
    entry.type_frame = frame.recursive_entry->type_frame;
    entry.schema_name = "*";
    entry.item->used = unused(entry.columns.size());
    return true;
  }
  if (from.schema.empty()) {
    for (WithScope* scope = with; scope != nullptr; scope = scope->outer) {
      for (WithScope::Table& table : scope->tables) {
        if (equals_ignoring_case(table.syntax->name.text, from.name.text)) {
          return open_cte(entry, from, *scope, table, origin);
        }
      }
      if (scope->stops) break;
    }
  }
  const std::string_view schema = from.schema.empty() ? origin.schema : from.schema.text;
  const std::optional<NamedObject> object = context_.relations->find(schema, from.name.text);
  if (!object) {
    const std::string shown =
        schema.empty() ? std::string(from.name.text) : fmt::format("{}.{}", schema, from.name.text);
    if (const TableFunction* function = context_.functions->find_table_function(from.name.text)) {
      open_function(entry, from, *function);
      return true;
    }
    if (is_unsupported_table_function(from.name.text)) {
      set_not_supported(fmt::format("table-valued function {}()", from.name.text), offset_of(from.name.span));
      return false;
    }
    std::vector<std::string_view> names;
    std::vector<storage::TablePtr> tables = context_.relations->catalog().tables(storage::SchemaName::kMain);
    for (const storage::TablePtr& table : tables) names.push_back(table->name);
    set_error(fmt::format("no such table: {}", shown), std::nullopt, nearest_name(from.name.text, names));
    return false;
  }
  if (object->unsupported != nullptr) {
    set_not_supported(
        fmt::format("{} {}{}{}", object->unsupported->kind, from.name.text,
                    object->unsupported->reason.empty() ? "" : ": ", object->unsupported->reason),
        offset_of(from.name.span));
    return false;
  }
  if (from.kind == sql::FromKind::kFunction) {
    set_error(fmt::format("'{}' is not a function", from.name.text));
    return false;
  }
  if (object->view != nullptr) return open_view(entry, object->view);
  if (context_.resolved_names != nullptr && !origin.in_view) {
    context_.resolved_names->push_back(
        {from.name.span.begin, object->table->id, std::nullopt, !from.alias.empty()});
  }
  return make_table_entry(entry, object->table, ItemKind::kTable);
}

void StatementBinder::open_function(FromEntry& entry, const sql::FromItem& from,
                                    const TableFunction& function) {
  entry.item = arena().make<planner::Item>();
  entry.item->id = next_item();
  entry.item->kind = ItemKind::kFunction;
  entry.item->function = &function;
  entry.item->relation = &function.relation();
  entry.table = function.relation().def.get();
  entry.arguments = from.arguments;
  entry.schema_name = "main";
  entry.exposed_name = entry.table->name;
  entry.item->used = unused(entry.table->columns.size());
}

bool StatementBinder::open_view(FromEntry& entry, const storage::ViewPtr& view) {
  for (const std::string_view open : open_views_) {
    if (equals_ignoring_case(open, view->name)) {
      set_error(fmt::format("view {} is circularly defined", view->name));
      return false;
    }
  }
  if (open_views_.size() >= kViewDepthMax) {
    set_not_supported("views nested deeper than 100", 0);
    return false;
  }
  Expected<const sql::CreateView*> parsed = context_.relations->parsed_view(view);
  if (!parsed) {
    parsed.error().sql_offset.reset();
    set_error(std::move(parsed.error()));
    return false;
  }
  const TextOrigin origin{true, view->schema == storage::SchemaName::kMain ? "main" : ""};
  open_views_.push_back(view->name);
  Frame* last = expand_select((*parsed)->select, push_with(nullptr, nullptr, true), origin);
  open_views_.pop_back();
  if (last == nullptr) return false;
  // What is wrong inside a view SQLite reports here: it looks for the view's columns.
  if (!resolve_select(last, nullptr)) return false;
  adopt_subquery(entry, last);
  entry.schema_name = view->schema == storage::SchemaName::kTemp ? "temp" : "main";
  planner::SharedQuery*& shared = views_[view.get()];
  if (shared == nullptr) {
    shared = arena().make<planner::SharedQuery>();
    shared->name = arena().copy(view->name);
    shared->is_view = true;
  }
  ++shared->reference_count;
  entry.item->shared = shared;
  const auto& names = (*parsed)->columns;
  if (!names.empty()) {
    // SQLite reads the types of a view with a column list off the last arm.
    entry.type_frame = last;
    shared->typed_by_last_arm = true;
    if (names.size() != last->output.size()) {
      set_error(fmt::format("expected {} columns for '{}' but got {}", names.size(), view->name,
                            last->output.size()));
      return false;
    }
  }
  name_columns(entry, *last->leftmost(), names, true);
  entry.item->used = unused(entry.columns.size());
  return true;
}

bool StatementBinder::open_cte(FromEntry& entry, const sql::FromItem& from, WithScope& scope,
                               WithScope::Table& table, const TextOrigin& origin) {
  const sql::CommonTable& cte = *table.syntax;
  if (table.error != nullptr) {
    set_error(fmt::format("{}: {}", table.error, cte.name.text));
    return false;
  }
  if (from.kind == sql::FromKind::kFunction) {
    set_error(fmt::format("'{}' is not a function", from.name.text));
    return false;
  }
  const bool in_returning = returning_with_ == &scope;
  const bool counts_anew = in_returning && table.shared != nullptr && table.shared->reference_count < 2 &&
                           table.shared->hint == planner::CteHint::kNone;
  if (table.shared == nullptr || counts_anew) {
    table.shared = arena().make<planner::SharedQuery>();
    if (in_returning) table.shared->reference_count = 1;
    table.shared->name = cte.name.text;
    if (cte.materialized == sql::Materialized::kMaterialized)
      table.shared->hint = planner::CteHint::kMaterialized;
    if (cte.materialized == sql::Materialized::kNotMaterialized) {
      table.shared->hint = planner::CteHint::kNotMaterialized;
    }
  }
  ++table.shared->reference_count;
  if (!from.indexed_by.empty()) {
    set_error(fmt::format("no such index: \"{}\"", from.indexed_by.text));
    return false;
  }
  // The arms from the right that name the CTE in their FROM are its recursive steps.
  const sql::Select* base = cte.select;
  if (base->op == sql::CompoundOperator::kUnion || base->op == sql::CompoundOperator::kUnionAll) {
    while (base->op == cte.select->op) {
      int mentions = 0;
      for (const sql::FromItem& item : base->from) {
        if (item.kind != sql::FromKind::kSubquery && item.schema.empty() &&
            equals_ignoring_case(item.name.text, cte.name.text)) {
          ++mentions;
        }
      }
      if (mentions > 1) {
        set_error(fmt::format("multiple references to recursive table: {}", cte.name.text));
        return false;
      }
      if (mentions == 0) break;
      base = base->prior;
    }
  }
  const bool recursive = base != cte.select;
  table.error = "circular reference";
  WithScope* inner = push_with(cte.select->with, &scope, false);
  Frame* base_frame = make_arms(base, nullptr, nullptr);
  const Depth depth(*this);
  if (depth.too_deep() || !expand_arms(base_frame, nullptr, inner, origin)) return false;
  for (Frame* arm = base_frame; arm->prior != nullptr; arm = arm->prior)
    arm->select->prior = arm->prior->select;
  const Frame& leftmost = *base_frame->leftmost();
  if (!cte.columns.empty() && leftmost.output.size() != cte.columns.size()) {
    set_error(fmt::format("table {} has {} values for {} columns", cte.name.text, leftmost.output.size(),
                          cte.columns.size()));
    return false;
  }
  entry.frame = base_frame;
  entry.type_frame = base_frame->leftmost();
  entry.schema_name = "*";
  name_columns(entry, *entry.type_frame, cte.columns, false);
  Frame* last = base_frame;
  if (recursive) {
    table.error = "multiple recursive references";
    last = make_arms(cte.select, base, base_frame);
    for (Frame* step = last; step != base_frame; step = step->prior) {
      step->recursive_name = cte.name.text;
      step->recursive_entry = &entry;
      step->recursive_shared = table.shared;
    }
    if (!expand_arms(last, base_frame, inner, origin)) return false;
    for (Frame* arm = last; arm != base_frame; arm = arm->prior) arm->select->prior = arm->prior->select;
    last->select->is_recursive = true;
  }
  table.error = nullptr;
  adopt_subquery(entry, last);
  entry.item->shared = table.shared;
  entry.item->used = unused(entry.columns.size());
  return true;
}

}  // namespace leftmost::engine::bind
