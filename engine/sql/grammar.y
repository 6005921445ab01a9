// engine/sql/grammar.y - the order of words in SQLite's SQL (https://www.sqlite.org/lang.html), LALR(1).
//
// Three things do not fit a plain LALR(1) grammar and stand outside the rules, at the end of this file:
//   - Most keywords are names where the grammar cannot use the keyword (`SELECT key FROM plan`). When a keyword
//     comes, the stack of states says whether it has a use; if not, the token turns into ID.
//   - WINDOW, OVER and FILTER are keywords only in front of certain words; the lexer's next tokens decide.
//   - Between the parentheses of CREATE VIRTUAL TABLE any token is text (ANY).
// How deep the stack may get, and therefore what SQL can nest, is SQLite's: rules are left- or right-recursive where
// SQLite's are.
%require "3.8"
%define api.pure full
%define api.prefix {sql_grammar_}
%define api.token.prefix {T_}
%define api.value.type {leftmost::engine::sql::GrammarValue}
%define api.location.type {leftmost::engine::sql::Span}
%define parse.error simple
%locations
%param {leftmost::engine::sql::GrammarRun& run}

%code requires {
#include "engine/sql/grammar_run.h"
}

%code {
namespace sql = leftmost::engine::sql;
using sql::CompoundOperator;
using sql::ConflictAction;
using sql::Expr;
using sql::ExprKind;
using sql::ForeignKeyAction;
using sql::FrameBoundKind;
using sql::List;
using sql::Name;
using sql::Span;

// SQLite's stack holds 100 entries, its bottom entry included; Bison leaves the last of its own unused.
#define YYMAXDEPTH 101
#define YYINITDEPTH 101

// A rule covers its first to its last token; an empty one stands behind the token before it. This runs before every
// action, so it also tells whether the token behind the rule has been looked at.
#define YYLLOC_DEFAULT(Current, Rhs, N)              \
  do {                                               \
    run.builder.set_lookahead(yychar != T_SQL_GRAMMAR_EMPTY); \
    if (N) {                                         \
      (Current).begin = YYRHSLOC(Rhs, 1).begin;      \
      (Current).end = YYRHSLOC(Rhs, N).end;          \
    } else {                                         \
      (Current).begin = YYRHSLOC(Rhs, 0).end;        \
      (Current).end = YYRHSLOC(Rhs, 0).end;          \
    }                                                \
  } while (0)

static int fetch_token(sql::GrammarValue* value, Span* location, sql::GrammarRun& run, const short* bottom,
                       const short* top);
static void sql_grammar_error(Span* location, sql::GrammarRun& run, const char* message);

// The grammar's stack is at hand where the token is wanted.
#define sql_grammar_lex(value, location, run) fetch_token(value, location, run, yyss, yyssp)

#define BUILD run.builder
}

%token SEMI EXPLAIN QUERY PLAN WHY BEGIN TRANSACTION DEFERRED IMMEDIATE EXCLUSIVE COMMIT END ROLLBACK SAVEPOINT
%token RELEASE TO TABLE CREATE IF EXISTS TEMP LP RP AS COMMA WITHOUT ABORT ACTION AFTER ANALYZE ASC ATTACH BEFORE BY
%token CASCADE CAST CONFLICT DATABASE DESC DETACH EACH FAIL FOR IGNORE INITIALLY INSTEAD NO KEY OF OFFSET PRAGMA
%token RAISE RECURSIVE REPLACE RESTRICT ROW ROWS TRIGGER VACUUM VIEW VIRTUAL WITH NULLS FIRST LAST CURRENT FOLLOWING
%token PARTITION PRECEDING RANGE UNBOUNDED EXCLUDE GROUPS OTHERS TIES GENERATED ALWAYS MATERIALIZED REINDEX RENAME
%token CTIME_KW ANY ID INDEXED JOIN_KW CONSTRAINT DEFAULT NULL CHECK REFERENCES AUTOINCR INSERT DELETE UPDATE SET
%token DEFERRABLE FOREIGN DROP UNION EXCEPT INTERSECT SELECT VALUES DISTINCT ALL DOT FROM JOIN USING ORDER GROUP
%token HAVING LIMIT WHERE RETURNING INTO NOTHING DO FLOAT BLOB INTEGER VARIABLE CASE WHEN THEN ELSE INDEX ALTER ADD
%token COLUMNKW WINDOW OVER FILTER STRING PRIMARY UNIQUE START_EXPRESSION

%left OR
%left AND
%right NOT
%left IS MATCH LIKE_KW BETWEEN IN ISNULL NOTNULL NE EQ
%left GT LE LT GE
%right ESCAPE
%left BITAND BITOR LSHIFT RSHIFT
%left PLUS MINUS
%left STAR SLASH REM
%left CONCAT PTR
%left COLLATE
%right BITNOT
%nonassoc ON

%type <number> explain transaction_mode conflict_clause or_clause resolve_action raise_action select_distinct
%type <number> compound_operator like_operator direction nulls_order frame_unit frame_exclude cte_hint column_end
%type <number> foreign_key_action deferral initially table_option table_options trigger_time
%type <flag> temporary if_not_exists if_exists unique autoincrement negated_in negated_between generated_kind
%type <span> name plain_name word schema_part alias type_words type_token number signed_number indexed_by
%type <span> collation_part pragma_word
%type <expr> expr term where having case_operand case_else vacuum_into when_clause filter_clause key
%type <select> select select_without_with select_core values
%type <exprs> expr_list expr_list_opt group_by case_list
%type <on_using> on_using
%type <names> name_list name_list_opt plain_list plain_list_opt
%type <terms> sort_list order_by
%type <term> sort_term
%type <columns> result_columns result_prefix
%type <from> from from_list
%type <prefix> from_prefix
%type <hint> index_hint
%type <constraint> column_constraint
%type <number> deferral_opt
%type <join_words> join_operator
%type <limit> limit
%type <with> with_opt with_clause
%type <common_tables> common_tables
%type <target> target full_name trigger_target
%type <assignments> set_list
%type <number> insert_or_replace
%type <returning> where_returning
%type <columns> returning_opt
%type <upsert> upsert
%type <windows> window_clause window_list
%type <window> window frame_opt over_clause window_definition
%type <call> function_tail
%type <bound> frame_bound frame_start frame_end
%type <column> column_name
%type <constraints> constraints
%type <definitions> column_list
%type <table_constraints> table_constraints_opt table_constraints
%type <references> reference_arguments
%type <statement> command trigger_head trigger_statement module_head
%type <statements> trigger_body
%type <trigger> trigger_event
%type <texts> module_arguments
%type <exprs> in_arguments

%%

input: statements
     | %empty
     | START_EXPRESSION expr SEMI { BUILD.finish_expression($2); YYACCEPT; }
     ;
statements: statements statement | statement ;
statement: SEMI
         | command_end SEMI { YYACCEPT; }
         ;
command_end: command         { BUILD.finish($1, sql::Explain::kNone, @1, yylloc.begin); }
           | explain command { BUILD.finish($2, static_cast<sql::Explain>($1), @$, yylloc.begin); }
           ;
explain: EXPLAIN            { $$ = static_cast<int>(sql::Explain::kBytecode); }
       | EXPLAIN QUERY PLAN { $$ = static_cast<int>(sql::Explain::kQueryPlan); }
       | EXPLAIN WHY        { $$ = static_cast<int>(sql::Explain::kWhy); }
       ;

// Names. A plain name may be a keyword that has no use there (see the end of the file).
plain_name: ID { $$ = @1; } | INDEXED { $$ = @1; } ;
word: ID { $$ = @1; } | STRING { $$ = @1; } ;
name: plain_name | STRING { $$ = @1; } | JOIN_KW { $$ = @1; } ;
schema_part: %empty { $$ = Span{}; } | DOT name { $$ = $2; } ;
full_name: name { $$ = BUILD.target($1); }
         | name DOT name {
             $$ = BUILD.target($1, $3);
           }
         ;
