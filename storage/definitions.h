// storage/definitions.h - what a schema consists of: tables, indexes, views, and objects that are known by
// name only.
//
// Definitions are immutable once they are in a catalog and are held by shared_ptr<const>, so a reader's copy
// of the catalog stays true while another transaction alters the schema. SQL that a definition carries
// (defaults, CHECKs, partial WHEREs, expressions) is text here: storage knows no SQL; engine/ parses it when
// it opens the definition.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/affinity.h"
#include "storage/collation.h"

namespace leftmost::storage {

/// Names a table, index or view for the life of a database; never used again after a DROP. 0 is none.
using ObjectId = std::uint32_t;

/// temp is looked at first when a name has no schema.
enum class SchemaName : std::uint8_t { kMain, kTemp };

/// What happens to a statement whose row breaks a constraint (https://www.sqlite.org/lang_conflict.html).
enum class ConflictAction : std::uint8_t { kDefault, kRollback, kAbort, kFail, kIgnore, kReplace };

enum class GeneratedKind : std::uint8_t { kNone, kVirtual, kStored };

struct ColumnDef {
  std::string name;
  std::string declared_type;  ///< As written; empty if none.
  Affinity affinity = Affinity::kBlob;
  std::uint8_t width = 1;  ///< TypeDescription::width.
  Collation collation = Collation::kBinary;
  bool not_null = false;
  ConflictAction not_null_conflict = ConflictAction::kDefault;
  std::optional<std::string> default_sql;  ///< The expression's text.
  GeneratedKind generated = GeneratedKind::kNone;
  std::string generated_sql;  ///< The expression's text, without the outer parentheses.
  bool hidden = false;
  bool in_primary_key = false;
};

struct PrimaryKeyColumn {
  int column = 0;  ///< Number in TableDef::columns.
  Collation collation = Collation::kBinary;
  bool descending = false;
};

struct CheckConstraint {
  std::string name;  ///< Empty if it has none.
  std::string sql;   ///< The expression's text.
};

struct ForeignKeyDef {
  std::vector<int> columns;
  std::string parent_table;
  std::vector<std::string> parent_columns;  ///< Empty: the parent's primary key.
  std::string on_update, on_delete;         ///< `CASCADE`, ...; empty: NO ACTION.
  bool deferred = false;
};

struct TableDef {
  ObjectId id = 0;
  SchemaName schema = SchemaName::kMain;
  std::string name;
  std::vector<ColumnDef> columns;
  /// Column that is another name of the rowid (INTEGER PRIMARY KEY), or -1. It is not stored in the tree.
  int rowid_alias = -1;
  bool without_rowid = false;
  bool autoincrement = false;
  bool strict = false;
  bool temporary() const { return schema == SchemaName::kTemp; }
  std::vector<PrimaryKeyColumn> primary_key;  ///< Empty if none is declared.
  ConflictAction primary_key_conflict = ConflictAction::kDefault;
  std::vector<CheckConstraint> checks;
  std::vector<ForeignKeyDef> foreign_keys;
  std::string sql;  ///< The CREATE statement as sqlite_schema keeps it.
  std::int64_t schema_order = 0;

  /// Number of the column with this name, case-insensitively, or -1.
  int find_column(std::string_view column_name) const;
  bool has_generated(GeneratedKind kind) const;
  bool has_generated() const {
    return has_generated(GeneratedKind::kVirtual) || has_generated(GeneratedKind::kStored);
  }
};

struct IndexColumn {
  /// Number in TableDef::columns; kRowidColumn for the rowid of the tail; kExpressionColumn for an
  /// expression.
  int column = 0;
  std::string expression_sql;  ///< Only for kExpressionColumn.
  Collation collation = Collation::kBinary;
  bool descending = false;
};
inline constexpr int kRowidColumn = -1;
inline constexpr int kExpressionColumn = -2;

enum class IndexOrigin : std::uint8_t { kCreateIndex, kUnique, kPrimaryKey };

struct IndexDef {
  ObjectId id = 0;
  SchemaName schema = SchemaName::kMain;
  std::string name;
  ObjectId table_id = 0;
  /// As declared, from the left.
  std::vector<IndexColumn> key_columns;
  /// What follows the key in every entry: the rowid, or the primary-key columns that the key does not have
  /// (WITHOUT ROWID; the same column under another collation counts as missing). See add_tail_columns().
  std::vector<IndexColumn> tail_columns;
  bool unique = false;
  ConflictAction conflict = ConflictAction::kDefault;
  IndexOrigin origin = IndexOrigin::kCreateIndex;
  std::optional<std::string> where_sql;  ///< Partial index: the condition's text.
  std::optional<std::string> sql;        ///< None for the indexes that constraints make.
  /// Holds every column of the table (a rowid alias may be absent); only for CREATE INDEX and WITHOUT ROWID
  /// primary keys.
  bool covers_table = false;
  /// Unique, without expressions, and no key column can be NULL as far as was known when the index was made
  /// (sqlite: uniqNotNull): the columns of a WITHOUT ROWID primary key become NOT NULL only after the table's
  /// constraints.
  bool unique_not_null = false;
  /// This is the table itself: the primary key of a WITHOUT ROWID table. It has no tree of its own.
  bool is_table_itself = false;
  std::int64_t schema_order = 0;

  bool is_partial() const { return where_sql.has_value(); }
  std::size_t column_count() const { return key_columns.size() + tail_columns.size(); }
  /// Key and tail as one list. Requires: position < column_count().
  const IndexColumn& column(std::size_t position) const {
    return position < key_columns.size() ? key_columns[position]
                                         : tail_columns[position - key_columns.size()];
  }
};

/// Fills tail_columns and covers_table of an index whose key_columns, origin and is_table_itself are set.
/// For the primary key of a WITHOUT ROWID table the tail is every other column that is stored, in no order
/// but BINARY's.
void add_tail_columns(IndexDef& index, const TableDef& table);

/// Unique, without expressions, and no key column is declared to be possibly NULL: see
/// IndexDef::unique_not_null.
bool is_unique_not_null(const IndexDef& index, const TableDef& table);

struct ViewDef {
  ObjectId id = 0;
  SchemaName schema = SchemaName::kMain;
  std::string name;
  std::vector<std::string> column_names;  ///< Empty: the SELECT's own.
  std::string sql;
  std::int64_t schema_order = 0;
};

struct TriggerDef {
  ObjectId id = 0;
  SchemaName schema = SchemaName::kMain;  ///< A trigger in temp may hang on a table in main.
  std::string name;
  std::string table_name;  ///< The table or view that it hangs on.
  SchemaName table_schema = SchemaName::kMain;
  std::string sql;
  std::int64_t schema_order = 0;
};

/// Something that sqlite_schema lists and that this engine cannot hold: listed, named once, never written to.
struct UnsupportedDef {
  ObjectId id = 0;
  SchemaName schema = SchemaName::kMain;
  std::string name;
  std::string kind;        ///< `virtual table`, `view`, `table`, `index`.
  std::string table_name;  ///< What it hangs on; its own name if nothing.
  std::string reason;      ///< What exactly is not supported.
  std::string sql;
  std::int64_t schema_order = 0;
};

}  // namespace leftmost::storage
