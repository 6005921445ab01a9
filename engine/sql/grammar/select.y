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