target: name { $$ = BUILD.target($1); }
      | name DOT name {
          $$ = BUILD.target($1, $3);
        }
      | name DOT name AS name {
          $$ = BUILD.target($1, $3);
          $$->alias = BUILD.name($5);
        }
      | name AS name {
          $$ = BUILD.target($1);
          $$->alias = BUILD.name($3);
        }
      ;
name_list: name_list COMMA name { $$ = BUILD.append($1, BUILD.name($3)); }
         | name                 { $$ = BUILD.one(BUILD.name($1)); }
         ;
name_list_opt: %empty { $$ = BUILD.empty_list<Name>(); } | LP name_list RP { $$ = $2; } ;
// Lists of columns where SQLite reads, and then refuses, a collation and a direction.
plain_list: plain_list COMMA name collation_part direction {
              BUILD.reject_decorated_name($3, !$4.empty(), $5 >= 0);
              $$ = BUILD.append($1, BUILD.name($3));
            }
          | name collation_part direction {
              BUILD.reject_decorated_name($1, !$2.empty(), $3 >= 0);
              $$ = BUILD.one(BUILD.name($1));
            }
          ;
plain_list_opt: %empty { $$ = BUILD.empty_list<Name>(); } | LP plain_list RP { $$ = $2; } ;
collation_part: %empty { $$ = Span{}; } | COLLATE word { $$ = $2; } ;

// Transactions.
command: BEGIN transaction_mode transaction_word {
           auto* node = BUILD.statement(sql::Begin{});
           node->mode = static_cast<sql::TransactionMode>($2);
           $$ = node;
         }
       | COMMIT transaction_word   { $$ = BUILD.statement(sql::Commit{}); }
       | END transaction_word      { $$ = BUILD.statement(sql::Commit{}); }
       | ROLLBACK transaction_word { $$ = BUILD.statement(sql::Rollback{}); }
       | SAVEPOINT name {
           auto* node = BUILD.statement(sql::Savepoint{});
           node->name = BUILD.name($2);
           $$ = node;
         }
       | RELEASE savepoint_word name {
           auto* node = BUILD.statement(sql::Release{});
           node->name = BUILD.name($3);
           $$ = node;
         }
       | ROLLBACK transaction_word TO savepoint_word name {
           auto* node = BUILD.statement(sql::RollbackTo{});
           node->name = BUILD.name($5);
           $$ = node;
         }
       ;
transaction_word: %empty | TRANSACTION | TRANSACTION name ;
transaction_mode: %empty    { $$ = static_cast<int>(sql::TransactionMode::kDeferred); }
                | DEFERRED  { $$ = static_cast<int>(sql::TransactionMode::kDeferred); }
                | IMMEDIATE { $$ = static_cast<int>(sql::TransactionMode::kImmediate); }
                | EXCLUSIVE { $$ = static_cast<int>(sql::TransactionMode::kExclusive); }
                ;
savepoint_word: SAVEPOINT | %empty ;

// CREATE TABLE.
command: CREATE temporary TABLE if_not_exists name schema_part LP column_list table_constraints_opt RP table_options {
           auto* node = BUILD.statement(sql::CreateTable{});
           const Span own_name = $6.empty() ? $5 : $6;
           node->temporary = $2;
           node->if_not_exists = $4;
           if (!$6.empty()) node->schema = BUILD.name($5);
           node->name = BUILD.name(own_name);
           node->columns = $8.span();
           node->constraints = $9.span();
           node->without_rowid = ($11 & 1) != 0;
           node->strict = ($11 & 2) != 0;
           // The text goes on to the semicolon once an option was read.
           const std::uint32_t end = $11 == 0 ? @10.end : yylloc.begin;
           node->stored_text = BUILD.stored_text("TABLE", own_name.begin, end);
           $$ = node;
         }
       | CREATE temporary TABLE if_not_exists name schema_part AS select {
           auto* node = BUILD.statement(sql::CreateTable{});
           node->temporary = $2;
           node->if_not_exists = $4;
           if (!$6.empty()) node->schema = BUILD.name($5);
           node->name = BUILD.name($6.empty() ? $5 : $6);
           node->as_select = $8;
           $$ = node;
         }
       ;
temporary: TEMP { $$ = true; } | %empty { $$ = false; } ;
if_not_exists: %empty { $$ = false; } | IF NOT EXISTS { $$ = true; } ;
if_exists: IF EXISTS { $$ = true; } | %empty { $$ = false; } ;
table_options: %empty                           { $$ = 0; }
             | table_option                     { $$ = $1; }
             | table_options COMMA table_option { $$ = $1 | $3; }
             ;
table_option: WITHOUT name { $$ = sql::table_option(BUILD, "without", $2); }
            | name         { $$ = sql::table_option(BUILD, "", $1); }
            ;
column_list: column_list COMMA column_name constraints {
               $3->constraints = $4.span();
               $3->span.end = @4.end;
               $$ = BUILD.append($1, *$3);
             }
           | column_name constraints {
               $1->constraints = $2.span();
               $1->span.end = @2.end;
               $$ = BUILD.one(*$1);
             }
           ;
column_name: name type_token {
               $$ = BUILD.column_definition($1, $2, @$);
             }
           ;
type_token: %empty                                             { $$ = Span{}; }
          | type_words                                         { $$ = @$; }
          | type_words LP signed_number RP                     { $$ = @$; }
          | type_words LP signed_number COMMA signed_number RP { $$ = @$; }
          ;
type_words: word | type_words word { $$ = @$; } ;
number: INTEGER { $$ = @1; } | FLOAT { $$ = @1; } ;
signed_number: PLUS number { $$ = @$; } | number | MINUS number { $$ = @$; } ;

constraints: constraints column_constraint {
               if ($2 == nullptr) {
                 $$ = $1;
               } else {
                 $2->name = BUILD.take_constraint_name();
                 $2->span = @2;
                 $$ = BUILD.append($1, *$2);
               }
             }
           | constraints CONSTRAINT name { BUILD.set_constraint_name($3); $$ = $1; }
           | constraints deferral        { BUILD.defer($1, $2); $$ = $1; }
           | %empty                      { $$ = BUILD.empty_list<sql::ColumnConstraint>(); }
           ;
column_constraint: DEFAULT term { $$ = BUILD.column_default($2, BUILD.text(@2)); }
                 | DEFAULT LP expr RP { $$ = BUILD.column_default($3, BUILD.trimmed(@2.end, @4.begin)); }
                 | DEFAULT PLUS term { $$ = BUILD.column_default($3, BUILD.trimmed(@2.begin, @3.end)); }
                 | DEFAULT MINUS term {
                     $$ = BUILD.column_default(BUILD.unary(ExprKind::kNegate, $3, Span{@2.begin, @3.end}),
                                               BUILD.trimmed(@2.begin, @3.end));
                   }
                 | DEFAULT plain_name { $$ = BUILD.column_default(BUILD.word_as_string($2), BUILD.text($2)); }
                 | NULL conflict_clause { $$ = BUILD.constraint(sql::ColumnConstraintKind::kNull, $2); }
                 | NOT NULL conflict_clause { $$ = BUILD.constraint(sql::ColumnConstraintKind::kNotNull, $3); }
                 | PRIMARY KEY direction conflict_clause autoincrement {
                     $$ = BUILD.constraint(sql::ColumnConstraintKind::kPrimaryKey, $4);
                     $$->descending = $3 == 1;
                     $$->autoincrement = $5;
                   }
                 | UNIQUE conflict_clause { $$ = BUILD.constraint(sql::ColumnConstraintKind::kUnique, $2); }
                 | CHECK LP expr RP {
                     $$ = BUILD.constraint(sql::ColumnConstraintKind::kCheck, 0);
                     $$->expr = $3;
                     $$->text = BUILD.trimmed(@2.end, @4.begin);
                   }
                 | REFERENCES name plain_list_opt reference_arguments {
                     $$ = BUILD.constraint(sql::ColumnConstraintKind::kReferences, 0);
                     $4->table = BUILD.name($2);
                     $4->columns = $3.span();
                     $4->span = @$;
                     $$->references = $4;
                   }
                 | COLLATE word {
                     $$ = BUILD.constraint(sql::ColumnConstraintKind::kCollate, 0);
                     $$->collation = BUILD.name($2).text;
                   }
                 | GENERATED ALWAYS AS LP expr RP generated_kind { $$ = BUILD.generated($5, $7); }
                 | AS LP expr RP generated_kind                  { $$ = BUILD.generated($3, $5); }
                 ;
