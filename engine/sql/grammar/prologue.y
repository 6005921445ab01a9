// engine/sql/grammar/ - the order of words in SQLite's SQL (https://www.sqlite.org/lang.html), LALR(1).
//
// One grammar in parts, joined in the order of engine/sql/sources.cmake: this file (declarations, statements), one file
// per kind of statement, expressions, and epilogue.y. The order counts: two conflicts are decided by it.
//
// Three things do not fit a plain LALR(1) grammar and stand outside the rules, in epilogue.y:
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
%define api.token.raw
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
