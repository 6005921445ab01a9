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