generated_kind: %empty { $$ = false; } | ID { $$ = BUILD.is_stored(@1); } ;
autoincrement: %empty { $$ = false; } | AUTOINCR { $$ = true; } ;
reference_arguments: %empty { $$ = BUILD.make<sql::References>(); }
                   | reference_arguments MATCH name { $$ = $1; }
                   | reference_arguments ON INSERT foreign_key_action { $$ = $1; }
                   | reference_arguments ON DELETE foreign_key_action {
                       $$ = $1;
                       $$->on_delete = static_cast<ForeignKeyAction>($4);
                     }
                   | reference_arguments ON UPDATE foreign_key_action {
                       $$ = $1;
                       $$->on_update = static_cast<ForeignKeyAction>($4);
                     }
                   ;
foreign_key_action: SET NULL    { $$ = static_cast<int>(ForeignKeyAction::kSetNull); }
                  | SET DEFAULT { $$ = static_cast<int>(ForeignKeyAction::kSetDefault); }
                  | CASCADE     { $$ = static_cast<int>(ForeignKeyAction::kCascade); }
                  | RESTRICT    { $$ = static_cast<int>(ForeignKeyAction::kRestrict); }
                  | NO ACTION   { $$ = static_cast<int>(ForeignKeyAction::kNoAction); }
                  ;
// Bit 0: deferrable, bit 1: initially deferred.
deferral: NOT DEFERRABLE initially { $$ = 0; } | DEFERRABLE initially { $$ = 1 | $2; } ;
initially: %empty { $$ = 0; } | INITIALLY DEFERRED { $$ = 2; } | INITIALLY IMMEDIATE { $$ = 0; } ;

table_constraints_opt: %empty { $$ = BUILD.empty_list<sql::TableConstraint>(); }
                     | COMMA table_constraints { $$ = $2; }
                     ;
table_constraints: table_constraints constraint_comma table_constraint { $$ = BUILD.add_table_constraint($1); }
                 | table_constraint {
                     $$ = BUILD.add_table_constraint(BUILD.empty_list<sql::TableConstraint>());
                   }
                 ;
constraint_comma: COMMA { BUILD.set_constraint_name(Span{}); } | %empty ;
table_constraint: CONSTRAINT name { BUILD.set_constraint_name($2); }
                | PRIMARY KEY LP sort_list autoincrement RP conflict_clause {
                    auto& node = BUILD.new_table_constraint(sql::TableConstraintKind::kPrimaryKey, $7, @$);
                    node.key = $4.span();
                    node.autoincrement = $5;
                  }
                | UNIQUE LP sort_list RP conflict_clause {
                    BUILD.new_table_constraint(sql::TableConstraintKind::kUnique, $5, @$).key = $3.span();
                  }
                | CHECK LP expr RP conflict_clause {
                    auto& node = BUILD.new_table_constraint(sql::TableConstraintKind::kCheck, $5, @$);
                    node.check = $3;
                    node.text = BUILD.trimmed(@2.end, @4.begin);
                  }
                | FOREIGN KEY LP plain_list RP REFERENCES name plain_list_opt reference_arguments deferral_opt {
                    auto& node = BUILD.new_table_constraint(sql::TableConstraintKind::kForeignKey, 0, @$);
                    node.columns = $4.span();
                    $9->table = BUILD.name($7);
                    $9->columns = $8.span();
                    $9->deferrable = ($10 & 1) != 0;
                    $9->initially_deferred = ($10 & 2) != 0;
                    $9->span = Span{@6.begin, @10.end};
                    node.references = $9;
                  }
                ;
deferral_opt: %empty { $$ = 0; } | deferral ;
conflict_clause: %empty { $$ = static_cast<int>(ConflictAction::kNone); }
               | ON CONFLICT resolve_action { $$ = $3; }
               ;
or_clause: %empty { $$ = static_cast<int>(ConflictAction::kNone); } | OR resolve_action { $$ = $2; } ;
resolve_action: raise_action
              | IGNORE  { $$ = static_cast<int>(ConflictAction::kIgnore); }
              | REPLACE { $$ = static_cast<int>(ConflictAction::kReplace); }
              ;
raise_action: ROLLBACK { $$ = static_cast<int>(ConflictAction::kRollback); }
            | ABORT    { $$ = static_cast<int>(ConflictAction::kAbort); }
            | FAIL     { $$ = static_cast<int>(ConflictAction::kFail); }
            ;

// Other definitions.
command: DROP TABLE if_exists full_name   { $$ = BUILD.drop(sql::DropKind::kTable, $3, *$4); }
       | DROP VIEW if_exists full_name    { $$ = BUILD.drop(sql::DropKind::kView, $3, *$4); }
       | DROP INDEX if_exists full_name   { $$ = BUILD.drop(sql::DropKind::kIndex, $3, *$4); }
       | DROP TRIGGER if_exists full_name { $$ = BUILD.drop(sql::DropKind::kTrigger, $3, *$4); }
       | CREATE temporary VIEW if_not_exists name schema_part plain_list_opt AS select {
           auto* node = BUILD.statement(sql::CreateView{});
           const Span own_name = $6.empty() ? $5 : $6;
           node->temporary = $2;
           node->if_not_exists = $4;
           if (!$6.empty()) node->schema = BUILD.name($5);
           node->name = BUILD.name(own_name);
           node->columns = $7.span();
           node->select = $9;
           BUILD.store_text_from("VIEW", own_name, &node->stored_text);
           $$ = node;
         }
       | CREATE unique INDEX if_not_exists name schema_part ON name LP sort_list RP where {
           auto* node = BUILD.statement(sql::CreateIndex{});
           const Span own_name = $6.empty() ? $5 : $6;
           node->unique = $2;
           node->if_not_exists = $4;
           if (!$6.empty()) node->schema = BUILD.name($5);
           node->name = BUILD.name(own_name);
           node->table = BUILD.name($8);
           BUILD.check_list_length($10.size, "index");
           node->columns = $10.span();
           node->where = $12;
           BUILD.store_text_from($2 ? "UNIQUE INDEX" : "INDEX", own_name, &node->stored_text);
           $$ = node;
         }
       ;
unique: UNIQUE { $$ = true; } | %empty { $$ = false; } ;

command: trigger_head BEGIN trigger_body END {
           auto* node = static_cast<sql::CreateTrigger*>($1);
           node->body = $3.span();
           const Name& own_name = node->name;
           node->stored_text = BUILD.stored_text("TRIGGER", own_name.span.begin, @4.end);
           BUILD.leave_trigger();
           $$ = node;
         }
       ;
trigger_head: CREATE temporary TRIGGER if_not_exists name schema_part trigger_time trigger_event ON full_name
              for_each_row when_clause {
                auto* node = BUILD.statement(sql::CreateTrigger{});
                node->temporary = $2;
                node->if_not_exists = $4;
                if (!$6.empty()) node->schema = BUILD.name($5);
                node->name = BUILD.name($6.empty() ? $5 : $6);
                node->time = static_cast<sql::TriggerTime>($7);
                node->event = $8.event;
                node->update_of = $8.columns;
                node->table_schema = $10->schema;
                node->table = $10->name;
                node->when = $12;
                BUILD.enter_trigger();
                $$ = node;
              }
            ;
