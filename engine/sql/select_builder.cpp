// The part of TreeBuilder that makes SELECTs and FROM lists.
#include "engine/sql/limits.h"
#include "engine/sql/tree_builder.h"

namespace leftmost::engine::sql {

namespace {

std::string_view operator_text(CompoundOperator op) {
  switch (op) {
    case CompoundOperator::kUnionAll:
      return "UNION ALL";
    case CompoundOperator::kIntersect:
      return "INTERSECT";
    case CompoundOperator::kExcept:
      return "EXCEPT";
    default:
      return "UNION";
  }
}

ResultColumn star_column() {
  ResultColumn column;
  column.kind = ResultColumnKind::kStar;
  return column;
}

}  // namespace

Select* TreeBuilder::finish_select(const Select& core) {
  Select& select = *arena_.make<Select>(core);
  select.number = ++select_count_;
  int highest = std::max({height(select.where), height(select.having), height(select.limit),
                          height(select.offset), height(select.group_by)});
  for (const ResultColumn& column : select.columns) highest = std::max(highest, height(column.expr));
  for (const OrderTerm& term : select.order_by) highest = std::max(highest, height(term.expr));
  for (const auto& row : select.rows) highest = std::max(highest, height(row));
  select.expression_height = highest;
  return &select;
}

Select* TreeBuilder::values(List<const Expr*> row, Span span) {
  Select select;
  select.is_values = true;
  value_rows_ = one(row.span());
  select.rows = value_rows_.span();
  select.span = span;
  return finish_select(select);
}

Select* TreeBuilder::append_values(Select* values, List<const Expr*> row, Span span) {
  // Nested VALUES may have come between: the list that grows is found again by where it starts.
  List<std::span<const Expr* const>> rows = value_rows_;
  if (rows.items != values->rows.data() || rows.size != values->rows.size()) {
    rows = empty_list<std::span<const Expr* const>>();
    for (const auto& earlier : values->rows) rows = append(rows, earlier);
  }
  value_rows_ = append(rows, row.span());
  values->rows = value_rows_.span();
  values->span.end = span.end;
  values->number = ++select_count_;
  values->expression_height = std::max(values->expression_height, height(row.span()));
  return values;
}

Select* TreeBuilder::compound(Select* left, CompoundOperator op, Select* right) {
  if (right->rows.size() > 1) {
    // An arm that is itself several rows becomes SELECT * FROM (VALUES ...), with a number of its own.
    FromItem item;
    item.kind = FromKind::kSubquery;
    item.select = right;
    item.span = right->span;
    Select wrapped;
    wrapped.columns = one(star_column()).span();
    wrapped.from = one(item).span();
    wrapped.span = right->span;
    right = finish_select(wrapped);
  }
  right->op = op;
  right->prior = left;
  right->expression_height = std::max(right->expression_height, left->expression_height);
  return right;
}

Select* TreeBuilder::finish_compound(Select* last, const With* with) {
  last->with = with;
  int arms = 1;
  const Select* next = last;
  for (const Select* arm = last->prior; arm != nullptr; next = arm, arm = arm->prior) {
    ++arms;
    if (!arm->order_by.empty() || arm->limit != nullptr) {
      fail(std::string(arm->order_by.empty() ? "LIMIT" : "ORDER BY") + " clause should come after " +
           std::string(operator_text(next->op)) + " not before");
      return last;
    }
  }
  if (arms > kCompoundArmsMax) fail("too many terms in compound SELECT");
  return last;
}

List<CommonTable> TreeBuilder::append_common_table(List<CommonTable> list, const CommonTable& table) {
  for (const CommonTable& earlier : list.span()) {
    if (equals_word(earlier.name.text, table.name.text)) {
      fail("duplicate WITH table name: " + std::string(table.name.text));
      break;
    }
  }
  return append(list, table);
}

JoinOperator TreeBuilder::join_operator(const JoinWords& words) {
  enum : unsigned {
    kNatural = 1,
    kLeft = 2,
    kRight = 4,
    kOuter = 8,
    kInner = 16,
    kCross = 32,
    kUnknown = 64
  };
  static constexpr struct {
    std::string_view word;
    unsigned meaning;
  } kWords[] = {{"natural", kNatural},      {"left", kLeft | kOuter},
                {"right", kRight | kOuter}, {"full", kLeft | kRight | kOuter},
                {"outer", kOuter},          {"inner", kInner},
                {"cross", kInner | kCross}};
  unsigned meaning = 0;
  for (int i = 0; i < words.count; ++i) {
    unsigned word_meaning = kUnknown;
    for (const auto& known : kWords) {
      if (equals_word(known.word, text(words.words[i]))) word_meaning = known.meaning;
    }
    meaning |= word_meaning;
  }
  const bool contradicts = (meaning & kInner) != 0 && (meaning & kOuter) != 0;
  const bool outer_alone = (meaning & (kOuter | kLeft | kRight)) == kOuter;
  if (contradicts || outer_alone || (meaning & kUnknown) != 0) {
    std::string message = "unknown join type:";
    for (int i = 0; i < words.count; ++i) {
      message += ' ';
      message += text(words.words[i]);
    }
    fail(std::move(message), words.words[0].begin);
  }
  JoinOperator join;
  join.comma = words.is_comma;
  join.cross = (meaning & kCross) != 0;
  join.natural = (meaning & kNatural) != 0;
  join.left = (meaning & kLeft) != 0;
  join.right = (meaning & kRight) != 0;
  return join;
}

FromItem TreeBuilder::from_table(Span name_span, Span schema_part) {
  // `schema_part` is what stands behind a dot: with it the first name is the schema's.
  FromItem item;
  if (!schema_part.empty()) item.schema = name(name_span);
  item.name = name(schema_part.empty() ? name_span : schema_part);
  return item;
}

List<FromItem> TreeBuilder::append_from(const FromPrefix& before, FromItem item, Span alias,
                                        const OnUsing& tail) {
  if (before.items.size == 0 && (tail.on != nullptr || tail.columns.size > 0)) {
    fail(std::string("a JOIN clause is required before ") + (tail.on != nullptr ? "ON" : "USING"));
  }
  if (before.items.size >= kFromItemsMax) {
    fail("too many FROM clause terms, max: " + std::to_string(kFromItemsMax));
  }
  item.join = before.join;
  if (!alias.empty()) item.alias = name(alias);
  item.on = tail.on;
  item.using_columns = tail.columns.span();
  return append(before.items, item);
}

List<FromItem> TreeBuilder::append_parenthesised(const FromPrefix& before, List<FromItem> inside, Span alias,
                                                 const OnUsing& tail, Span span) {
  const bool has_tail = tail.on != nullptr || tail.columns.size > 0;
  if (before.items.size == 0 && alias.empty() && !has_tail) return inside;
  if (inside.size == 1) {
    FromItem item = inside.items[0];
    item.alias = {};
    item.indexed_by = {};
    item.not_indexed = false;
    item.span = span;
    return append_from(before, item, alias, tail);
  }
  Select select;
  select.is_parenthesised_join = true;
  select.columns = one(star_column()).span();
  select.from = inside.span();
  select.span = span;
  FromItem item;
  item.kind = FromKind::kSubquery;
  item.select = finish_select(select);
  item.span = span;
  return append_from(before, item, alias, tail);
}

ResultColumn TreeBuilder::result_column(const Expr* expr, Span alias, std::uint32_t begin,
                                        std::uint32_t end) {
  ResultColumn column;
  column.expr = expr;
  column.text = trimmed(begin, end);
  column.span = Span{begin, begin + static_cast<std::uint32_t>(column.text.size())};
  if (!alias.empty()) {
    column.name = name(alias);
    column.span.end = alias.end;
  }
  return column;
}

}  // namespace leftmost::engine::sql
