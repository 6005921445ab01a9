// The part of TreeBuilder that makes INSERT, UPDATE, DELETE, CREATE and the small statements.
#include "engine/sql/limits.h"
#include "engine/sql/tree_builder.h"

namespace leftmost::engine::sql {

Target* TreeBuilder::target(Span table) {
  Target* node = make<Target>();
  node->name = name(table);
  return node;
}

Target* TreeBuilder::target(Span schema, Span table) {
  Target* node = target(table);
  node->schema = name(schema);
  return node;
}

Target TreeBuilder::hinted_target(Target target, const IndexHint& hint) {
  if (!hint.is_written) return target;
  if (hint.name.empty()) {
    target.not_indexed = true;
  } else {
    target.indexed_by = name(hint.name);
  }
  return target;
}

Assignment TreeBuilder::assign(Span column, const Expr* value) { return {one(name(column)).span(), value}; }

Assignment TreeBuilder::assign_row(List<Name> columns, const Expr* value) {
  const std::size_t values = value->kind == ExprKind::kRow ? value->list.size() : 1;
  if (value->kind != ExprKind::kSubquery && columns.size != values) {
    fail(std::to_string(columns.size) + " columns assigned " + std::to_string(values) + " values");
  }
  return {columns.span(), value};
}

UpsertTail TreeBuilder::add_upsert(UpsertTail tail, const Upsert& upsert) {
  tail.upserts = append(tail.upserts, upsert);
  return tail;
}

std::span<const Upsert> TreeBuilder::upserts_in_order(UpsertTail tail) {
  // The grammar reads them from the right.
  std::reverse(tail.upserts.items, tail.upserts.items + tail.upserts.size);
  return tail.upserts.span();
}

std::span<const ResultColumn> TreeBuilder::returning(List<ResultColumn> columns) {
  if (in_trigger_) fail("cannot use RETURNING in a trigger");
  return columns.span();
}

void TreeBuilder::check_list_length(std::size_t length, const char* what) {
  if (length > static_cast<std::size_t>(kColumnsMax)) fail(std::string("too many columns in ") + what);
}

Name TreeBuilder::take_constraint_name() {
  const Span span = constraint_name_;
  constraint_name_ = Span{};
  return span.empty() ? Name{} : name(span);
}

ColumnDefinition* TreeBuilder::column_definition(Span name_span, Span type, Span span) {
  ColumnDefinition* node = make<ColumnDefinition>();
  node->name = name(name_span);
  node->type = column_type(type);
  node->span = span;
  column_name_ = node->name.text;
  constraint_name_ = Span{};
  return node;
}

ColumnConstraint* TreeBuilder::constraint(ColumnConstraintKind kind, int conflict) {
  ColumnConstraint* node = make<ColumnConstraint>();
  node->kind = kind;
  node->conflict = static_cast<ConflictAction>(conflict);
  return node;
}

ColumnConstraint* TreeBuilder::column_default(Expr* value, std::string_view text) {
  ColumnConstraint* node = constraint(ColumnConstraintKind::kDefault, 0);
  node->expr = value;
  node->text = text;
  return node;
}

ColumnConstraint* TreeBuilder::generated(Expr* value, bool stored, std::string_view text) {
  ColumnConstraint* node = constraint(ColumnConstraintKind::kGenerated, 0);
  node->expr = value;
  node->stored = stored;
  node->text = text;
  return node;
}

bool TreeBuilder::is_stored(Span word) {
  if (equals_word(text(word), "stored")) return true;
  if (!equals_word(text(word), "virtual")) {
    fail("error in generated column \"" + std::string(column_name_) + "\"");
  }
  return false;
}

void TreeBuilder::defer(List<ColumnConstraint> constraints, int deferral) {
  for (std::uint32_t i = constraints.size; i-- > 0;) {
    if (constraints.items[i].kind != ColumnConstraintKind::kReferences) continue;
    // The tree hands it out as const; here it is still being made.
    auto* references = const_cast<References*>(constraints.items[i].references);
    references->deferrable = (deferral & 1) != 0;
    references->initially_deferred = (deferral & 2) != 0;
    return;
  }
}

TableConstraint& TreeBuilder::new_table_constraint(TableConstraintKind kind, int conflict, Span span) {
  table_constraint_ = make<TableConstraint>();
  table_constraint_->kind = kind;
  table_constraint_->conflict = static_cast<ConflictAction>(conflict);
  table_constraint_->name = take_constraint_name();
  table_constraint_->span = span;
  return *table_constraint_;
}

List<TableConstraint> TreeBuilder::add_table_constraint(List<TableConstraint> list) {
  if (table_constraint_ == nullptr) return list;
  list = append(list, *table_constraint_);
  table_constraint_ = nullptr;
  return list;
}

std::string_view TreeBuilder::cast_type(Span words) {
  if (words.empty()) return {};
  const std::string_view whole = text(words);
  const char first = whole.front();
  if (first != '"' && first != '\'' && first != '[' && first != '`') return whole;
  // SQLite unquotes the text as if it were one name: what follows the closing quote is lost.
  const char close = first == '[' ? ']' : first;
  std::size_t end = 1;
  while (end < whole.size() && (whole[end] != close || (end + 1 < whole.size() && whole[end + 1] == close))) {
    end += whole[end] == close ? 2 : 1;
  }
  return unquoted(whole.substr(0, std::min(end + 1, whole.size())));
}

std::string_view TreeBuilder::column_type(Span words) {
  std::string_view type = words.empty() ? std::string_view{} : text(words);
  const auto drop_last_word = [&](std::string_view word) {
    if (type.size() < word.size() || !equals_word(type.substr(type.size() - word.size()), word)) return false;
    type.remove_suffix(word.size());
    while (!type.empty() && is_space(type.back())) type.remove_suffix(1);
    return true;
  };
  // GENERATED ALWAYS without AS is read as part of the type.
  if (type.size() >= 16 && drop_last_word("always")) drop_last_word("generated");
  for (const std::string_view standard : {"ANY", "BLOB", "INT", "INTEGER", "REAL", "TEXT"}) {
    if (equals_word(type, standard)) return standard;
  }
  if (type.empty()) return {};
  return cast_type(Span{words.begin, words.begin + static_cast<std::uint32_t>(type.size())});
}

std::string_view TreeBuilder::stored_text(const char* what, std::uint32_t begin, std::uint32_t end) {
  std::string stored = "CREATE ";
  stored += what;
  stored += ' ';
  stored += text(Span{begin, end});
  return arena_.copy(stored);
}

void TreeBuilder::store_text_from(const char* what, Span name_span, std::string_view* stored) {
  stored_what_ = what;
  stored_begin_ = name_span.begin;
  stored_ = stored;
}

Statement* TreeBuilder::drop(DropKind object, bool if_exists, const Target& name) {
  auto* node = statement(Drop{});
  node->object = object;
  node->if_exists = if_exists;
  node->schema = name.schema;
  node->name = name.name;
  return node;
}

AlterTable* TreeBuilder::alter(AlterKind action, const Target& table) {
  auto* node = statement(AlterTable{});
  node->action = action;
  node->schema = table.schema;
  node->table = table.name;
  return node;
}

Statement* TreeBuilder::pragma(Span first, Span schema_part, bool has_value, Span value, Span value_span) {
  auto* node = statement(Pragma{});
  if (!schema_part.empty()) node->schema = name(first);
  node->name = name(schema_part.empty() ? first : schema_part);
  node->has_value = has_value;
  node->value_span = value_span;
  if (has_value) {
    node->value = name(value).text;
    if (text_[value_span.begin] == '-') {
      std::string negative = "-";
      negative += node->value;
      node->value = arena_.copy(negative);
    }
  }
  return node;
}

Statement* TreeBuilder::attach(Expr* file, Expr* name, Expr* key) {
  auto* node = statement(Attach{});
  node->file = bare_word_is_string(file);
  node->name = bare_word_is_string(name);
  node->key = key == nullptr ? nullptr : bare_word_is_string(key);
  return node;
}

void TreeBuilder::finish_module(Statement* create_virtual_table, std::uint32_t end) {
  auto* node = static_cast<CreateVirtualTable*>(create_virtual_table);
  node->stored_text = stored_text("VIRTUAL TABLE", node->name.span.begin, end);
}

int table_option(TreeBuilder& builder, std::string_view before, Span word) {
  const std::string_view option = builder.text(word);
  if (before.empty() && equals_word(option, "strict")) return 2;
  if (!before.empty() && equals_word(option, "rowid")) return 1;
  builder.fail("unknown table option: " + std::string(option));
  return 0;
}

RaiseAction raise_action(ConflictAction action) {
  switch (action) {
    case ConflictAction::kRollback:
      return RaiseAction::kRollback;
    case ConflictAction::kFail:
      return RaiseAction::kFail;
    default:
      return RaiseAction::kAbort;
  }
}

}  // namespace leftmost::engine::sql