trigger_time: BEFORE     { $$ = static_cast<int>(sql::TriggerTime::kBefore); }
            | AFTER      { $$ = static_cast<int>(sql::TriggerTime::kAfter); }
            | INSTEAD OF { $$ = static_cast<int>(sql::TriggerTime::kInsteadOf); }
            | %empty     { $$ = static_cast<int>(sql::TriggerTime::kBefore); }
            ;
trigger_event: DELETE { $$.event = sql::TriggerEvent::kDelete; $$.columns = {}; }
             | INSERT { $$.event = sql::TriggerEvent::kInsert; $$.columns = {}; }
             | UPDATE { $$.event = sql::TriggerEvent::kUpdate; $$.columns = {}; }
             | UPDATE OF name_list {
                 auto columns = $3;
                 $$.event = sql::TriggerEvent::kUpdate;
                 $$.columns = columns.span();
               }
             ;
for_each_row: %empty | FOR EACH ROW ;
when_clause: %empty { $$ = nullptr; } | WHEN expr { $$ = $2; } ;
trigger_body: trigger_body trigger_statement SEMI { $$ = BUILD.append<const sql::Statement*>($1, $2); }
            | trigger_statement SEMI              { $$ = BUILD.one<const sql::Statement*>($1); }
            ;
trigger_target: name { $$ = BUILD.target($1); }
              | name DOT name {
                  $$ = BUILD.target($1, $3);
                  BUILD.fail("qualified table names are not allowed on INSERT, UPDATE, and DELETE statements within "
                             "triggers");
                }
              ;
trigger_index_hint: %empty
                  | INDEXED BY name {
                      BUILD.fail("the INDEXED BY clause is not allowed on UPDATE or DELETE statements within triggers");
                    }
                  | NOT INDEXED {
                      BUILD.fail("the NOT INDEXED clause is not allowed on UPDATE or DELETE statements within "
                                 "triggers");
                    }
                  ;
trigger_statement: UPDATE or_clause trigger_target trigger_index_hint SET set_list from where {
                     auto* node = BUILD.statement(sql::Update{});
                     node->action = static_cast<ConflictAction>($2);
                     node->target = *$3;
                     node->assignments = $6.span();
                     node->from = $7.span();
                     node->where = $8;
                     node->span = @$;
                     $$ = node;
                   }
                 | insert_or_replace INTO trigger_target name_list_opt select upsert {
                     auto* node = BUILD.statement(sql::Insert{});
                     node->action = static_cast<ConflictAction>($1);
                     node->target = *$3;
                     node->columns = $4.span();
                     node->source = $5;
                     node->upserts = BUILD.upserts_in_order($6);
                     node->returning = $6.returning;
                     node->span = @$;
                     $$ = node;
                   }
                 | DELETE FROM trigger_target trigger_index_hint where {
                     auto* node = BUILD.statement(sql::Delete{});
                     node->target = *$3;
                     node->where = $5;
                     node->span = @$;
                     $$ = node;
                   }
                 | select {
                     auto* node = BUILD.statement(sql::SelectStatement{});
                     node->select = $1;
                     node->span = @$;
                     $$ = node;
                   }
                 ;

command: module_head {
           BUILD.finish_module($1, @1.end);
           $$ = $1;
         }
       | module_head LP { BUILD.set_module_arguments(true); } module_arguments RP {
           BUILD.set_module_arguments(false);
           static_cast<sql::CreateVirtualTable*>($1)->arguments = $4.span();
           BUILD.finish_module($1, @5.end);
           $$ = $1;
         }
       ;
module_head: CREATE VIRTUAL TABLE if_not_exists name schema_part USING name {
               auto* node = BUILD.statement(sql::CreateVirtualTable{});
               node->if_not_exists = $4;
               if (!$6.empty()) node->schema = BUILD.name($5);
               node->name = BUILD.name($6.empty() ? $5 : $6);
               node->module = BUILD.name($8);
               $$ = node;
             }
           ;
module_arguments: module_argument {
                    $$ = BUILD.one(BUILD.trimmed(@1.begin, @1.end));
                  }
                | module_arguments COMMA module_argument {
                    $$ = BUILD.append($1, BUILD.trimmed(@3.begin, @3.end));
                  }
                ;
module_argument: %empty | module_argument module_token ;
module_token: ANY | LP any_tokens RP ;
any_tokens: %empty | any_tokens LP any_tokens RP | any_tokens ANY ;

command: ALTER TABLE full_name RENAME TO name {
           auto* node = BUILD.alter(sql::AlterKind::kRenameTable, *$3);
           node->new_name = BUILD.name($6);
           $$ = node;
         }
       | ALTER TABLE full_name ADD column_word column_name constraints {
           auto* node = BUILD.alter(sql::AlterKind::kAddColumn, *$3);
           $6->constraints = $7.span();
           $6->span.end = @7.end;
           node->new_column = $6;
           $$ = node;
         }
       | ALTER TABLE full_name DROP column_word name {
           auto* node = BUILD.alter(sql::AlterKind::kDropColumn, *$3);
           node->column = BUILD.name($6);
           $$ = node;
         }
       | ALTER TABLE full_name RENAME column_word name TO name {
           auto* node = BUILD.alter(sql::AlterKind::kRenameColumn, *$3);
           node->column = BUILD.name($6);
           node->new_name = BUILD.name($8);
           $$ = node;
         }
       ;
column_word: %empty | COLUMNKW ;

command: REINDEX { $$ = BUILD.statement(sql::Reindex{}); }
       | REINDEX name schema_part {
           auto* node = BUILD.statement(sql::Reindex{});
           if (!$3.empty()) node->schema = BUILD.name($2);
           node->name = BUILD.name($3.empty() ? $2 : $3);
           $$ = node;
         }
       | ANALYZE { $$ = BUILD.statement(sql::Analyze{}); }
       | ANALYZE name schema_part {
           auto* node = BUILD.statement(sql::Analyze{});
           if (!$3.empty()) node->schema = BUILD.name($2);
           node->name = BUILD.name($3.empty() ? $2 : $3);
           $$ = node;
         }
       | VACUUM vacuum_into {
           auto* node = BUILD.statement(sql::Vacuum{});
           node->into = $2;
           $$ = node;
         }
       | VACUUM name vacuum_into {
           auto* node = BUILD.statement(sql::Vacuum{});
           node->schema = BUILD.name($2);
           node->into = $3;
           $$ = node;
         }
       | PRAGMA name schema_part                         { $$ = BUILD.pragma($2, $3, false, Span{}, Span{}); }
       | PRAGMA name schema_part EQ pragma_word          { $$ = BUILD.pragma($2, $3, true, $5, @5); }
       | PRAGMA name schema_part LP pragma_word RP       { $$ = BUILD.pragma($2, $3, true, $5, @5); }
       | PRAGMA name schema_part EQ MINUS number         { $$ = BUILD.pragma($2, $3, true, $6, Span{@5.begin, @6.end}); }
       | PRAGMA name schema_part LP MINUS number RP      { $$ = BUILD.pragma($2, $3, true, $6, Span{@5.begin, @6.end}); }
       | ATTACH database_word expr AS expr key           { $$ = BUILD.attach($3, $5, $6); }
       | DETACH database_word expr {
           auto* node = BUILD.statement(sql::Detach{});
           node->name = BUILD.bare_word_is_string($3);
           $$ = node;
         }
       ;
