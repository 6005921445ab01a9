#include "shell/schema_list.h"

#include <fmt/format.h>

#include "engine/functions/like.h"
#include "engine/sql/parser.h"

namespace leftmost::shell {

namespace {

struct Describe {
  const storage::Catalog& catalog;

  SchemaObject operator()(const storage::TablePtr& table) const {
    return {"table", table->name, table->name, table->sql, table->temporary(), true};
  }
  SchemaObject operator()(const storage::IndexPtr& index) const {
    const storage::TablePtr table = catalog.table(index->table_id);
    return {"index",
            index->name,
            table ? table->name : "",
            index->sql.value_or(""),
            index->schema == storage::SchemaName::kTemp,
            true};
  }
  SchemaObject operator()(const storage::ViewPtr& view) const {
    return {"view", view->name, view->name, view->sql, view->schema == storage::SchemaName::kTemp, true};
  }
  SchemaObject operator()(const storage::TriggerPtr& trigger) const {
    return {"trigger",
            trigger->name,
            trigger->table_name,
            trigger->sql,
            trigger->schema == storage::SchemaName::kTemp,
            true};
  }
  SchemaObject operator()(const storage::UnsupportedPtr& object) const {
    const bool is_table = object->kind == "table" || object->kind == "virtual table";
    return {is_table ? "table" : object->kind,
            object->name,
            object->table_name,
            object->sql,
            object->schema == storage::SchemaName::kTemp,
            false};
  }
};

}  // namespace

std::vector<SchemaObject> schema_objects(const storage::Catalog& catalog) {
  std::vector<SchemaObject> objects;
  for (const auto schema : {storage::SchemaName::kMain, storage::SchemaName::kTemp}) {
    for (const storage::ObjectPtr& object : catalog.objects(schema)) {
      const auto* index = std::get_if<storage::IndexPtr>(&object);
      if (index != nullptr && (*index)->is_table_itself) continue;
      objects.push_back(std::visit(Describe{catalog}, object));
    }
  }
  return objects;
}

bool is_internal_name(std::string_view name) {
  return engine::matches("sqlite_%", name, engine::like_rules());
}

std::string definition_line(std::string_view sql) {
  std::string text(sql);
  if (text.find("--") != std::string::npos || text.find("/*") != std::string::npos) {
    for (const std::string_view closing : {"", "*/", "\n"}) {
      const std::string closed = text + std::string(closing);
      if (engine::sql::is_complete(closed + ";")) {
        text = closed;
        break;
      }
    }
  }
  constexpr std::string_view kCreateTable = "CREATE TABLE ";
  const bool is_quoted = text.size() > kCreateTable.size() &&
                         text.compare(0, kCreateTable.size(), kCreateTable) == 0 &&
                         (text[kCreateTable.size()] == '"' || text[kCreateTable.size()] == '\'');
  if (is_quoted) text = fmt::format("{}IF NOT EXISTS {}", kCreateTable, text.substr(kCreateTable.size()));
  return text + ";\n";
}

}  // namespace leftmost::shell