vacuum_into: INTO expr { $$ = $2; } | %empty { $$ = nullptr; } ;
pragma_word: PLUS number { $$ = $2; } | number | name | ON { $$ = @1; } | DELETE { $$ = @1; } | DEFAULT { $$ = @1; } ;
database_word: DATABASE | %empty ;
key: %empty { $$ = nullptr; } | KEY expr { $$ = $2; } ;

// SELECT.
command: select {
           auto* node = BUILD.statement(sql::SelectStatement{});
           node->select = $1;
           $$ = node;
         }
       ;
select: with_clause select_without_with { $$ = BUILD.finish_compound($2, $1); }
      | select_without_with             { $$ = BUILD.finish_compound($1, nullptr); }
      ;
with_opt: %empty { $$ = nullptr; } | with_clause ;
with_clause: WITH common_tables {
               $$ = BUILD.make<sql::With>();
               $$->tables = $2.span();
               $$->span = @$;
             }
           | WITH RECURSIVE common_tables {
               $$ = BUILD.make<sql::With>();
               $$->recursive = true;
               $$->tables = $3.span();
               $$->span = @$;
             }
           ;
common_tables: name plain_list_opt cte_hint LP select RP {
                 $$ = BUILD.append_common_table(
                     BUILD.empty_list<sql::CommonTable>(),
                     sql::CommonTable{BUILD.name($1), $2.span(), $5, static_cast<sql::Materialized>($3), @$});
               }
             | common_tables COMMA name plain_list_opt cte_hint LP select RP {
                 $$ = BUILD.append_common_table(
                     $1, sql::CommonTable{BUILD.name($3), $4.span(), $7, static_cast<sql::Materialized>($5),
                                          Span{@3.begin, @8.end}});
               }
             ;
cte_hint: AS                  { $$ = static_cast<int>(sql::Materialized::kAny); }
        | AS MATERIALIZED     { $$ = static_cast<int>(sql::Materialized::kMaterialized); }
        | AS NOT MATERIALIZED { $$ = static_cast<int>(sql::Materialized::kNotMaterialized); }
        ;
select_without_with: select_core
                   | select_without_with compound_operator select_core {
                       $$ = BUILD.compound($1, static_cast<CompoundOperator>($2), $3);
                     }
                   ;
compound_operator: UNION     { $$ = static_cast<int>(CompoundOperator::kUnion); }
                 | UNION ALL { $$ = static_cast<int>(CompoundOperator::kUnionAll); }
                 | EXCEPT    { $$ = static_cast<int>(CompoundOperator::kExcept); }
                 | INTERSECT { $$ = static_cast<int>(CompoundOperator::kIntersect); }
                 ;
select_core: SELECT select_distinct result_columns from where group_by having order_by limit {
               sql::Select core;
               core.distinct = $2 == 1;
               core.columns = $3.span();
               core.from = $4.span();
               core.where = $5;
               core.group_by = $6.span();
               core.having = $7;
               core.order_by = $8.span();
               core.limit = $9.limit;
               core.offset = $9.offset;
               core.span = @$;
               $$ = BUILD.finish_select(core);
             }
           | SELECT select_distinct result_columns from where group_by having window_clause order_by limit {
               sql::Select core;
               core.distinct = $2 == 1;
               core.columns = $3.span();
               core.from = $4.span();
               core.where = $5;
               core.group_by = $6.span();
               core.having = $7;
               core.windows = $8.span();
               core.order_by = $9.span();
               core.limit = $10.limit;
               core.offset = $10.offset;
               core.span = @$;
               $$ = BUILD.finish_select(core);
             }
           | values
           ;
values: VALUES LP expr_list RP       { $$ = BUILD.values($3, @$); }
      | values COMMA LP expr_list RP { $$ = BUILD.append_values($1, $4, @$); }
      ;
select_distinct: DISTINCT { $$ = 1; } | ALL { $$ = 2; } | %empty { $$ = 0; } ;

// `column_end` stands behind every expression of a result list: the text up to the next token names the column.
// SQLite's grammar marks the beginning as well, which costs an entry of its stack per nested SELECT.
result_prefix: result_columns COMMA { $$ = $1; } | %empty { $$ = BUILD.empty_list<sql::ResultColumn>(); } ;
column_begin: %empty ;
column_end: %empty { $$ = static_cast<int>(yychar == T_SQL_GRAMMAR_EMPTY ? @0.end : yylloc.begin); } ;
result_columns: result_prefix column_begin expr column_end alias {
                  $$ = BUILD.append($1, BUILD.result_column($3, $5, @3.begin, static_cast<std::uint32_t>($4)));
                }
              | result_prefix column_begin STAR {
                  sql::ResultColumn column;
                  column.kind = sql::ResultColumnKind::kStar;
                  column.span = @3;
                  $$ = BUILD.append($1, column);
                }
              | result_prefix column_begin name DOT STAR {
                  sql::ResultColumn column;
                  column.kind = sql::ResultColumnKind::kTableStar;
                  column.name = BUILD.name($3);
                  column.span = Span{@3.begin, @5.end};
                  $$ = BUILD.append($1, column);
                }
              ;
alias: AS name { $$ = $2; } | word | %empty { $$ = Span{}; } ;

from: %empty { $$ = BUILD.empty_list<sql::FromItem>(); } | FROM from_list { $$ = $2; } ;
from_prefix: from_list join_operator { $$ = sql::FromPrefix{$1, BUILD.join_operator($2)}; }
           | %empty { $$ = sql::FromPrefix{BUILD.empty_list<sql::FromItem>(), {}}; }
           ;
from_list: from_prefix name schema_part alias on_using {
             sql::FromItem item = BUILD.from_table($2, $3);
             item.span = Span{@2.begin, @4.end};
             $$ = BUILD.append_from($1, item, $4, $5);
           }
         | from_prefix name schema_part alias indexed_by on_using {
             sql::FromItem item = BUILD.from_table($2, $3);
             item.span = Span{@2.begin, @4.end};
             if ($5.empty()) item.not_indexed = true;
             else item.indexed_by = BUILD.name($5);
             $$ = BUILD.append_from($1, item, $4, $6);
           }
         | from_prefix name schema_part LP expr_list_opt RP alias on_using {
             sql::FromItem item = BUILD.from_table($2, $3);
             item.kind = sql::FromKind::kFunction;
             item.arguments = $5.span();
             item.span = Span{@2.begin, @7.end};
             $$ = BUILD.append_from($1, item, $7, $8);
           }
         | from_prefix LP select RP alias on_using {
             sql::FromItem item;
             item.kind = sql::FromKind::kSubquery;
             item.select = $3;
             item.span = Span{@2.begin, @5.end};
             $$ = BUILD.append_from($1, item, $5, $6);
           }
         | from_prefix LP from_list RP alias on_using {
             $$ = BUILD.append_parenthesised($1, $3, $5, $6, Span{@2.begin, @5.end});
           }
         ;
join_operator: COMMA { $$ = sql::JoinWords{{}, 0, true}; }
             | JOIN  { $$ = sql::JoinWords{{}, 0, false}; }
             | JOIN_KW JOIN { $$ = sql::JoinWords{{@1, {}, {}}, 1, false}; }
             | JOIN_KW name JOIN { $$ = sql::JoinWords{{@1, @2, {}}, 2, false}; }
             | JOIN_KW name name JOIN { $$ = sql::JoinWords{{@1, @2, @3}, 3, false}; }
             ;
on_using: ON expr            { $$.on = $2; $$.columns = BUILD.empty_list<Name>(); }
        | USING LP name_list RP {
            auto columns = $3;
            $$.on = nullptr;
            $$.columns = columns;
          }
        | %empty %prec OR    { $$.on = nullptr; $$.columns = BUILD.empty_list<Name>(); }
        ;
// An empty span means NOT INDEXED.
indexed_by: INDEXED BY name { $$ = $3; } | NOT INDEXED { $$ = Span{}; } ;

order_by: %empty { $$ = BUILD.empty_list<sql::OrderTerm>(); } | ORDER BY sort_list { $$ = $3; } ;
sort_list: sort_list COMMA sort_term { $$ = BUILD.append($1, $3); } | sort_term { $$ = BUILD.one($1); } ;
sort_term: expr direction nulls_order {
             $$ = sql::OrderTerm{$1, $2 == 1, static_cast<sql::NullsOrder>($3)};
           }
         ;
direction: ASC { $$ = 0; } | DESC { $$ = 1; } | %empty { $$ = -1; } ;
nulls_order: NULLS FIRST { $$ = static_cast<int>(sql::NullsOrder::kFirst); }
           | NULLS LAST  { $$ = static_cast<int>(sql::NullsOrder::kLast); }
           | %empty      { $$ = static_cast<int>(sql::NullsOrder::kDefault); }
           ;
group_by: %empty { $$ = BUILD.empty_list<const Expr*>(); } | GROUP BY expr_list { $$ = $3; } ;
having: %empty { $$ = nullptr; } | HAVING expr { $$ = $2; } ;
where: %empty { $$ = nullptr; } | WHERE expr { $$ = $2; } ;
limit: %empty                  { $$ = sql::Limit{nullptr, nullptr}; }
     | LIMIT expr              { $$ = sql::Limit{$2, nullptr}; }
     | LIMIT expr OFFSET expr  { $$ = sql::Limit{$2, $4}; }
     | LIMIT expr COMMA expr   { $$ = sql::Limit{$4, $2}; }
     ;

// DELETE, UPDATE, INSERT.
command: with_opt DELETE FROM target index_hint where_returning order_by limit {
           auto* node = BUILD.statement(sql::Delete{});
           node->with = $1;
           node->target = BUILD.hinted_target(*$4, $5);
           node->where = $6.where;
           node->returning = $6.returning;
           node->order_by = $7.span();
           node->limit = $8.limit;
           node->offset = $8.offset;
           $$ = node;
         }
       | with_opt UPDATE or_clause target index_hint SET set_list from where_returning order_by limit {
           auto* node = BUILD.statement(sql::Update{});
           node->with = $1;
           node->action = static_cast<ConflictAction>($3);
           node->target = BUILD.hinted_target(*$4, $5);
           BUILD.check_list_length($7.size, "set list");
           node->assignments = $7.span();
           node->from = $8.span();
           node->where = $9.where;
           node->returning = $9.returning;
           node->order_by = $10.span();
           node->limit = $11.limit;
           node->offset = $11.offset;
           $$ = node;
         }
       | with_opt insert_or_replace INTO target name_list_opt select upsert {
           auto* node = BUILD.statement(sql::Insert{});
           node->with = $1;
           node->action = static_cast<ConflictAction>($2);
           node->target = *$4;
           node->columns = $5.span();
           node->source = $6;
           node->upserts = BUILD.upserts_in_order($7);
           node->returning = $7.returning;
           $$ = node;
         }
       | with_opt insert_or_replace INTO target name_list_opt DEFAULT VALUES returning_opt {
           auto* node = BUILD.statement(sql::Insert{});
           node->with = $1;
           node->action = static_cast<ConflictAction>($2);
           node->target = *$4;
           node->columns = $5.span();
           node->returning = $8.span();
           $$ = node;
         }
       ;
index_hint: %empty { $$ = sql::IndexHint{false, {}}; } | indexed_by { $$ = sql::IndexHint{true, $1}; } ;
where_returning: %empty                         { $$ = sql::ReturningTail{nullptr, {}}; }
               | WHERE expr                     { $$ = sql::ReturningTail{$2, {}}; }
               | RETURNING result_columns       { $$ = sql::ReturningTail{nullptr, BUILD.returning($2)}; }
               | WHERE expr RETURNING result_columns { $$ = sql::ReturningTail{$2, BUILD.returning($4)}; }
               ;
returning_opt: %empty { $$ = BUILD.empty_list<sql::ResultColumn>(); }
             | RETURNING result_columns { BUILD.returning($2); $$ = $2; }
             ;
set_list: set_list COMMA name EQ expr { $$ = BUILD.append($1, BUILD.assign($3, $5)); }
        | set_list COMMA LP name_list RP EQ expr { $$ = BUILD.append($1, BUILD.assign_row($4, $7)); }
        | name EQ expr { $$ = BUILD.one(BUILD.assign($1, $3)); }
        | LP name_list RP EQ expr { $$ = BUILD.one(BUILD.assign_row($2, $5)); }
        ;
insert_or_replace: INSERT or_clause { $$ = $2; } | REPLACE { $$ = static_cast<int>(ConflictAction::kReplace); } ;
upsert: %empty { $$ = sql::UpsertTail{BUILD.empty_list<sql::Upsert>(), {}}; }
      | RETURNING result_columns {
          $$ = sql::UpsertTail{BUILD.empty_list<sql::Upsert>(), BUILD.returning($2)};
        }
      | ON CONFLICT LP sort_list RP where DO UPDATE SET set_list where upsert {
          $$ = BUILD.add_upsert($12, sql::Upsert{$4.span(), $6, false, $10.span(), $11, Span{@1.begin, @11.end}});
        }
      | ON CONFLICT LP sort_list RP where DO NOTHING upsert {
          $$ = BUILD.add_upsert($9, sql::Upsert{$4.span(), $6, true, {}, nullptr, Span{@1.begin, @8.end}});
        }
      | ON CONFLICT DO NOTHING returning_opt {
          sql::UpsertTail tail{BUILD.empty_list<sql::Upsert>(), $5.span()};
          $$ = BUILD.add_upsert(tail, sql::Upsert{{}, nullptr, true, {}, nullptr, Span{@1.begin, @4.end}});
        }
      | ON CONFLICT DO UPDATE SET set_list where returning_opt {
          sql::UpsertTail tail{BUILD.empty_list<sql::Upsert>(), $8.span()};
          $$ = BUILD.add_upsert(tail, sql::Upsert{{}, nullptr, false, $6.span(), $7, Span{@1.begin, @7.end}});
        }
      ;

// Expressions.
expr: term
    | LP expr RP         { $$ = $2; }
    | plain_name         { $$ = BUILD.column($1); }
    | JOIN_KW            { $$ = BUILD.column(@1); }
    | name DOT name      { $$ = BUILD.column($1, $3); }
    | name DOT name DOT name { $$ = BUILD.column($1, $3, $5); }
    | VARIABLE           { $$ = BUILD.parameter(@1); }
    | expr COLLATE word  { $$ = BUILD.collate($1, $3, @$); }
    | CAST LP expr AS type_token RP { $$ = BUILD.cast($3, BUILD.cast_type($5), @$); }
    | plain_name LP select_distinct expr_list_opt RP { $$ = BUILD.function(@1, $3 == 1, false, $4, nullptr, @$); }
    | plain_name LP STAR RP      {
        $$ = BUILD.function(@1, false, true, BUILD.empty_list<const Expr*>(), nullptr, @$);
      }
    | plain_name LP select_distinct expr_list_opt RP function_tail {
        $$ = BUILD.function(@1, $3 == 1, false, $4, $6, @$);
      }
    | plain_name LP STAR RP function_tail {
        $$ = BUILD.function(@1, false, true, BUILD.empty_list<const Expr*>(), $5, @$);
      }
    | LP expr_list COMMA expr RP { $$ = BUILD.row(BUILD.append<const Expr*>($2, $4), @$); }
    // Two rules end alike: a BETWEEN's AND belongs to it, and x IS NOT y has no NOT of its own. SQLite decides by
    // precedence, Bison by which rule stands first.
    | expr negated_between expr AND expr %prec BETWEEN { $$ = BUILD.between($2, $1, $3, $5, @$); }
    | expr AND expr      { $$ = BUILD.binary(ExprKind::kAnd, $1, $3, @$); }
    | expr OR expr       { $$ = BUILD.binary(ExprKind::kOr, $1, $3, @$); }
    | expr LT expr       { $$ = BUILD.binary(ExprKind::kLt, $1, $3, @$); }
    | expr GT expr       { $$ = BUILD.binary(ExprKind::kGt, $1, $3, @$); }
    | expr GE expr       { $$ = BUILD.binary(ExprKind::kGe, $1, $3, @$); }
    | expr LE expr       { $$ = BUILD.binary(ExprKind::kLe, $1, $3, @$); }
    | expr EQ expr       { $$ = BUILD.binary(ExprKind::kEq, $1, $3, @$); }
    | expr NE expr       { $$ = BUILD.binary(ExprKind::kNe, $1, $3, @$); }
    | expr BITAND expr   { $$ = BUILD.binary(ExprKind::kBitAnd, $1, $3, @$); }
    | expr BITOR expr    { $$ = BUILD.binary(ExprKind::kBitOr, $1, $3, @$); }
    | expr LSHIFT expr   { $$ = BUILD.binary(ExprKind::kShiftLeft, $1, $3, @$); }
    | expr RSHIFT expr   { $$ = BUILD.binary(ExprKind::kShiftRight, $1, $3, @$); }
    | expr PLUS expr     { $$ = BUILD.binary(ExprKind::kAdd, $1, $3, @$); }
    | expr MINUS expr    { $$ = BUILD.binary(ExprKind::kSubtract, $1, $3, @$); }
    | expr STAR expr     { $$ = BUILD.binary(ExprKind::kMultiply, $1, $3, @$); }
    | expr SLASH expr    { $$ = BUILD.binary(ExprKind::kDivide, $1, $3, @$); }
    | expr REM expr      { $$ = BUILD.binary(ExprKind::kRemainder, $1, $3, @$); }
    | expr CONCAT expr   { $$ = BUILD.binary(ExprKind::kConcat, $1, $3, @$); }
    | expr PTR expr      {
        $$ = BUILD.binary(@2.end - @2.begin == 3 ? ExprKind::kJsonArrowText : ExprKind::kJsonArrow, $1, $3, @$);
      }
    | expr like_operator expr %prec LIKE_KW {
        $$ = BUILD.like(static_cast<ExprKind>($2 & 255), ($2 & 256) != 0, $1, $3, nullptr, @$);
      }
    | expr like_operator expr ESCAPE expr %prec LIKE_KW {
        $$ = BUILD.like(static_cast<ExprKind>($2 & 255), ($2 & 256) != 0, $1, $3, $5, @$);
      }
    | expr ISNULL        { $$ = BUILD.unary(ExprKind::kIsNull, $1, @$); }
    | expr NOTNULL       { $$ = BUILD.unary(ExprKind::kNotNull, $1, @$); }
    | expr NOT NULL      { $$ = BUILD.unary(ExprKind::kNotNull, $1, @$); }
    | expr IS expr       { $$ = BUILD.is(ExprKind::kIs, $1, $3, @$); }
    | expr IS NOT expr %prec IS { $$ = BUILD.is(ExprKind::kIsNot, $1, $4, @$); }
    | expr IS NOT DISTINCT FROM expr %prec IS { $$ = BUILD.is(ExprKind::kIs, $1, $6, @$); }
    | expr IS DISTINCT FROM expr %prec IS     { $$ = BUILD.is(ExprKind::kIsNot, $1, $5, @$); }
    | NOT expr           { $$ = BUILD.unary(ExprKind::kNot, $2, @$); }
    | BITNOT expr        { $$ = BUILD.unary(ExprKind::kBitNot, $2, @$); }
    | PLUS expr %prec BITNOT  { $$ = BUILD.unary(ExprKind::kPlus, $2, @$); }
    | MINUS expr %prec BITNOT { $$ = BUILD.unary(ExprKind::kNegate, $2, @$); }
    | expr negated_in LP expr_list_opt RP %prec IN { $$ = BUILD.in_list($2, $1, $4, @$); }
    | expr negated_in LP select RP %prec IN        { $$ = BUILD.in_select($2, $1, $4, @$); }
    | expr negated_in name schema_part in_arguments %prec IN {
        $$ = BUILD.in_table($2, $1, $4.empty() ? Span{} : $3, $4.empty() ? $3 : $4, $5, @$);
      }
    | LP select RP        { $$ = BUILD.subquery(ExprKind::kSubquery, $2, @$); }
    | EXISTS LP select RP { $$ = BUILD.subquery(ExprKind::kExists, $3, @$); }
    | CASE case_operand case_list case_else END { $$ = BUILD.case_of($2, $3, $4, @$); }
    | RAISE LP IGNORE RP  { $$ = BUILD.raise(sql::RaiseAction::kIgnore, Span{}, @$); }
    | RAISE LP raise_action COMMA name RP {
        $$ = BUILD.raise(sql::raise_action(static_cast<ConflictAction>($3)), $5, @$);
      }
    ;
term: NULL     { $$ = BUILD.leaf(ExprKind::kNull, @1); }
    | FLOAT    { $$ = BUILD.leaf(ExprKind::kReal, @1); }
    | BLOB     { $$ = BUILD.leaf(ExprKind::kBlob, @1); }
    | STRING   { $$ = BUILD.leaf(ExprKind::kString, @1); }
    | INTEGER  { $$ = BUILD.leaf(ExprKind::kInteger, @1); }
    | CTIME_KW { $$ = BUILD.current_time(@1); }
    ;
like_operator: LIKE_KW     { $$ = static_cast<int>(BUILD.like_kind(@1)); }
             | MATCH       { $$ = static_cast<int>(ExprKind::kMatch); }
             | NOT LIKE_KW { $$ = static_cast<int>(BUILD.like_kind(@2)) | 256; }
             | NOT MATCH   { $$ = static_cast<int>(ExprKind::kMatch) | 256; }
             ;
negated_between: BETWEEN { $$ = false; } | NOT BETWEEN { $$ = true; } ;
negated_in: IN { $$ = false; } | NOT IN { $$ = true; } ;
in_arguments: %empty { $$ = sql::List<const Expr*>{nullptr, 0, sql::kNoCall}; } | LP expr_list_opt RP { $$ = $2; } ;
case_list: case_list WHEN expr THEN expr {
             $$ = BUILD.append<const Expr*>(BUILD.append<const Expr*>($1, $3), $5);
           }
         | WHEN expr THEN expr { $$ = BUILD.append<const Expr*>(BUILD.one<const Expr*>($2), $4); }
         ;
case_else: ELSE expr { $$ = $2; } | %empty { $$ = nullptr; } ;
case_operand: expr | %empty { $$ = nullptr; } ;
expr_list_opt: expr_list | %empty { $$ = BUILD.empty_list<const Expr*>(); } ;
expr_list: expr_list COMMA expr { $$ = BUILD.append<const Expr*>($1, $3); }
         | expr                 { $$ = BUILD.one<const Expr*>($1); }
         ;

// Windows.
window_clause: WINDOW window_list { $$ = $2; } ;
window_list: window_definition { $$ = BUILD.one(*$1); }
           | window_list COMMA window_definition { $$ = BUILD.append($1, *$3); }
           ;
window_definition: name AS LP window RP {
                     $$ = $4;
                     $$->name = BUILD.name($1);
                     $$->span = @$;
                   }
                 ;
window: PARTITION BY expr_list order_by frame_opt {
          $$ = $5;
          $$->partition_by = $3.span();
          $$->order_by = $4.span();
        }
      | name PARTITION BY expr_list order_by frame_opt {
          $$ = $6;
          $$->base = BUILD.name($1);
          $$->partition_by = $4.span();
          $$->order_by = $5.span();
        }
      | ORDER BY sort_list frame_opt {
          $$ = $4;
          $$->order_by = $3.span();
        }
      | name ORDER BY sort_list frame_opt {
          $$ = $5;
          $$->base = BUILD.name($1);
          $$->order_by = $4.span();
        }
      | frame_opt
      | name frame_opt {
          $$ = $2;
          $$->base = BUILD.name($1);
        }
      ;
frame_opt: %empty { $$ = BUILD.make<sql::Window>(); }
         | frame_unit frame_start frame_exclude {
             const sql::FrameEnds ends{$2, {FrameBoundKind::kCurrentRow, nullptr}};
             $$ = BUILD.frame(static_cast<sql::FrameUnit>($1), ends, static_cast<sql::FrameExclude>($3), @$);
           }
         | frame_unit BETWEEN frame_start AND frame_end frame_exclude {
             const sql::FrameEnds ends{$3, $5};
             $$ = BUILD.frame(static_cast<sql::FrameUnit>($1), ends, static_cast<sql::FrameExclude>($6), @$);
           }
         ;
frame_unit: RANGE  { $$ = static_cast<int>(sql::FrameUnit::kRange); }
          | ROWS   { $$ = static_cast<int>(sql::FrameUnit::kRows); }
          | GROUPS { $$ = static_cast<int>(sql::FrameUnit::kGroups); }
          ;
frame_start: frame_bound
           | UNBOUNDED PRECEDING { $$ = sql::FrameBound{FrameBoundKind::kUnboundedPreceding, nullptr}; }
           ;
frame_end: frame_bound
         | UNBOUNDED FOLLOWING { $$ = sql::FrameBound{FrameBoundKind::kUnboundedFollowing, nullptr}; }
         ;
frame_bound: expr PRECEDING { $$ = sql::FrameBound{FrameBoundKind::kPreceding, $1}; }
           | expr FOLLOWING { $$ = sql::FrameBound{FrameBoundKind::kFollowing, $1}; }
           | CURRENT ROW    { $$ = sql::FrameBound{FrameBoundKind::kCurrentRow, nullptr}; }
           ;
frame_exclude: %empty              { $$ = static_cast<int>(sql::FrameExclude::kNoOthers); }
             | EXCLUDE NO OTHERS   { $$ = static_cast<int>(sql::FrameExclude::kNoOthers); }
             | EXCLUDE CURRENT ROW { $$ = static_cast<int>(sql::FrameExclude::kCurrentRow); }
             | EXCLUDE GROUP       { $$ = static_cast<int>(sql::FrameExclude::kGroup); }
             | EXCLUDE TIES        { $$ = static_cast<int>(sql::FrameExclude::kTies); }
             ;
function_tail: filter_clause over_clause { $$ = BUILD.make<sql::FunctionCall>(); $$->filter = $1; $$->over = $2; }
             | over_clause               { $$ = BUILD.make<sql::FunctionCall>(); $$->over = $1; }
             | filter_clause             { $$ = BUILD.make<sql::FunctionCall>(); $$->filter = $1; }
             ;
over_clause: OVER LP window RP { $$ = $3; $$->span = @$; }
           | OVER name {
               $$ = BUILD.make<sql::Window>();
               $$->name = BUILD.name($2);
               $$->is_reference = true;
               $$->span = @$;
             }
           ;
filter_clause: FILTER LP WHERE expr RP { $$ = $4; } ;

%%

// What stands between the rules and the lexer.

namespace {

using sql::GrammarRun;

/// A stack of states to try tokens on.
class TrialStack {
 public:
  TrialStack(const short* bottom, const short* top) : size_(static_cast<int>(top - bottom) + 1) {
    std::copy(bottom, top + 1, states_);
  }
  int top() const { return states_[size_ - 1]; }
  /// Takes the right side of `rule` off and puts its left side on. False when the stack is full.
  bool reduce(int rule) {
    size_ -= yyr2[rule];
    const int symbol = yyr1[rule] - YYNTOKENS;
    const int from = yypgoto[symbol] + top();
    const int state = 0 <= from && from <= YYLAST && yycheck[from] == top() ? yytable[from] : yydefgoto[symbol];
    if (size_ == YYMAXDEPTH + 1) return false;
    states_[size_++] = static_cast<short>(state);
    return true;
  }

 private:
  short states_[YYMAXDEPTH + 2];
  int size_;
};

/// What the tables say about `symbol` in `state`: > 0 a state to shift to, < 0 a rule to reduce by, 0 nothing but
/// the state's default.
int action_on(int state, int symbol) {
  int entry = yypact[state];
  if (yypact_value_is_default(entry)) return 0;
  entry += symbol;
  if (entry < 0 || YYLAST < entry || yycheck[entry] != symbol) return 0;
  return yytable_value_is_error(yytable[entry]) ? 0 : yytable[entry];
}

/// Whether a token would be shifted, now or after reductions.
bool is_accepted(TrialStack stack, int symbol) {
  for (;;) {
    const int action = action_on(stack.top(), symbol);
    if (action > 0) return true;
    const int rule = action < 0 ? -action : yydefact[stack.top()];
    if (rule == 0 || !stack.reduce(rule)) return false;
  }
}

/// Keyword, name or (for a module's arguments) mere text: the first of them that the state on top, or one that a
/// default reduction leads to, has a use for.
int use_of(int code, TrialStack stack, bool any_token) {
  const int as_keyword = YYTRANSLATE(code);
  const bool may_be_name = leftmost::engine::sql::falls_back_to_name(code);
  for (;;) {
    const int state = stack.top();
    if (action_on(state, as_keyword) != 0) return code;
    if (may_be_name && action_on(state, YYTRANSLATE(T_ID)) != 0) return T_ID;
    if (any_token && action_on(state, YYTRANSLATE(T_ANY)) != 0) return is_accepted(stack, as_keyword) ? code : T_ANY;
    const int rule = yydefact[state];
    if (rule == 0 || !stack.reduce(rule)) return code;
  }
}

}  // namespace

static int fetch_token(sql::GrammarValue*, Span* location, sql::GrammarRun& run, const short* bottom,
                       const short* top) {
  if (run.start_code != 0) {
    const int code = run.start_code;
    run.start_code = 0;
    return code;
  }
  const bool failed_before = run.builder.failed();
  if (run.builder.failed_with_lookahead()) {
    run.stopped = true;
    return T_SQL_GRAMMAR_UNDEF;
  }
  int code = sql::read_token(run);
  *location = run.token;
  if (run.stopped) return T_SQL_GRAMMAR_UNDEF;
  const TrialStack stack(bottom, top);
  const bool any_token = run.builder.in_module_arguments() && code != T_YYEOF && !run.token.empty();
  if (any_token || sql::falls_back_to_name(code)) code = use_of(code, stack, any_token);
  if (failed_before) {
    // An action complained that ran before its next token was known. SQLite's would have run with it in view, and a
    // token that does not fit wins.
    if (!is_accepted(stack, YYTRANSLATE(code))) run.builder.fail_near(run.token);
    run.stopped = true;
    return T_SQL_GRAMMAR_UNDEF;
  }
  if (run.keep_states) run.states.assign(bottom, top + 1);
  return code;
}

static void sql_grammar_error(Span*, sql::GrammarRun& run, const char*) {
  if (!run.stopped) run.builder.fail_near(run.token);
}

namespace leftmost::engine::sql {

void run_grammar(GrammarRun& run) {
  if (yyparse(run) == 2) run.overflowed = true;
}

std::string describe_expected(const GrammarRun& run) {
  if (run.states.empty()) return {};
  const TrialStack stack(run.states.data(), run.states.data() + run.states.size() - 1);
  return expected_words([&](int code) { return is_accepted(stack, YYTRANSLATE(code)); }, run.code_before);
}

}  // namespace leftmost::engine::sql
